// Kinds of areas as people read them; letters as in meris/fields/lists_incident.py.
import { clockTime } from './age.js';

export const AREA_KINDS = Object.freeze(['hazard', 'evacuation', 'exclusion', 'closure', 'staging']);

export const AREA_TITLES = Object.freeze({
  hazard: 'Hazard', evacuation: 'Evacuation', exclusion: 'Exclusion', closure: 'Closure', staging: 'Staging',
});

export const AREA_LETTERS = Object.freeze({ hazard: 'H', evacuation: 'E', exclusion: 'X', closure: 'C', staging: 'S' });

/** Kinds that endanger who is inside, each with its bit in a resource's `danger`. */
export const DANGER = Object.freeze({ hazard: 1, evacuation: 2, exclusion: 4 });

/** The bits of a resource's `dangers` as the server lists them. */
export const dangerOf = (dangers) => (dangers ?? []).reduce((bits, { kind }) => bits | (DANGER[kind] ?? 0), 0);

/** What `danger` of a resource says: "in a hazard area and an exclusion area", null for 0. */
export function dangerInWords(danger) {
  const article = (kind) => (/^[aeiou]/.test(kind) ? 'an' : 'a');
  const kinds = Object.entries(DANGER).filter(([, bit]) => danger & bit).map(([kind]) => `${article(kind)} ${kind} area`);
  if (!kinds.length) return null;
  return `in ${kinds.length > 1 ? `${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1)}` : kinds[0]}`;
}

/** What a resource's `dangers` say, by name: "in Flat Branch flood and Gas leak"; null for none. */
export function dangerNames(dangers) {
  const names = (dangers ?? []).map(({ name }) => name);
  if (!names.length) return null;
  return `In ${names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0]}`;
}

/** Whether an area is in force at `now`, in epoch seconds. */
export function isInForce({ starts_at: start, ends_at: end }, now) {
  return start <= now && (end === null || now < end);
}

/** "Hazard area: Flat Branch flood, in force since …": what a label says aloud. */
export function areaInWords(area, now) {
  return areaParts(area, now).join(', ');
}

/** The same apart: what it is called, whether it is in force, until when. A name may hold commas. */
export function areaParts(area, now) {
  const { kind, name, starts_at: start, ends_at: end } = area;
  const state = isInForce(area, now) ? `in force since ${clockTime(start)}` : `not in force until ${clockTime(start)}`;
  const until = end === null ? 'until further notice' : `until ${clockTime(end)}`;
  return [`${AREA_TITLES[kind]} area: ${name}`, state, until];
}
