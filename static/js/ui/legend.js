// What the symbols mean, made of the symbols themselves.
import { el, svg } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { hatch } from '../map/area-shapes.js';
import { AREA_KINDS, AREA_LETTERS, AREA_TITLES } from '../words/areas.js';
import { TONE_TITLES, TONES } from '../words/tones.js';
import { symbol } from './symbol.js';

export class Legend {
  constructor(catalog) {
    this.catalog = catalog;
    this.root = el('details', { class: 'legend', open: recall('legend', false) },
      el('summary', {}, 'What the symbols mean'), ...this.#kinds(), this.#states(), this.#ring(),
      ...(this.catalog.isStaff ? [this.#incidents()] : []), this.#areas());
    this.root.addEventListener('toggle', () => remember('legend', this.root.open));
  }

  #row(picture, ...words) {
    return el('li', {}, picture, el('span', {}, words));
  }

  // The shape says what a thing is, color and letter its status: on paper nothing else says it.
  #kinds() {
    return this.catalog.kinds.map(({ code: kind, title, statuses }) => el('ul', { class: 'legend-rows' },
      el('li', { class: 'wide' }, `${title}:`),
      statuses.map(({ code: status, title: word }) => this.#row(symbol(this.catalog, { kind, status }), word.toLowerCase()))));
  }

  #states() {
    const [{ code: kind, statuses }] = this.catalog.kinds;
    const status = (statuses.find(({ code }) => code === 'open') ?? statuses[0]).code;
    const draw = (state) => symbol(this.catalog, { kind, status, ...state });
    const selected = el('span', { class: 'point selected in-legend' }, draw({}));
    return el('ul', { class: 'legend-rows' },
      this.#row(draw({}), 'confirmed in time'), this.#row(draw({ stale: true }), 'not confirmed in time'),
      this.#row(draw({ approximate: true }), 'approximate place'), this.#row(selected, 'selected'),
      this.#row(draw({ danger: 1 }), 'in a danger area'));
  }

  #ring() {
    const swatch = (tone) => el('span', { class: `swatch ${tone}` });
    return el('ul', { class: 'legend-rows' },
      el('li', { class: 'wide' }, 'A ring is several at one place, an arc for each kind:'),
      TONES.map((tone) => this.#row(swatch(tone), TONE_TITLES[tone])));
  }

  #incidents() {
    const titles = new Map((this.catalog.settings.words?.priority ?? []).map(({ code, title }) => [code, title]));
    const diamond = (priority, isOverdue = false) => {
      const use = (name, size = {}) => svg('use', { href: `${this.catalog.symbolsUrl}#${name}`, ...size });
      const look = { viewBox: '0 0 24 24', class: 'symbol diamond', 'data-priority': priority, 'aria-hidden': 'true' };
      const picture = svg('svg', look,
        ...(isOverdue ? [use('overdue', { x: -4, y: -4, width: 32, height: 32 })] : []), use('incident'));
      picture.append(svg('text', { x: 12, y: 16 }, priority));
      return picture;
    };
    const link = (held) => svg('svg', { class: 'link-swatch', viewBox: '0 0 26 10', 'aria-hidden': 'true' },
      svg('path', { class: `link${held ? ' held' : ''}`, d: 'M1 5H25', fill: 'none' }));
    return el('ul', { class: 'legend-rows' },
      el('li', { class: 'wide' }, 'A diamond is an incident, its number the priority:'),
      ['1', '2', '3', '4'].map((priority) => this.#row(diamond(priority), (titles.get(priority) ?? priority).toLowerCase())),
      this.#row(diamond('1', true), 'overdue: no unit came in time'),
      this.#row(el('span', { class: 'area-swatch cover' }), 'short of cover'),
      this.#row(link(false), 'unit sent'), this.#row(link(true), 'unit reserved'));
  }

  #areas() {
    Legend.number = (Legend.number ?? 0) + 1; // a page may have two legends, and an id only once
    const swatch = (kind) => {
      const id = `legend-${Legend.number}-${kind}`;
      return el('span', { class: `area-swatch ${kind}` }, svg('svg', { 'aria-hidden': 'true' },
        svg('defs', {}, hatch(kind, id)), svg('rect', { width: '100%', height: '100%', fill: `url(#${id})` })));
    };
    return el('ul', { class: 'legend-rows' },
      AREA_KINDS.map((kind) => this.#row(swatch(kind), `${AREA_LETTERS[kind]} ${AREA_TITLES[kind].toLowerCase()}`)),
      this.#row(el('span', { class: 'area-swatch planned' }), 'not yet in force'));
  }
}
