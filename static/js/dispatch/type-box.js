// What happened, chosen by a few letters of its title, its short name or another word for it.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { Listbox } from '../ui/listbox.js';
import { matchingTypes } from './type-match.js';

const OFFERED = 12;

/** Event: `chosen` type {code, title, priority, …} or null. */
export class TypeBox extends Emitter {
  /** @param {Glossary} glossary; @param {object} attributes of the input (id, aria-describedby) */
  constructor(glossary, attributes) {
    super();
    this.glossary = glossary;
    this.type = null;
    this.input = el('input', { ...attributes, type: 'text', spellcheck: false, required: true,
      placeholder: 'fire, sf, crash, flood' });
    this.list = new Listbox(this.input, { label: 'Types of incident', draw: (type) => this.#row(type) })
      .on('taken', (type) => this.choose(type));
    this.root = el('div', { class: 'picker-box' }, this.input, this.list.root);
    this.input.addEventListener('input', () => this.#offer());
    this.input.addEventListener('click', () => this.#offer());
    this.input.addEventListener('keydown', ({ key }) => {
      if (key === 'ArrowDown' && !this.list.open) this.#offer();
    });
    this.input.addEventListener('change', () => this.settle());
  }

  /** Take this one; its title stands in the box. */
  choose(type) {
    this.type = type;
    this.input.value = type?.title ?? '';
    this.emit('chosen', type);
  }

  /** Make of what was typed the type it most likely means, if it means any. */
  settle() {
    if (this.type && this.input.value === this.type.title) return this.type;
    const typed = this.input.value.trim();
    const [best] = typed ? matchingTypes(this.glossary.types, typed) : [];
    if (best) this.choose(best);
    else {
      this.type = null;
      this.emit('chosen', null);
    }
    return this.type;
  }

  #offer() {
    const found = matchingTypes(this.glossary.types, this.type?.title === this.input.value ? '' : this.input.value);
    if (found.length) this.list.offer(found.slice(0, this.input.value ? OFFERED : found.length));
    else this.list.say('No type is called that. Try another word, or “other”.');
  }

  #row({ title, short, priority }) {
    return [el('span', { class: 'title' }, title), el('span', { class: 'quietly' }, `priority ${priority}`),
      el('kbd', {}, short)];
  }
}
