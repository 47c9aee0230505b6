// Writes url-state into the address bar. Moving about replaces the entry; opening a detail pushes
// one, so that Back closes it.
import { Emitter } from './emitter.js';
import { format, parse } from './url-state.js';

/** Chrome refuses more than 200 replacements in 30 s; a pan makes several a second. */
const SETTLE_MS = 300;

// A link from another page names an incident as `/?incident=12`; here it belongs to the fragment.
function arrival() {
  const state = parse(location.hash);
  const incident = Number(new URLSearchParams(location.search).get('incident'));
  return incident > 0 ? { ...state, incident } : state;
}

/** Event: `moved` {before, view, filter, selected, incident, area} when the address changed without us. */
export class Address extends Emitter {
  constructor() {
    super();
    this.state = arrival();
    if (location.search) history.replaceState(history.state, '', `${location.pathname}#${format(this.state)}`);
    addEventListener('popstate', () => this.#back());
  }

  /** Remember part of the state; `push` makes a new entry for Back to return from. */
  set(part, { push = false } = {}) {
    if (push) this.#settle(); // Back must lead to what was left, not to what was there before it
    this.state = { ...this.state, ...part };
    clearTimeout(this.timer);
    if (push) history.pushState({ ours: true, pushed: true }, '', `#${format(this.state)}`);
    else this.timer = setTimeout(() => this.#settle(), SETTLE_MS);
  }

  /** Whether Back leads to the page as it was before the selection. */
  get pushed() {
    return Boolean(history.state?.pushed);
  }

  #settle() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = null;
    history.replaceState({ ...history.state, ours: true }, '', `#${format(this.state)}`);
  }

  #back() {
    clearTimeout(this.timer);
    this.timer = null;
    const before = this.state;
    this.state = parse(location.hash);
    const isGone = (name) => before[name] && !this.state[name];
    const closing = (isGone('selected') || isGone('incident')) && history.state?.ours;
    if (closing) this.set({ view: before.view }); // Back closes the panel; the map stays where it is
    this.emit('moved', { before, ...this.state });
  }
}
