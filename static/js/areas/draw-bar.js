// The words and buttons over the map while somebody draws. They are all there is on a phone, where
// the panel makes room for the map.
import { button, el } from '../core/dom.js';

export class DrawBar {
  constructor(box) {
    this.box = box;
    this.said = el('p', { role: 'status' });
    this.root = el('div', { class: 'draw-bar', role: 'group', 'aria-label': 'Drawing' }, this.said);
  }

  /** @param {string} words what to do; @param {[string, function][]} actions the last one leaves */
  show(words, actions) {
    this.said.textContent = words;
    this.root.replaceChildren(this.said, el('div', { class: 'row-of-buttons' },
      actions.map(([title, run], i) => button(`button small${i ? '' : ' primary'}`, run, title))));
    this.box.append(this.root);
  }

  say(words) {
    this.said.textContent = words;
  }

  hide() {
    this.root.remove();
  }
}
