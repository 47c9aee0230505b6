// Incidents, areas and cover in the rail: how many there are now, whether the map shows them, and
// below areas and cover which ones.
import { Emitter } from '../core/emitter.js';
import { el, icon, svg } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { clockTime } from '../words/age.js';
import { AREA_KINDS, AREA_LETTERS, AREA_TITLES, isInForce } from '../words/areas.js';
import { timeOrDay } from '../words/clock.js';
import { count } from '../words/numbers.js';
import { FoldList } from './fold-list.js';

const REMEMBERED = 'board.layers';
/** Incidents are never off when a page opens: nobody should miss one because of yesterday. */
const LAYERS = Object.freeze([
  { name: 'incidents', title: 'Incidents', staff: true },
  { name: 'areas', title: 'Areas', staff: false },
  { name: 'cover', title: 'Short of cover', staff: true },
]);
const FOLDED = Object.freeze({
  areas: { label: 'Which areas', remembered: 'board.areas' },
  cover: { label: 'Where too few units are left', remembered: 'board.holes' },
});

/** Areas as they are listed: those in force first, then by kind, then by name. */
export function listedAreas(areas, now) {
  const rank = (area) => [isInForce(area, now) ? 0 : 1, AREA_KINDS.indexOf(area.kind)];
  return [...areas].sort((a, b) => {
    const [[state, kind], [otherState, otherKind]] = [rank(a), rank(b)];
    return state - otherState || kind - otherKind || a.name.localeCompare(b.name, 'en', { numeric: true });
  });
}

/** Events: `toggled` {name, on}, `county` {fips} to be shown, `area` {id} to be opened. */
export class BoardToggles extends Emitter {
  constructor(catalog) {
    super();
    this.catalog = catalog;
    this.shown = { incidents: true, areas: true, cover: true, ...recall(REMEMBERED, {}) };
    this.lists = Object.fromEntries(Object.entries(FOLDED).map(([name, parts]) => (
      [name, new FoldList({ ...parts, symbolsUrl: catalog.symbolsUrl })])));
    this.rows = new Map(LAYERS.filter(({ staff }) => catalog.isStaff || !staff).map((layer) => [layer.name, this.#row(layer)]));
    this.root = el('section', { class: 'board-layers', 'aria-label': 'Dispatch' },
      [...this.rows].flatMap(([name, { root }]) => [root, this.lists[name]?.root]));
  }

  /** Say what is on, to whoever draws it. */
  start() {
    for (const name of this.rows.keys()) this.emit('toggled', { name, on: this.shown[name] });
  }

  /** @param {{incidents: number, unplaced: number, asPoints: number, areas: object[], holes: object[], now: number}} board */
  show({ incidents, unplaced, asPoints, areas, holes, now }) {
    const numbers = { incidents, areas: areas.length, cover: holes.length };
    for (const [name, { number }] of this.rows) {
      // nobody asks for holes that nobody looks at, so there is no number to tell
      number.textContent = this.shown[name] || name !== 'cover' ? count(numbers[name]) : '';
    }
    const { old } = this.rows.get('incidents') ?? {};
    if (old) {
      old.textContent = [
        unplaced && `${count(unplaced)} without a place`, asPoints && `${count(asPoints)} as points`,
      ].filter(Boolean).join(', ');
    }
    this.lists.areas.show(listedAreas(areas, now).map((area) => this.#area(area, now)));
    this.lists.cover.show((this.shown.cover ? holes : []).map(({ text, counties }) => (
      { words: [text], key: text, run: () => this.emit('county', { fips: counties[0] }) })));
  }

  #area({ id, kind, name, ...times }, now) {
    const { starts_at: start, ends_at: end } = times;
    const inForce = isInForce(times, now);
    const turn = inForce ? end : start;
    const until = turn === null ? null : el('time', { title: clockTime(turn) },
      `${inForce ? 'until' : 'from'} ${timeOrDay(turn, this.catalog.settings.zone, now)}`);
    const letter = el('span', { class: kind }, el('span', { class: 'area-letter', dataset: { letter: AREA_LETTERS[kind] } }));
    return {
      key: [id, kind, name, inForce, start, end].join(), run: () => this.emit('area', { id }),
      words: [letter, el('span', { class: 'spoken' }, `${AREA_TITLES[kind]} area: `),
        el('span', { class: 'title', title: name }, name), until],
    };
  }

  #row({ name, title }) {
    const box = el('input', { type: 'checkbox', checked: this.shown[name], onchange: () => this.#toggle(name, box.checked) });
    const [number, old] = [el('span', { class: 'number' }), el('span', { class: 'old' })];
    const root = el('div', { class: `layer-head${this.shown[name] ? '' : ' off'}` },
      el('label', {}, box, this.#picture(name), el('span', { class: 'title' }, title), old, number),
      this.lists[name]?.button);
    return { root, number, old };
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
