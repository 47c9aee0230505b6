// How dispatch talks: names in a sentence, how long, what a move is called on a button.
import { ageInWords } from './age.js';
import { distanceInWords } from './distance.js';
import { plural } from './numbers.js';

/** What a button says that brings a unit to a status. */
export const MOVE_VERBS = Object.freeze({
  dispatched: 'Send now', acknowledged: 'Acknowledged', en_route: 'En route', on_scene: 'On scene',
  transporting: 'Transporting', at_destination: 'At destination', released: 'Release', cancelled: 'Cancel',
});

/** What a button says that brings an incident to a status. */
export const STATUS_VERBS = Object.freeze({
  active: 'Active', controlled: 'Under control', closed: 'Close',
});

/** How a unit is left when it is released. */
export const LEFT_AS = Object.freeze([
  ['returning', 'Returning'], ['available', 'Available'], ['staged', 'Staged'], ['out_of_service', 'Out of service'],
]);

/** An assignment of these is over. */
export const ENDED = Object.freeze(['released', 'cancelled']);

/** "E12", "E12 and L3", "E12, L3 and 4 more": what a button can hold. */
export function namesInWords(names, most = 3) {
  if (names.length <= 1) return names.join('');
  const shown = names.length > most ? names.slice(0, most - 1) : names.slice(0, -1);
  const rest = names.length - shown.length;
  return `${shown.join(', ')} and ${rest === 1 ? names.at(-1) : `${rest} more`}`;
}

/** Minutes as they are said: "1 min", "25 min", "1 h 10 min". */
export function minutesInWords(minutes) {
  if (!Number.isFinite(minutes)) return 'unknown';
  const whole = Math.max(1, Math.round(minutes));
  if (whole < 60) return `${whole} min`;
  const rest = whole % 60;
  return rest ? `${Math.floor(whole / 60)} h ${rest} min` : `${whole / 60} h`;
}

/** How long something lasts so far: "12 s", "4 min", "3 h". */
export function spanInWords(seconds) {
  if (!Number.isFinite(seconds)) return 'unknown';
  return seconds < 60 ? `${Math.max(0, Math.round(seconds))} s` : ageInWords(seconds);
}

/** "in 4 min", "now", "2 min late": when something is expected. */
export function dueInWords(seconds) {
  if (!Number.isFinite(seconds)) return 'unknown';
  if (Math.abs(seconds) < 30) return 'now';
  return seconds > 0 ? `in ${minutesInWords(seconds / 60)}` : `${minutesInWords(-seconds / 60)} late`;
}

/** "1 of 2". */
export function sentInWords({ count, sent }) {
  return `${sent} of ${count}`;
}

/** Types of units in words: "ladder truck or engine". */
export function anyOf(titles) {
  const small = titles.map((title) => (/^[A-Z]{2}/.test(title) ? title : title[0].toLowerCase() + title.slice(1)));
  return small.length < 2 ? small.join('') : `${small.slice(0, -1).join(', ')} or ${small.at(-1)}`;
}

/** "2 × engine, type 2 or better, with foam". */
export function needInWords({ count, unit_types: types, type_level: level, capabilities = [] }, titleOf) {
  return [`${count} × ${anyOf(types.map(titleOf)) || 'unit'}`, level && `type ${level} or better`,
    capabilities.length && `with ${capabilities.join(', ')}`].filter(Boolean).join(', ');
}

/** "3 units", "no unit": what stands at an incident. */
export function unitsInWords(number) {
  return number ? plural(number, 'unit') : 'no unit';
}

/**
 * An incident as a warning names it before a second one is made of it:
 * "2026-000012, structure fire, 300 ft away, 12 min ago".
 */
export function similarInWords({ number, type_title: type, distance_m: meters, reported_at: at }, ageOf) {
  return [number, type.toLowerCase(),
    Number.isFinite(meters) && (meters < 5 ? 'at the same place' : `${distanceInWords(meters)} away`), ageOf(at)]
    .filter(Boolean).join(', ');
}
