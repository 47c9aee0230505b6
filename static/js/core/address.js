// Writes url-state into the address bar. Moving about replaces the entry; opening a detail pushes
// one, so that Back closes it.
import { Emitter } from './emitter.js';
import { format, parse } from './url-state.js';

/** Chrome refuses more than 200 replacements in 30 s; a pan makes several a second. */
const SETTLE_MS = 300;

/** Event: `moved` {view, filter, selected} when the person went back or forward. */
export class Address extends Emitter {
  constructor() {
    super();
    this.state = parse(location.hash);
    addEventListener('popstate', () => this.#back());
  }

  /** Remember part of the state; `push` makes a new entry for Back to return from. */
  set(part, { push = false } = {}) {
    this.state = { ...this.state, ...part };
    clearTimeout(this.timer);
    if (push) history.pushState({ pushed: true }, '', `#${format(this.state)}`);
    else this.timer = setTimeout(() => this.#replace(), SETTLE_MS);
  }

  /** Whether Back leads to the page as it was before the selection. */
  get pushed() {
    return Boolean(history.state?.pushed);
  }

  #replace() {
    history.replaceState(history.state, '', `#${format(this.state)}`);
  }

  #back() {
    clearTimeout(this.timer);
    const before = this.state;
    this.state = parse(location.hash);
    this.emit('moved', { before, ...this.state });
  }
}
