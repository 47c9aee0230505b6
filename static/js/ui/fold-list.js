// A list that can be put away below a row of the rail: it is long in a bad hour, and what stands below
// it must stay in sight. Whether it is open is remembered.
import { button, el, icon } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';

export class FoldList {
  /** @param {{label: string, remembered: string, symbolsUrl: string}} parts; `label` names list and button */
  constructor({ label, remembered, symbolsUrl }) {
    this.remembered = remembered;
    this.isOpen = recall(remembered, false);
    this.root = el('ul', { class: 'fold-list', hidden: true, 'aria-label': label });
    this.button = el('button', {
      type: 'button', class: 'icon-button fold', hidden: true, 'aria-label': label, 'aria-expanded': String(this.isOpen),
      onclick: () => this.#turn(),
    }, icon('down', symbolsUrl));
  }

  /** @param {{words: (string|Node)[], key: string, run: function()}[]} lines; with none there is nothing to open */
  show(lines) {
    this.empty = lines.length === 0;
    this.button.hidden = this.empty;
    this.root.hidden = this.empty || !this.isOpen;
    const told = lines.map(({ key }) => key).join('|');
    if (told === this.told) return;
    this.told = told;
    this.root.replaceChildren(...lines.map(({ words, run }) => el('li', {}, button('', run, words))));
  }

  #turn() {
    this.isOpen = !this.isOpen;
    remember(this.remembered, this.isOpen);
    this.button.setAttribute('aria-expanded', String(this.isOpen));
    this.root.hidden = this.empty || !this.isOpen;
  }
}
