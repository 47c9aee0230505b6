// The part of a combobox (ARIA 1.2) that search and pickers share: an input that owns a list of
// options which the arrow keys walk while the focus stays in the input.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { plural } from '../words/numbers.js';
import { say } from './announce.js';

/** So long after the last letter the choices are said aloud. */
const TOLD_AFTER_MS = 700;

let number = 0;

/** Events: `taken` option, `closed`. An option is {text…} made into an element by `draw`. */
export class Listbox extends Emitter {
  /** @param {HTMLInputElement} input; @param {{label, draw: function(object): Node[]}} options */
  constructor(input, { label, draw }) {
    super();
    this.input = input;
    this.draw = draw;
    this.id = `listbox-${++number}`;
    this.root = el('ul', { class: 'listbox', role: 'listbox', id: this.id, 'aria-label': label, hidden: true });
    for (const [name, value] of Object.entries({
      role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': this.id,
      autocomplete: 'off',
    })) input.setAttribute(name, value);
    input.addEventListener('keydown', (event) => this.#key(event));
    input.addEventListener('blur', () => this.close());
  }

  get open() {
    return !this.root.hidden;
  }

  /** Offer options; a group's name stands before its first option. */
  offer(options) {
    this.options = options;
    this.at = -1;
    this.root.replaceChildren(...options.flatMap((option, i) => [
      option.group && option.group !== options[i - 1]?.group
        ? el('li', { class: 'group', role: 'presentation' }, option.group) : null,
      this.#option(option, i),
    ]).filter(Boolean));
    this.#expand(options.length > 0);
    this.#tell(plural(options.length, 'choice'));
  }

  /** Words instead of options: nothing found, or still looking. */
  say(words) {
    this.options = [];
    this.at = -1;
    this.root.replaceChildren(el('li', { class: 'group', role: 'presentation' }, words));
    this.#expand(true);
    this.#tell(words);
  }

  // For the ear, once the typing pauses: each letter brings other choices.
  #tell(words) {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { if (this.open) say(words); }, TOLD_AFTER_MS);
  }

  close() {
    if (!this.open) return;
    this.#expand(false);
    this.emit('closed');
  }

  #option(option, i) {
    const take = (event) => {
      event.preventDefault(); // the input keeps the focus
      this.#take(i);
    };
    return el('li', {
      role: 'option', id: `${this.id}-${i}`, 'aria-selected': 'false', onmousedown: take,
    }, this.draw(option));
  }

  #expand(open) {
    this.root.hidden = !open;
    this.input.setAttribute('aria-expanded', String(open));
    if (!open) this.input.removeAttribute('aria-activedescendant');
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.open) this.#walk(step);
    else if (event.key === 'Enter' && this.open && this.at >= 0) this.#take(this.at);
    else if (event.key === 'Escape' && this.open) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #walk(step) {
    const { length } = this.options;
    if (!length) return;
    this.#mark(this.at < 0 && step < 0 ? length - 1 : (this.at + step + length) % length);
  }

  #mark(at) {
    const elementOf = (i) => this.root.querySelector(`#${this.id}-${i}`);
    elementOf(this.at)?.setAttribute('aria-selected', 'false');
    this.at = at;
    const element = elementOf(at);
    element.setAttribute('aria-selected', 'true');
    element.scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-activedescendant', element.id);
  }

  #take(i) {
    const option = this.options[i];
    this.close();
    this.emit('taken', option);
  }
}
