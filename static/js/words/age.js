// Ages in words. An age is what a dispatcher acts on, a time is what an auditor asks for, so
// pages show the age and keep the time for the tooltip.
const EPOCH_2020 = 1577836800;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const CLOCK = new Intl.DateTimeFormat('en-US', {
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
  timeZoneName: 'short',
});

const DATE = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric' });

/** @param {number} staleAt minutes since 2020-01-01T00:00Z, 0 = never confirmed */
export function isStale(staleAt, now) {
  return staleAt === 0 || EPOCH_2020 + staleAt * MINUTE <= now;
}

/** Seconds as one short figure with its unit: "just now", "4 min", "3 h", "12 d", "5 mo". */
export function ageInWords(seconds) {
  if (!Number.isFinite(seconds)) return 'unknown';
  if (seconds < 45) return 'just now';
  if (seconds < HOUR) return `${Math.max(1, Math.round(seconds / MINUTE))} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h`;
  if (seconds < 60 * DAY) return `${Math.floor(seconds / DAY)} d`;
  if (seconds < 730 * DAY) return `${Math.floor(seconds / (30 * DAY))} mo`;
  return `${Math.floor(seconds / (365 * DAY))} y`;
}

/** The same inside a sentence: "4 min ago", but "just now" and "at an unknown time". */
export function agoInWords(seconds) {
  const words = ageInWords(seconds);
  if (words === 'unknown') return 'at an unknown time';
  return words === 'just now' ? words : `${words} ago`;
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

/** A moment in the reader's own time zone, for tooltips and print. */
export function clockTime(moment) {
  const epoch = epochOf(moment);
  if (Number.isNaN(epoch)) return 'unknown';
  return CLOCK.format(epoch * 1000);
}
