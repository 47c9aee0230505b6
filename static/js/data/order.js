// The order of the list. What the columns know is sorted here, in the worker; names come from
// the server and are sorted where they are (ui/list.js).
import { DEGREE } from './columns.js';

/** Sorts that need only the columns. `near` is by distance from the middle of the map. */
export const COLUMN_SORTS = Object.freeze(['near', 'kind', 'status', 'type', 'county', 'agency', 'age']);

function rankOf(list) {
  const ranks = new Map(list.map((code, i) => [code, i]));
  return (code) => ranks.get(code) ?? list.length;
}

function alphabetical(words) {
  const order = [...words.keys()].sort((a, b) => words[a].localeCompare(words[b]));
  const ranks = new Int32Array(words.length);
  order.forEach((index, rank) => { ranks[index] = rank; });
  return ranks;
}

function byLook(store, score) {
  const scores = store.looks.values.map(score);
  return (row) => scores[store.look[row]];
}

// Squared degrees, with a degree of longitude shortened as it is at this latitude.
function distance(store, { lat, lon }) {
  const squeeze = Math.cos((lat * Math.PI) / 180);
  return (row) => {
    if (!store.located(row)) return Infinity;
    const dy = store.lat[row] / DEGREE - lat;
    const dx = (store.lon[row] / DEGREE - lon) * squeeze;
    return dx * dx + dy * dy;
  };
}

function kindThen(second, catalog) {
  const kinds = rankOf(catalog.kinds);
  return ([kind, status, type]) => kinds(kind) * 1000 + second(kind, status, type);
}

const SCORES = {
  near: (store, { center }) => distance(store, center),
  kind: (store, { catalog }) => byLook(store, kindThen(() => 0, catalog)),
  status: (store, { catalog }) => byLook(store, kindThen(
    (kind, status) => rankOf(catalog.statuses[kind] ?? [])(status), catalog)),
  type: (store, { catalog }) => byLook(store, kindThen(
    (kind, _, type) => rankOf(catalog.types[kind] ?? [])(type), catalog)),
  county: (store, { catalog }) => {
    const names = store.counties.values.map((fips) => catalog.counties[fips] ?? fips);
    const ranks = alphabetical(names);
    return (row) => (store.county[row] < 0 ? names.length : ranks[store.county[row]]);
  },
  agency: (store) => {
    const ranks = alphabetical(store.agencies.values.map(([, name]) => name));
    return (row) => ranks[store.agency[row]];
  },
  age: (store) => (row) => store.staleAt[row],
};

/**
 * Rows sorted by one column, ties by id so that nothing jumps between two answers.
 * @param {{key: string, descending: boolean}} sort
 * @param {{center: {lat, lon}, catalog: object}} context
 */
export function sortRows(store, rows, sort, context) {
  const score = SCORES[sort.key](store, context);
  const scores = new Float64Array(store.size);
  for (const row of rows) scores[row] = score(row);
  const sign = sort.descending ? -1 : 1;
  // Infinity minus Infinity is NaN, so equal scores are tested for and not subtracted
  return Uint32Array.from(rows).sort((a, b) => (
    scores[a] === scores[b] ? store.id[a] - store.id[b] : sign * (scores[a] < scores[b] ? -1 : 1)));
}
