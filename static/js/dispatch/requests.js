// What the page asks of the server about incidents and units. One function a question, and each
// write carries a key of its sender, so that the same click twice does the thing once.
import { get, send } from '../core/api.js';

/** A key for one intention: made when it begins, kept until it succeeded. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12)); // randomUUID needs https
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const query = (params) => {
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
};
const incident = (id, rest = '') => `/api/incidents/${id}${rest}`;
const assignment = (id, rest) => `/api/assignments/${id}/${rest}`;

export const incidents = {
  one: (id) => get(incident(id)),
  make: (facts) => send('POST', '/api/incidents', facts),
  place: (asked, options) => get(`/api/incidents/place${query(asked)}`, options),
  similar: ({ lat, lon, type }, options) => get(`/api/incidents/similar${query({ lat, lon, type })}`, options),
  change: (id, version, set) => send('PATCH', incident(id), { version, set }),
  status: (id, body) => send('POST', incident(id, '/status'), body),
  close: (id, body) => send('POST', incident(id, '/close'), body),
  needs: (id, body) => send('POST', incident(id, '/needs'), body),
  write: (id, entry) => send('POST', incident(id, '/log'), entry),
};

export const units = {
  recommended: (id, asked, options) => get(`${incident(id, '/recommendation')}${query(asked)}`, options),
  uncovered: (ids) => send('POST', '/api/cover/what-if', { units: ids }),
  assign: (id, body) => send('POST', incident(id, '/assignments'), body),
  move: (id, body) => send('POST', assignment(id, 'move'), body),
  moveAll: (id, body) => send('POST', incident(id, '/move'), body),
  heard: (id, body) => send('POST', assignment(id, 'check-in'), body),
  silence: (id, body) => send('POST', assignment(id, 'silence'), body),
  work: (unitId) => get(`/api/units/${unitId}/assignments`),
};
