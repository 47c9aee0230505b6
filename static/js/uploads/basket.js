// Fixes chosen for a large file: it is checked once for all of them, and not after each click.
import { button, el } from '../core/dom.js';

const plural = (count, word) => `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : (word.endsWith('x') ? 'es' : 's')}`;

// A problem has one fix and a pair one answer: another one takes its place.
const keyOf = ({ name, value }) => `${name}=${value.slice(0, value.lastIndexOf(':'))}`;

export class Basket {
  /** @param {(entries: string[][]) => void} send everything that was chosen, at once */
  constructor(send) {
    this.chosen = new Map();
    this.words = el('p', { role: 'status' });
    this.box = el('div', { class: 'toast basket', hidden: true }, this.words,
      button('button primary', () => send(this.entries), 'Check the file with them'),
      button('button quiet', () => this.empty(), 'Forget them'));
    document.body.append(this.box);
  }

  get entries() {
    return [...this.chosen.values()].flat();
  }

  /** Choose a fix, or a second time not. */
  toggle(element) {
    const key = keyOf(element);
    const again = this.chosen.get(key)?.[0][1] === element.value;
    if (again) this.chosen.delete(key);
    else this.chosen.set(key, [[element.name, element.value]]);
    this.show();
  }

  /** Remember what the cells of a form say; a cell that says what the file does is no correction. */
  correct(form) {
    for (const input of form.querySelectorAll('input[name^="cell."]')) {
      const was = [`was.${input.name.slice(5)}`, input.defaultValue];
      if (input.value.trim() === input.defaultValue.trim()) this.chosen.delete(input.name);
      else this.chosen.set(input.name, [[input.name, input.value], was]);
    }
    this.show();
  }

  empty() {
    this.chosen.clear();
    this.show();
  }

  /** Mark what is chosen; the page may have been drawn anew. */
  show() {
    for (const element of document.querySelectorAll('[data-fixes] button[name]')) {
      const chosen = this.chosen.get(keyOf(element))?.[0][1] === element.value;
      if (chosen) element.setAttribute('aria-pressed', 'true');
      else if (element.name !== 'pair') element.removeAttribute('aria-pressed');
    }
    this.box.hidden = !this.chosen.size;
    this.words.textContent = `${plural(this.chosen.size, 'fix')} chosen.`;
  }
}
