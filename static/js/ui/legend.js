// What the symbols mean, made of the symbols themselves.
import { el } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { TONE_TITLES, TONES } from '../words/tones.js';
import { symbol } from './symbol.js';

export class Legend {
  constructor(catalog) {
    this.catalog = catalog;
    this.root = el('details', { class: 'legend', open: recall('legend', false) },
      el('summary', {}, 'What the symbols mean'), this.#kinds(), this.#states(), this.#ring());
    this.root.addEventListener('toggle', () => remember('legend', this.root.open));
  }

  #row(picture, ...words) {
    return el('li', {}, picture, el('span', {}, words));
  }

  #kinds() {
    return el('ul', { class: 'legend-rows' }, this.catalog.kinds.map(({ code, one }) => (
      this.#row(symbol(this.catalog, { kind: code }), one))));
  }

  #states() {
    const [{ code: kind, statuses }] = this.catalog.kinds;
    const status = (statuses.find(({ code }) => code === 'open') ?? statuses[0]).code;
    const draw = (state) => symbol(this.catalog, { kind, status, ...state });
    const selected = el('span', { class: 'point selected in-legend' }, draw({}));
    return el('ul', { class: 'legend-rows' },
      this.#row(draw({}), 'confirmed in time'), this.#row(draw({ stale: true }), 'not confirmed in time'),
      this.#row(draw({ approximate: true }), 'approximate place'), this.#row(selected, 'selected'));
  }

  #ring() {
    const swatch = (tone) => el('span', { class: `swatch ${tone}` });
    return el('ul', { class: 'legend-rows' },
      el('li', { class: 'wide' }, 'A ring is several at one place, an arc for each kind:'),
      TONES.map((tone) => this.#row(swatch(tone), TONE_TITLES[tone])));
  }
}
