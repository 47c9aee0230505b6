// The incident in hand, in the bar: always in sight, one click away, until it is put down.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { since, tellAges } from './ages.js';

const TICK_MS = 5_000;

/** Event: `open` {id}. */
export class InHand extends Emitter {
  constructor(root, glossary) {
    super();
    Object.assign(this, { root, glossary });
    setInterval(() => tellAges(root), TICK_MS);
  }

  /** @param {?object} incident {id, number, title, priority, status, reported_at} */
  show(incident) {
    this.root.hidden = !incident;
    if (!incident) {
      this.root.replaceChildren();
      return;
    }
    const { id, number, title, priority, status, reported_at: at } = incident;
    const focused = this.root.contains(document.activeElement);
    this.root.replaceChildren(el('button', {
      type: 'button', title, class: `in-hand-button${status === 'closed' ? ' closed' : ''}`,
      onclick: () => this.emit('open', { id }),
    }, this.glossary.diamond(incident),
      el('span', { class: 'spoken' }, `In hand, ${this.glossary.priority(priority).toLowerCase()}: `),
    el('span', { class: 'number' }, number), ' ', el('span', { class: 'title' }, title), ' ',
    el('span', { class: 'age' }, status === 'closed' ? 'closed' : since(at))));
    if (focused) this.root.firstElementChild.focus();
  }
}
