// Times of day on the state's own clock, whatever the reader's machine believes: two dispatchers
// in two zones must read the same "14:02" on the radio.
const MINUTE = 60;
const DAY_MINUTES = 1440;
/** A time this little ahead is somebody's clock and not yesterday. */
const AHEAD_MINUTES = 5;

const formats = new Map();

function partsOf(epoch, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit',
    }));
  }
  return Object.fromEntries(formats.get(zone).formatToParts(epoch * 1000).map(({ type, value }) => [type, value]));
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
  const day = new Intl.DateTimeFormat('en-US', { timeZone: zone, month: 'short', day: 'numeric' }).format(epoch * 1000);
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
