// Times of day on the state's own clock, whatever the reader's machine believes: two dispatchers
// in two zones must read the same "14:02" on the radio.
const MINUTE = 60;
const DAY_MINUTES = 1440;
/** A time this little ahead is somebody's clock and not yesterday. */
const AHEAD_MINUTES = 5;

const NUMBERS = Object.freeze({
  hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  second: '2-digit',
});
const SHORT_DAY = Object.freeze({ month: 'short', day: 'numeric' });
const formats = new Map();

/** The state's time zone, as the page was told it. */
export function homeZone() {
  return globalThis.document?.documentElement.dataset.zone;
}
/** How the page's language writes days in this country. */
const locale = () => `${globalThis.document?.documentElement.lang || 'en'}-US`;

// A format takes longer to make than to use a hundred times, so each is kept.
function formatOf(shown, zone, language) {
  if (!formats.has(shown)) formats.set(shown, new Map());
  const kept = formats.get(shown);
  const key = `${language} ${zone}`;
  if (!kept.has(key)) kept.set(key, new Intl.DateTimeFormat(language, { timeZone: zone, ...shown }));
  return kept.get(key);
}

/**
 * What the clocks and the calendar of `zone` show: {year, month, day, hour, …}.
 * @param {object} shown options of Intl.DateTimeFormat; always the same object, for its format is kept
 */
export function partsOf(epoch, zone, shown = NUMBERS) {
  const parts = formatOf(shown, zone, 'en-US').formatToParts(epoch * 1000);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** "14:02" on the clocks of `zone`. */
export function timeOfDay(epoch, zone) {
  const { hour, minute } = partsOf(epoch, zone);
  return `${hour}:${minute}`;
}

/** "14:02", with the day before it when that is not the day of `now`: "Nov 21, 14:02". */
export function timeOrDay(epoch, zone, now = Date.now() / 1000) {
  const [then, today] = [partsOf(epoch, zone), partsOf(now, zone)];
  const sameDay = then.day === today.day && then.month === today.month && then.year === today.year;
  if (sameDay) return timeOfDay(epoch, zone);
  const day = formatOf(SHORT_DAY, zone, locale()).format(epoch * 1000);
  return `${day}, ${timeOfDay(epoch, zone)}`;
}

/** The same to the second: "14:02:35". */
export function secondOrDay(epoch, zone, now) {
  return `${timeOrDay(epoch, zone, now)}:${partsOf(epoch, zone).second}`;
}

/** "2026-11-22T14:02", as an input for local time wants it. */
export function toLocal(epoch, zone) {
  const { year, month, day, hour, minute } = partsOf(epoch, zone);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

// Seconds that the clocks of a zone are ahead of UTC at a moment.
function offsetAt(epoch, zone) {
  const { year, month, day, hour, minute, second } = partsOf(epoch, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(epoch);
}

/** Epoch seconds of "2026-11-22T14:02" on the clocks of `zone`; NaN when it is not a time. */
export function fromLocal(text, zone) {
  const asUtc = Date.parse(`${text}Z`) / 1000;
  if (Number.isNaN(asUtc)) return NaN;
  const near = asUtc - offsetAt(asUtc, zone);
  return asUtc - offsetAt(near, zone); // once more, for the nights when the clocks are changed
}

/** The last time it was "14:02" there: today, or yesterday when today it has not been yet. */
export function lastTime(text, zone, now = Date.now() / 1000) {
  const [, hour, minute] = /^(\d{1,2}):?(\d{2})$/.exec(text.trim()) ?? [];
  if (hour === undefined || hour > 23 || minute > 59) return NaN;
  const here = partsOf(now, zone);
  let ago = (Number(here.hour) - hour) * MINUTE + (Number(here.minute) - minute);
  if (ago < -AHEAD_MINUTES) ago += DAY_MINUTES;
  return Math.floor(now / MINUTE) * MINUTE - ago * MINUTE;
}
