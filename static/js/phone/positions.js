// The page's own positions, while its person is on duty and shares them; kept without a line and sent
// later. A tab of its own does it: two would tell everything twice.
import { _ } from '../words/language.js';

const EVERY_MS = 10_000;
const EVERY_M = 50;
const MOST_KEPT = 500;
const MOST_SENT = 100;
const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
const DENIED = 1;
const OPTIONS = { enableHighAccuracy: true, maximumAge: 5000, timeout: 60_000 };

/** Meters between two positions. */
export function meters(a, b) {
  const [lat1, lat2] = [a.lat * RADIANS, b.lat * RADIANS];
  const half = Math.sin((lat2 - lat1) / 2) ** 2
    + Math.cos(lat1) * Math.cos(lat2) * Math.sin((b.lon - a.lon) * RADIANS / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(half));
}

/** Whether a position is worth telling after the last one. */
export function isNews(fix, last) {
  return !last || Date.parse(fix.at) - Date.parse(last.at) >= EVERY_MS || meters(fix, last) >= EVERY_M;
}

const given = (number) => (Number.isFinite(number) ? number : null);

/** A fix as the server takes it: degrees, meters, meters a second, degrees from north. */
export function fixOf({ coords, timestamp }) {
  return {
    at: new Date(timestamp).toISOString(), lat: coords.latitude, lon: coords.longitude, acc: given(coords.accuracy),
    speed: given(coords.speed), course: given(coords.heading), alt: given(coords.altitude),
  };
}

export class Positions {
  /**
   * @param {object} parts `fixes` a table of the store; `account`; `post(body)` resolves to {status, data};
   *   `geolocation`; `told(problem)` with words, '' when all is well; `ended()` when the server wants no more
   */
  constructor({ fixes, account, post, told = () => {}, ended = () => {}, geolocation = globalThis.navigator?.geolocation,
    now = Date.now, locks = globalThis.navigator?.locks }) {
    Object.assign(this, { fixes, account, post, told, ended, geolocation, now, locks });
    this.until = 0;
  }

  /** Tell where we are from now on, at most until `until` (ms); again is no harm. */
  start(until) {
    this.until = until;
    if (this.isOn) return;
    this.isOn = true;
    if (!this.geolocation) {
      this.told(_('This browser does not know where it is.'));
      return;
    }
    this.#alone(() => this.#watch());
  }

  stop() {
    this.isOn = false;
    if (this.watch !== undefined) this.geolocation.clearWatch(this.watch);
    this.watch = undefined;
    this.release?.();
  }

  // Another tab that shares already goes on; when it is closed, it is our turn.
  #alone(work) {
    if (!this.locks) work();
    else {
      this.locks.request(`meris-positions-${this.account}`, () => {
        if (!this.isOn) return undefined;
        work();
        return new Promise((done) => { this.release = done; });
      });
    }
  }

  #watch() {
    const failed = ({ code }) => this.told(code === DENIED
      ? _('This browser may not read the position. Allow it in its settings.') : _('No position from the phone yet.'));
    this.watch = this.geolocation.watchPosition((position) => this.heard(fixOf(position)), failed, OPTIONS);
  }

  /** The phone says where it is. */
  async heard(fix) {
    if (!this.isOn) return;
    if (this.now() >= this.until) {
      this.stop();
      this.ended();
      return;
    }
    if (!isNews(fix, this.last)) return;
    this.last = fix;
    this.told('');
    const seq = await this.fixes.add(fix);
    const kept = await this.fixes.all();
    if (kept.length > MOST_KEPT) await this.fixes.remove(kept[0].seq ?? seq);
    await this.send();
  }

  /** Send what is kept, the oldest first; what has no answer stays. */
  async send() {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (await this.#sendSome());
    } catch {
      // no line: the next position tries again
    } finally {
      this.isSending = false;
    }
  }

  async #sendSome() {
    const some = (await this.fixes.all()).slice(0, MOST_SENT);
    if (!some.length) return false;
    const fixes = some.map(({ seq, ...fix }) => fix);
    const { status } = await this.post({ account: this.account, sent_at: new Date(this.now()).toISOString(), fixes });
    if (status >= 500 || status === 429 || status === 401) return false;
    for (const { seq } of some) await this.fixes.remove(seq);
    return status === 200;
  }
}
