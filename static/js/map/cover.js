// Where too few units are left: asked of the server when something that could have changed it is
// heard, and not more often than a quarter of a minute.
import { Emitter } from '../core/emitter.js';
import { get } from '../core/api.js';

const PAUSE_MS = 15_000;

/** "Engine 1/2": what is free of what must be, short enough for a county on the map. */
export function holeInShort({ unit_types: types, available, minimum }, titleOf) {
  const names = types.map((type) => titleOf(type).split(/[,(]/)[0].trim());
  const [first, ...others] = new Set(names);
  return `${first}${others.length ? ' …' : ''} ${available}/${minimum}`;
}

/** Event: `holes` [{rule_id, where, counties, text, …}] whenever they were asked for. */
export class Cover extends Emitter {
  constructor({ fetchJson = get, later = (call, ms) => setTimeout(call, ms), clock = () => performance.now() } = {}) {
    super();
    Object.assign(this, { fetchJson, later, clock, holes: [], isWatched: false, askedAt: -Infinity, waiting: false });
  }

  /** Whether anybody looks at it; nobody is asked otherwise. */
  watch(on) {
    this.isWatched = on;
    if (on) this.ask();
  }

  /** Something happened: ask now, or when the pause is over. */
  ask() {
    if (!this.isWatched || this.waiting) return;
    const pause = Math.max(0, this.askedAt + PAUSE_MS - this.clock());
    this.waiting = true;
    this.later(() => this.#fetch(), pause);
  }

  async #fetch() {
    this.waiting = false;
    this.askedAt = this.clock();
    try {
      const { holes } = await this.fetchJson('/api/cover');
      this.holes = holes;
      this.emit('holes', holes);
    } catch {
      this.ask(); // what is shown stays until the line is back
    }
  }
}
