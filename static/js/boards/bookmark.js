// The choice of a board in the address bar. Each choice is an entry to come back to; words that
// are being typed share one.
import { Emitter } from '../core/emitter.js';
import { format, parse } from './choice.js';

/** Event: `moved` choice, when the address changed without us. */
export class Bookmark extends Emitter {
  constructor() {
    super();
    this.choice = parse(location.hash);
    for (const name of ['popstate', 'hashchange']) addEventListener(name, () => this.#moved());
  }

  /** Change part of the choice; another choice begins on its first page. */
  set(part, { typing = false } = {}) {
    const before = format(this.choice);
    this.choice = { ...this.choice, page: 1, ...part };
    const now = format(this.choice);
    if (now === before) return;
    const url = now ? `#${now}` : location.pathname + location.search;
    if (typing && this.typing) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    this.typing = typing;
  }

  #moved() {
    const before = format(this.choice);
    this.choice = parse(location.hash);
    this.typing = false;
    if (format(this.choice) !== before) this.emit('moved', this.choice);
  }
}
