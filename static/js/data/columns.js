// The map's columns as they travel: /api/map and the feed's `change` event have the same shape.
// This file turns one answer into typed arrays; what they mean over time is store.js's business.

/** A latitude or longitude that is not known. Coordinates travel as whole 1e-5 degrees. */
export const NOWHERE = -0x80000000;
export const DEGREE = 1e5;
/** In `staleAt`: nobody ever confirmed it. */
export const NEVER = 0;


export const FLAG = Object.freeze({ approximate: 1, restricted: 2, confidential: 4, moving: 8 });

/** First value absolute, then differences: 5, 2, -1 reads 5, 7, 6. */
export function undelta(deltas, ArrayType = Float64Array) {
  const values = new ArrayType(deltas.length);
  let sum = 0;
  for (let i = 0; i < deltas.length; i++) values[i] = sum += deltas[i];
  return values;
}

// When each turns stale, in minutes from a base near the present; null is "never confirmed".
function staleMinutes(minutes, base) {
  return Uint32Array.from(minutes, (minute) => (minute === null ? NEVER : Math.max(1, base + minute)));
}

function coordinates(deltas, length) {
  const values = new Int32Array(length).fill(NOWHERE);
  values.set(undelta(deltas, Int32Array));
  return values;
}

/**
 * One answer of /api/map, decoded.
 * @param {object} answer as the server sent it
 * @returns {object} the same names; `id` a Float64Array (ids may pass 2^31), `lat` and `lon`
 *   Int32Arrays as long as `id` with NOWHERE past the first `located`, `staleAt` minutes since
 *   2020-01-01T00:00Z or NEVER
 * @throws {RangeError} when the columns are not equally long
 */
export function decode(answer) {
  const count = answer.id.length;
  for (const name of ['look', 'county', 'agency', 'flags', 'stale_at']) {
    if (answer[name].length !== count) throw new RangeError(`column ${name} is not as long as id`);
  }
  return {
    cursor: answer.cursor,
    now: answer.now,
    full: answer.full,
    looks: answer.looks,
    agencies: answer.agencies,
    counties: answer.counties,
    gone: answer.gone ?? [],
    count,
    id: undelta(answer.id),
    lat: coordinates(answer.lat, count),
    lon: coordinates(answer.lon, count),
    look: answer.look,
    county: answer.county,
    agency: answer.agency,
    flags: answer.flags,
    staleAt: staleMinutes(answer.stale_at, answer.stale_base),
  };
}
