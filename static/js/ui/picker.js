// Choosing several of many by typing: counties, agencies. What is chosen stands above as tags.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { count } from '../words/numbers.js';
import { Listbox } from './listbox.js';

const OFFERED = 40;

/** Event: `chosen` [codes]. */
export class Picker extends Emitter {
  constructor({ label, placeholder }) {
    super();
    this.choices = [];
    this.chosen = [];
    this.input = el('input', { type: 'text', placeholder, 'aria-label': label, spellcheck: false });
    this.list = new Listbox(this.input, { label, draw: (choice) => this.#row(choice) })
      .on('taken', ({ code }) => this.#add(code));
    this.tags = el('ul', { class: 'tags', 'aria-label': `${label}, chosen` });
    this.root = el('div', { class: 'rail-field picker' },
      el('span', {}, label), this.tags, el('div', { class: 'picker-box' }, this.input, this.list.root));
    this.input.addEventListener('input', () => this.#offer());
    this.input.addEventListener('focus', () => this.#offer());
  }

  /** @param {{code, title, number}[]} choices; @param {string[]} chosen codes */
  show(choices, chosen) {
    this.choices = choices;
    if (chosen.join() === this.chosen.join() && this.tags.children.length === chosen.length) return;
    this.chosen = chosen;
    this.tags.replaceChildren(...chosen.map((code) => this.#tag(code)));
  }

  #offer() {
    const typed = this.input.value.trim().toLowerCase();
    const found = this.choices
      .filter(({ code, title }) => !this.chosen.includes(code) && title.toLowerCase().includes(typed))
      .sort((a, b) => Number(b.title.toLowerCase().startsWith(typed)) - Number(a.title.toLowerCase().startsWith(typed))
        || a.title.localeCompare(b.title));
    if (found.length) this.list.offer(found.slice(0, OFFERED));
    else this.list.say('Nothing is called that');
  }

  #row({ title, number }) {
    return [el('span', { class: 'title' }, title), el('span', { class: 'number' }, count(number))];
  }

  #tag(code) {
    const { title } = this.choices.find((choice) => choice.code === code) ?? { title: code };
    return el('li', {}, el('button', {
      type: 'button', class: 'tag', 'aria-label': `Remove ${title}`, onclick: () => this.#remove(code),
    }, title, el('span', { 'aria-hidden': 'true' }, '×')));
  }

  #add(code) {
    this.input.value = '';
    this.emit('chosen', [...this.chosen, code]);
  }

  #remove(code) {
    this.emit('chosen', this.chosen.filter((other) => other !== code));
    this.input.focus();
  }
}
