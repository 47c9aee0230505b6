// Hears that something of mine changed, rings when my unit is sent, and says when to ask again.
// What changed is not told here: the page fetches itself anew.
import { recall, remember } from '../core/storage.js';

/** The server beats every 15 s. */
const SILENCE_MS = 40_000;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;
const HEARD = 'notice.heard';
/** Where nobody may sound a tone yet, a phone may still shake. */
const SHAKE = [300, 120, 300, 120, 500];

async function getJson(url) {
  const response = await fetch(url, { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

/** Notices that this phone has not called out yet, and which tone they want; null: none. */
export function toneOf(notices, heard, now) {
  const fresh = notices.filter(({ id, seen, expires_at: ends }) => id > heard && !seen && ends > now);
  if (!fresh.length) return null;
  return fresh.some(({ kind }) => kind === 'assigned') ? 'urgent' : 'check';
}

class Ringer {
  constructor() {
    // a page may make sounds once somebody has touched it
    addEventListener('pointerdown', () => this.#unlock(), { once: true });
  }

  async #unlock() {
    const { Siren } = await import('../alarm/siren.js');
    this.siren = new Siren();
    await this.siren.unlock();
  }

  /** Call out what is new, once on this phone however many pages are open. */
  async call() {
    const { notices } = await getJson('/api/phone/notices');
    const tone = toneOf(notices, recall(HEARD, 0), Date.now() / 1000);
    if (tone === null) return;
    remember(HEARD, notices[0].id);
    if (!this.siren?.ring(tone)) navigator.vibrate?.(SHAKE);
  }
}

class Listener {
  constructor(onNews, { EventSource, timers, random, ringer }) {
    Object.assign(this, { onNews, EventSource, timers, random, ringer });
    this.tries = 0;
    this.open();
  }

  open() {
    this.timers.clear(this.retry);
    const source = new this.EventSource('/api/phone/feed');
    this.source = source;
    source.addEventListener('open', () => this.#tell({ about: [] }));
    source.addEventListener('beat', () => this.#heard());
    source.addEventListener('news', (event) => this.#news(JSON.parse(event.data)));
    source.addEventListener('error', () => this.#again());
    this.#listenFor();
  }

  close() {
    this.timers.clear(this.silence);
    this.timers.clear(this.retry);
    this.timers.clear(this.telling);
    this.telling = null;
    this.source?.close();
    this.source = null;
  }

  // Each opening asks as well: what happened while the line was down is told by nobody.
  #tell(news) {
    this.#heard();
    this.onNews(news);
    this.ringer.call().catch(() => {}); // no line: the next opening rings
  }

  #news(news) {
    this.#heard();
    this.telling ??= this.timers.set(() => {
      this.telling = null;
      this.#tell(news);
    }, this.random() * news.delay * 1000);
  }

  #heard() {
    this.tries = 0;
    this.#listenFor();
  }

  #listenFor() {
    this.timers.clear(this.silence);
    this.silence = this.timers.set(() => this.#again(), SILENCE_MS);
  }

  // A browser gives up where the answer was a refusal, so it is asked again here and not by itself.
  #again() {
    this.close();
    const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.tries++);
    this.retry = this.timers.set(() => this.open(), pause * (0.5 + this.random() / 2));
  }
}

/**
 * Listen until closed. @param {(news: {about: string[]}) => void} onNews called after each opening
 * and whenever something of mine changed
 * @returns {{close: () => void}} in a browser without EventSource, one that does nothing
 */
export function listen(onNews, {
  EventSource = globalThis.EventSource, random = Math.random, ringer = null,
  timers = { set: (call, ms) => setTimeout(call, ms), clear: (t) => clearTimeout(t) },
} = {}) {
  if (!EventSource) return { close() {} };
  return new Listener(onNews, { EventSource, timers, random, ringer: ringer ?? new Ringer() });
}
