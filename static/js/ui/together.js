// Resources that stand on one spot and no zoom takes apart: a short list to choose from.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { giveBack } from '../core/focus.js';
import { plural } from '../words/numbers.js';
import { symbol } from './symbol.js';

/** Event: `chosen` {id}. */
export class Together extends Emitter {
  constructor(box, catalog, summaries) {
    super();
    Object.assign(this, { box, catalog, summaries });
    this.root = el('div', { class: 'together', role: 'dialog', 'aria-label': 'At this place', hidden: true });
    this.root.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.#close(event); });
    box.append(this.root);
  }

  /** @param {object[]} points of the worker; @param {HTMLElement} element they stand at */
  async show(points, element) {
    this.opener = element;
    await this.summaries.load(points.map(({ id }) => id)).catch(() => {});
    this.root.replaceChildren(
      el('h2', {}, plural(points.length, 'resource'), ' at this place'),
      el('ul', {}, points.map((point) => this.#row(point))));
    this.root.hidden = false;
    this.#place(element);
    this.root.querySelector('button')?.focus();
  }

  hide() {
    this.root.hidden = true;
  }

  #row(point) {
    const summary = this.summaries.peek(point.id);
    return el('li', {}, el('button', { type: 'button', onclick: () => this.#choose(point.id) },
      symbol(this.catalog, point), el('span', { class: 'title' }, summary?.name ?? `Number ${point.id}`),
      el('span', { class: 'quietly' }, this.catalog.status(point.kind, point.status).title)));
  }

  #choose(id) {
    this.hide();
    this.emit('chosen', { id });
  }

  #close(event) {
    event.stopPropagation();
    this.hide();
    giveBack(this.opener, this.box.querySelector('#map'));
  }

  #place(element) {
    const box = this.box.getBoundingClientRect();
    const at = element.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.root;
    this.root.style.left = `${Math.max(8, Math.min(box.width - width - 8, at.right - box.left + 8))}px`;
    this.root.style.top = `${Math.max(8, Math.min(box.height - height - 8, at.top - box.top))}px`;
  }
}
