// Which resources are shown, and how many each choice in the rail would show. One pass over the
// rows answers both: a row that fails a single facet still counts in that facet, so the number
// beside a choice is what choosing it gives, and the numbers of what is on add up to the list.
import { isStale } from '../words/age.js';

/** What the viewer may narrow. Empty lists mean "all". */
export const NO_FILTER = Object.freeze({
  hidden: [], // kinds switched off
  status: {}, // kind -> [code]
  type: {}, // kind -> [code]
  counties: [], // FIPS codes
  region: null, // {scheme, code}
  agencies: [], // agency ids
  stale: false, // only what is stale
  danger: false, // only what lies in a danger area
  text: '', // free text; the server finds the ids
});

const FACET = Object.freeze({
  kind: 1, status: 2, type: 4, county: 8, agency: 16, stale: 32, text: 64, danger: 128,
});

/** Whether anything is narrowed at all. */
export function isNarrowed(filter) {
  return filter.hidden.length > 0 || filter.counties.length > 0 || filter.agencies.length > 0
    || Boolean(filter.region) || filter.stale || filter.danger || filter.text !== ''
    || Object.values(filter.status).some((codes) => codes.length)
    || Object.values(filter.type).some((codes) => codes.length);
}

function lookMask([kind, status, type], filter) {
  const statuses = filter.status[kind] ?? [];
  const types = filter.type[kind] ?? [];
  return (filter.hidden.includes(kind) ? FACET.kind : 0)
    | (statuses.length && !statuses.includes(status) ? FACET.status : 0)
    | (types.length && !types.includes(type ?? '') ? FACET.type : 0);
}

function countyMask(fips, filter, regionsOf) {
  const { counties, region } = filter;
  const outside = counties.length > 0 && !counties.includes(fips);
  const elsewhere = region !== null && regionsOf(fips)?.[region.scheme] !== region.code;
  return outside || elsewhere ? FACET.county : 0;
}

/** Masks by dictionary number, so that the pass over the rows only looks numbers up. */
function masks(store, filter, regionsOf) {
  const agencies = new Set(filter.agencies);
  return {
    look: store.looks.values.map((look) => lookMask(look, filter)),
    county: store.counties.values.map((fips) => countyMask(fips, filter, regionsOf)),
    nowhere: countyMask('', filter, regionsOf),
    agency: store.agencies.values.map(([id]) => (
      agencies.size && !agencies.has(id) ? FACET.agency : 0)),
  };
}

function tallies(store) {
  return {
    look: [new Uint32Array(store.looks.values.length), new Uint32Array(store.looks.values.length),
      new Uint32Array(store.looks.values.length)],
    county: new Uint32Array(store.counties.values.length + 1),
    agency: new Uint32Array(store.agencies.values.length),
    stale: 0,
    staleLook: new Uint32Array(store.looks.values.length),
    danger: 0,
  };
}

// `failed` is 0 or a single facet's bit: the row counts in every facet or only in that one.
function tally(counts, failed, store, row, stale) {
  const look = store.look[row];
  if (!(failed & ~FACET.kind)) counts.look[0][look]++;
  if (!(failed & ~FACET.status)) counts.look[1][look]++;
  if (!(failed & ~FACET.type)) counts.look[2][look]++;
  if (!(failed & ~FACET.county)) counts.county[store.county[row] + 1]++;
  if (!(failed & ~FACET.agency)) counts.agency[store.agency[row]]++;
  if (!(failed & ~FACET.stale) && stale) counts.stale++;
  if (!(failed & ~(FACET.stale | FACET.kind)) && stale) counts.staleLook[look]++;
  if (!(failed & ~FACET.danger) && store.danger[row]) counts.danger++;
}

function sumBy(store, numbers, keyOf) {
  const sums = {};
  store.looks.values.forEach((look, i) => {
    const key = keyOf(look);
    sums[key] = (sums[key] ?? 0) + numbers[i];
  });
  return sums;
}

function named(store, counts) {
  return {
    kind: sumBy(store, counts.look[0], ([kind]) => kind),
    status: sumBy(store, counts.look[1], ([kind, status]) => `${kind}.${status}`),
    type: sumBy(store, counts.look[2], ([kind, , type]) => `${kind}.${type ?? ''}`),
    county: Object.fromEntries(store.counties.values.map((fips, i) => [fips, counts.county[i + 1]])),
    agency: store.agencies.values.map(([id, name], i) => [id, name, counts.agency[i]]),
    stale: counts.stale,
    staleKind: sumBy(store, counts.staleLook, ([kind]) => kind),
    danger: counts.danger,
  };
}

/**
 * Every row against the filter.
 * @param {Store} store
 * @param {object} filter see NO_FILTER
 * @param {{now: number, ids: ?Set<number>, regionsOf: function(string): object}} context
 *   `now` in epoch seconds; `ids` what the free text found, null without one
 * @returns {{rows: Uint32Array, located: number, counts: object}} rows that pass, located ones
 *   first, and the counts of each facet
 */
export function sift(store, filter, { now, ids = null, regionsOf = () => ({}) }) {
  const mask = masks(store, filter, regionsOf);
  const counts = tallies(store);
  const located = new Uint32Array(store.size);
  const unplaced = [];
  let length = 0;
  for (let row = 0; row < store.size; row++) {
    const stale = isStale(store.staleAt[row], now);
    const failed = mask.look[store.look[row]] | mask.agency[store.agency[row]]
      | (store.county[row] < 0 ? mask.nowhere : mask.county[store.county[row]])
      | (filter.stale && !stale ? FACET.stale : 0)
      | (filter.danger && !store.danger[row] ? FACET.danger : 0)
      | (ids !== null && !ids.has(store.id[row]) ? FACET.text : 0);
    if (failed & (failed - 1)) continue; // fails two facets: counts nowhere
    tally(counts, failed, store, row, stale);
    if (failed) continue;
    if (store.located(row)) located[length++] = row;
    else unplaced.push(row);
  }
  return { rows: joined(located, length, unplaced), located: length, counts: named(store, counts) };
}

function joined(located, length, unplaced) {
  const rows = new Uint32Array(length + unplaced.length);
  rows.set(located.subarray(0, length));
  rows.set(unplaced, length);
  return rows;
}
