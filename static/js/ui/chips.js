// Choices as buttons that stay pressed, each with its count. None pressed means all.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { count } from '../words/numbers.js';

/** Event: `chosen` [codes]. */
export class Chips extends Emitter {
  constructor({ label, columns = false }) {
    super();
    this.root = el('div', { class: columns ? 'chips columns' : 'chips', role: 'group', 'aria-label': label });
    this.buttons = new Map();
  }

  /** @param {{code, title, number?, picture?}[]} choices, without numbers before there are any; @param {string[]} chosen */
  show(choices, chosen) {
    this.chosen = chosen;
    this.root.classList.toggle('narrowed', chosen.length > 0);
    for (const choice of choices) this.#draw(choice);
  }

  #draw({ code, title, number, picture }) {
    const known = this.buttons.get(code) ?? this.#make(code, title, picture);
    known.number.textContent = number === undefined ? '' : count(number);
    known.button.classList.toggle('none', number === 0);
    known.button.setAttribute('aria-pressed', String(this.chosen.includes(code)));
  }

  #make(code, title, picture) {
    const number = el('span', { class: 'number' });
    const button = el('button', { type: 'button', class: 'chip', title, onclick: () => this.#toggle(code) },
      picture?.(), el('span', { class: 'title' }, title), number);
    this.root.append(button);
    this.buttons.set(code, { button, number });
    return this.buttons.get(code);
  }

  #toggle(code) {
    const others = this.chosen.filter((other) => other !== code);
    this.emit('chosen', others.length === this.chosen.length ? [...others, code] : others);
  }
}
