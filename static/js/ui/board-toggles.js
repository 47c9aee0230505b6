// Incidents, areas and cover in the rail: how many there are now, and whether the map shows them.
import { Emitter } from '../core/emitter.js';
import { button, el, icon, svg } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { count } from '../words/numbers.js';

const REMEMBERED = 'board.layers';
const OPEN = 'board.holes';
/** Incidents are never off when a page opens: nobody should miss one because of yesterday. */
const LAYERS = Object.freeze([
  { name: 'incidents', title: 'Incidents', staff: true },
  { name: 'areas', title: 'Areas', staff: false },
  { name: 'cover', title: 'Short of cover', staff: true },
]);

/** Events: `toggled` {name, on}, `county` {fips} to be shown. */
export class BoardToggles extends Emitter {
  constructor(catalog) {
    super();
    this.catalog = catalog;
    const isStaff = Boolean(catalog.settings.viewer.may?.see_staff);
    this.fold = { hidden: true };
    this.isOpen = recall(OPEN, false);
    this.shown = { incidents: true, areas: true, cover: true, ...recall(REMEMBERED, {}) };
    this.rows = new Map(LAYERS.filter(({ staff }) => isStaff || !staff).map((layer) => [layer.name, this.#row(layer)]));
    this.unplaced = el('small', { hidden: true });
    this.holes = el('ul', { class: 'holes', hidden: true, 'aria-label': 'Where too few units are left' });
    this.root = el('section', { class: 'board-layers', 'aria-label': 'Dispatch' },
      [...this.rows].flatMap(([name, { root }]) => (
        [root, name === 'incidents' && this.unplaced, name === 'cover' && this.holes])));
  }

  /** Say what is on, to whoever draws it. */
  start() {
    for (const name of this.rows.keys()) this.emit('toggled', { name, on: this.shown[name] });
  }

  /** @param {{incidents: number, unplaced: number, areas: number, holes: object[]}} numbers */
  show({ incidents, unplaced, areas, holes }) {
    const numbers = { incidents, areas, cover: holes.length };
    for (const [name, { number }] of this.rows) {
      // nobody asks for holes that nobody looks at, so there is no number to tell
      number.textContent = this.shown[name] || name !== 'cover' ? count(numbers[name]) : '';
    }
    this.unplaced.hidden = unplaced === 0;
    this.unplaced.textContent = `${count(unplaced)} without a place`;
    this.#tellHoles(this.shown.cover ? holes : []);
  }

  #tellHoles(holes) {
    this.holes.hidden = !this.isOpen || holes.length === 0;
    this.fold.hidden = holes.length === 0;
    const key = holes.map(({ text }) => text).join('|');
    if (key === this.told) return;
    this.told = key;
    this.holes.replaceChildren(...holes.map(({ text, counties }) => el('li', {},
      button('', () => this.emit('county', { fips: counties[0] }), text))));
  }

  #row({ name, title }) {
    const box = el('input', { type: 'checkbox', checked: this.shown[name], onchange: () => this.#toggle(name, box.checked) });
    const number = el('span', { class: 'number' });
    const root = el('div', { class: `layer-head${this.shown[name] ? '' : ' off'}` },
      el('label', {}, box, this.#picture(name), el('span', { class: 'title' }, title), number),
      name === 'cover' ? this.#fold() : null);
    return { root, number };
  }

  // The list is long in a bad hour, and the layers below it must stay in sight.
  #fold() {
    this.fold = el('button', {
      type: 'button', class: 'icon-button fold', hidden: true, 'aria-expanded': String(this.isOpen),
      'aria-label': 'Where too few units are left',
      onclick: () => {
        this.isOpen = !this.isOpen;
        remember(OPEN, this.isOpen);
        this.fold.setAttribute('aria-expanded', String(this.isOpen));
        this.holes.hidden = !this.isOpen;
      },
    }, icon('down', this.catalog.symbolsUrl));
    return this.fold;
  }

  #picture(name) {
    if (name !== 'incidents') return icon(name === 'areas' ? 'layers' : 'alarm', this.catalog.symbolsUrl);
    return svg('svg', { viewBox: '0 0 24 24', class: 'symbol diamond', 'aria-hidden': 'true' },
      svg('use', { href: `${this.catalog.symbolsUrl}#incident` }));
  }

  #toggle(name, on) {
    this.shown = { ...this.shown, [name]: on };
    remember(REMEMBERED, { areas: this.shown.areas, cover: this.shown.cover });
    this.rows.get(name).root.classList.toggle('off', !on);
    this.emit('toggled', { name, on });
  }
}
