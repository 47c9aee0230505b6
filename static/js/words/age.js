// Ages in words. An age is what a dispatcher acts on, a time is what an auditor asks for, so
// pages show the age and keep the time for the tooltip. `meris/web/moments.py` says both alike.
import { homeZone, partsOf } from './clock.js';
import { _ } from './language.js';

const EPOCH_2020 = 1577836800;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const STAMP = Object.freeze({
  hourCycle: 'h23', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
  timeZoneName: 'short',
});
/** A moment this close is now. */
const NOW_S = 45;

const DATE = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric' });

/** @param {number} staleAt minutes since 2020-01-01T00:00Z, 0 = never confirmed */
export function isStale(staleAt, now) {
  return staleAt === 0 || EPOCH_2020 + staleAt * MINUTE <= now;
}

/** Seconds as one short figure with its unit: "just now", "4 min", "3 h", "12 d", "5 mo". */
export function ageInWords(seconds) {
  if (!Number.isFinite(seconds)) return _('unknown');
  if (seconds < NOW_S) return _('just now');
  if (seconds < HOUR) return `${Math.max(1, Math.round(seconds / MINUTE))} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h`;
  if (seconds < 60 * DAY) return `${Math.floor(seconds / DAY)} d`;
  if (seconds < 730 * DAY) return _('{n} mo', { n: Math.floor(seconds / (30 * DAY)) });
  return _('{n} y', { n: Math.floor(seconds / (365 * DAY)) });
}

/** The same inside a sentence: "4 min ago", but "just now" and "at an unknown time". */
export function agoInWords(seconds) {
  if (!Number.isFinite(seconds)) return _('at an unknown time');
  const age = ageInWords(seconds);
  return seconds < NOW_S ? age : _('{age} ago', { age });
}

/** How far a moment is from now, whichever way: "4 min ago", "just now", "in 3 h". */
export function fromNowInWords(seconds) {
  return seconds <= -NOW_S ? _('in {age}', { age: ageInWords(-seconds) }) : agoInWords(seconds);
}

/** A <time class="age"> once more: "4 min ago", and behind its clock where it has one (data-age). */
export function retold(time, now) {
  const words = fromNowInWords(now - epochOf(time.getAttribute('datetime')));
  const comma = time.dataset.age ? time.textContent.lastIndexOf(',') : -1;
  return comma < 0 ? words : `${time.textContent.slice(0, comma)}, ${words}`;
}

/** Epoch seconds of whatever a JSON answer uses for a moment, NaN when there is none. */
export function epochOf(moment) {
  if (moment === null || moment === undefined || moment === '') return NaN;
  if (typeof moment === 'number') return moment;
  return Date.parse(moment) / 1000;
}

/** A day of this year or the last one, inside a sentence: "May 4". */
export function dayOf(moment) {
  const epoch = epochOf(moment);
  return Number.isNaN(epoch) ? 'an unknown day' : DATE.format(epoch * 1000);
}

/**
 * A moment by the state's clock and by UTC, for tooltips and print, whatever the reader's machine
 * believes: "Nov 22, 2026, 17:05 CST · 23:05 UTC", with the day again where UTC has another.
 */
export function clockTime(moment, zone = homeZone()) {
  const epoch = epochOf(moment);
  if (Number.isNaN(epoch)) return 'unknown';
  const [here, utc] = [partsOf(epoch, zone, STAMP), partsOf(epoch, 'UTC', STAMP)];
  const other = here.day === utc.day ? '' : `${utc.month} ${utc.day}, `;
  const said = `${here.month} ${here.day}, ${here.year}, ${here.hour}:${here.minute} ${here.timeZoneName}`;
  return `${said} · ${other}${utc.hour}:${utc.minute} UTC`;
}
