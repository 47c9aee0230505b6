// What the page asks of the server about areas.
import { get, send } from '../core/api.js';

const one = (id) => `/api/areas/${id}`;

/** Where the file with what is inside is, for a link. */
export const tableUrl = (id, near) => `${one(id)}/inside.csv?near_km=${near}`;

export const areas = {
  one: (id) => get(one(id)),
  make: (facts) => send('POST', '/api/areas', facts),
  change: (id, version, set) => send('PATCH', one(id), { version, set }),
  remove: (id, version, reason) => send('DELETE', one(id), { version, reason }),
  /** What a shape said in words, as a list or as GeoJSON is understood as; nothing is made of it. */
  shape: (said) => send('POST', '/api/areas/shape', said),
  inside: (id, { near, limit, skip = 0 }) => get(`${one(id)}/inside?near_km=${near}&limit=${limit}&skip=${skip}`),
};
