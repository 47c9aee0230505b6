// How a device's position and a trail are said: age first, then how good it is, then how it moves.
import { ageInWords, agoInWords } from '../words/age.js';
import { distanceInWords, speedInWords } from '../words/distance.js';
import { count, plural } from '../words/numbers.js';

const FRESH_S = 120;
const OLD_S = 600;
const LOST_S = 3600;
const POINTS = ['north', 'northeast', 'east', 'southeast', 'south', 'southwest', 'west', 'northwest'];
/** Slower than a walk is standing: the figure of a device that lies still is noise. */
const STILL_MPS = 1;

/** @returns {'fresh'|'aging'|'old'|'lost'} how far a position of this age is to be believed */
export function standing(age) {
  if (age < FRESH_S) return 'fresh';
  if (age < OLD_S) return 'aging';
  return age < LOST_S ? 'old' : 'lost';
}

/** "34 mph northeast", "standing", or nothing where the device did not say. */
export function motionInWords({ speed, course }) {
  if (speed === null || speed === undefined) return '';
  if (speed < STILL_MPS) return 'standing';
  const where = course === null || course === undefined ? '' : ` ${POINTS[Math.round(course / 45) % 8]}`;
  return `${speedInWords(speed)}${where}`;
}

/** "within 40 ft", or that nobody knows. */
export function accuracyInWords(meters) {
  return meters === null || meters === undefined ? 'accuracy unknown' : `within ${distanceInWords(meters)}`;
}

/** One line about where a unit is: "Seen just now, within 40 ft, 34 mph northeast". */
export function seenInWords({ at, accuracy, speed, course }, now) {
  const age = now - at;
  const kind = standing(age);
  const seen = { fresh: 'Seen', aging: 'Seen', old: 'Last seen', lost: 'Lost: last seen' }[kind];
  const motion = kind === 'fresh' || kind === 'aging' ? motionInWords({ speed, course }) : '';
  return [`${seen} ${agoInWords(age)}`, accuracyInWords(accuracy), motion].filter(Boolean).join(', ');
}

/** "10 positions", "every 3rd of 9,000 positions". */
export function fixesInWords({ total, every }) {
  if (!total) return 'No positions are kept of this span.';
  if (every === 1) return plural(total, 'position');
  return `1 of every ${every} of ${count(total)} positions; the file has all of them`;
}

/** How long a trail lasts: "12 min". */
export function spanInWords(fixes) {
  return fixes.length < 2 ? '' : ageInWords(fixes.at(-1).at - fixes[0].at);
}
