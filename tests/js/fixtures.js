// Answers of /api/map made from plain resources, as the server would make them.

const EPOCH_2020 = 1577836800;
export const NOW = EPOCH_2020 + 1_000_000 * 60;

export const CATALOG = {
  kinds: ['shelter', 'supply_site', 'unit'],
  statuses: { shelter: ['closed', 'open', 'full'], supply_site: ['open', 'closed'], unit: ['available', 'on_scene'] },
  types: { shelter: ['evacuation', 'pet'], supply_site: ['pod'], unit: ['engine'] },
  counties: { 29019: 'Boone', 29001: 'Adair', 29510: 'St. Louis' },
  regions: { 29019: { sema: 'F' }, 29001: { sema: 'B' }, 29510: { sema: 'C' } },
};

const deltas = (values) => values.map((value, i) => value - (i ? values[i - 1] : 0));

function numbering(keyOf) {
  const values = [];
  const keys = [];
  return {
    values,
    number(value) {
      const key = keyOf(value);
      if (!keys.includes(key)) {
        keys.push(key);
        values.push(value);
      }
      return keys.indexOf(key);
    },
  };
}

/** @param {object[]} resources {id, kind, status, type, lat, lon, county, agency, flags, fresh} */
export function answer(resources, { full = true, gone = [], cursor = 'c1' } = {}) {
  const looks = numbering((look) => look.join());
  const counties = numbering(String);
  const agencies = numbering(([id]) => id);
  const placed = (one) => one.lat !== undefined && one.lat !== null;
  const rows = [...resources.filter(placed), ...resources.filter((one) => !placed(one))];
  const located = rows.filter(placed);
  return {
    cursor, now: NOW, full, gone, located: located.length,
    id: deltas(rows.map(({ id }) => id)),
    lat: deltas(located.map(({ lat }) => Math.round(lat * 1e5))),
    lon: deltas(located.map(({ lon }) => Math.round(lon * 1e5))),
    look: rows.map(({ kind = 'shelter', status = 'open', type = null }) => looks.number([kind, status, type])),
    county: rows.map(({ county }) => (county ? counties.number(county) : -1)),
    agency: rows.map(({ agency = 1 }) => agencies.number([agency, `Agency ${agency}`])),
    flags: rows.map(({ flags = 0 }) => flags),
    stale_base: 1_000_000,
    stale_at: rows.map(({ fresh = true }) => (fresh === null ? null : (fresh ? 60 : -60))),
    looks: looks.values, counties: counties.values, agencies: agencies.values,
  };
}

/** A repeatable random number generator (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Many resources spread over a state, some without a place, county or type. */
export function many(count, seed = 1) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  return Array.from({ length: count }, (_, i) => {
    const kind = pick(CATALOG.kinds);
    const place = next() > 0.05 ? { lat: 36 + 4 * next(), lon: -95 + 5 * next() } : {};
    return {
      id: i + 1, kind, status: pick(CATALOG.statuses[kind]), type: pick([...CATALOG.types[kind], null]),
      county: pick(['29019', '29001', '29510', null]), agency: pick([1, 2, 3]), fresh: pick([true, true, false, null]),
      ...place,
    };
  });
}
