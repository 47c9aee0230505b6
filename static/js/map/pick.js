// Choosing a place on the map by one click or by the keyboard: a cross in the middle, panned with
// the arrow keys, Enter takes it. Nothing has to be dragged.
import { el } from '../core/dom.js';

export class Pick {
  constructor(stage, container) {
    this.stage = stage;
    this.container = container;
    stage.on('clicked', (position) => this.#take(position));
  }

  get active() {
    return Boolean(this.resolve);
  }

  /** Ask for a place. Resolves to {lat, lon}, or null when the person gives up. */
  ask(question) {
    this.#end(null);
    this.panel = el('div', { class: 'pick', role: 'dialog', 'aria-label': question },
      el('p', {}, question, el('br'), el('small', {}, 'Click the map, or pan with the arrow keys and press Enter.')),
      el('button', { type: 'button', class: 'button primary', onclick: () => this.#takeCenter() }, 'Use the middle'),
      el('button', { type: 'button', class: 'button', onclick: () => this.#end(null) }, 'Cancel'));
    this.container.append(this.panel);
    this.container.classList.add('picking');
    this.onKey = (event) => this.#key(event);
    document.addEventListener('keydown', this.onKey, true);
    this.stage.map.getContainer().focus();
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  #key(event) {
    if (event.key === 'Escape') this.#end(null);
    else if (event.key === 'Enter' && !event.target.closest('button')) this.#takeCenter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #takeCenter() {
    this.#take(this.stage.view.center);
  }

  #take({ lat, lon }) {
    if (this.active) this.#end({ lat: Number(lat.toFixed(5)), lon: Number(lon.toFixed(5)) });
  }

  #end(position) {
    const { resolve } = this;
    this.resolve = null;
    this.panel?.remove();
    this.container.classList.remove('picking');
    document.removeEventListener('keydown', this.onKey, true);
    resolve?.(position);
  }
}
