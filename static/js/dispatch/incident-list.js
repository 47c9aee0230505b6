// The open incidents beside the resources, in the same drawer: whoever would rather read than look
// at a map finds, sorts and opens them here.
import { Emitter } from '../core/emitter.js';
import { $, el, icon } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { VirtualRows } from '../ui/virtual-rows.js';
import { count, plural } from '../words/numbers.js';
import { epochOf } from '../words/age.js';
import { unitsInWords } from '../words/dispatch.js';
import { now, since, tellAges } from './ages.js';
import { sortIncidents } from './incident-order.js';

const TICK_MS = 10_000;
const COLUMNS = [
  { key: 'number', title: 'Incident' }, { key: 'priority', title: 'Priority' }, { key: 'title', title: 'What and where' },
  { key: 'status', title: 'Status' }, { key: 'units', title: 'Units' }, { key: 'county', title: 'County', wide: true },
  { key: 'age', title: 'Reported' },
];

/** Event: `chosen` {id}, `asked` for a new incident. */
export class IncidentList extends Emitter {
  /** @param {HTMLElement} drawer the list's; @param {List} others the resources' list in it */
  constructor(drawer, glossary, others) {
    super();
    Object.assign(this, { drawer, glossary, others, all: [], selected: null });
    this.sort = recall('incidents.sort', { key: 'priority', descending: false });
    this.#tab();
    this.#grid();
    others.on('asked', () => this.leave());
    setInterval(() => tellAges(this.grid), TICK_MS);
  }

  /** @param {object[]} incidents open ones, as the board has them */
  show(incidents) {
    this.all = incidents;
    this.parts = new Map();
    for (const { parent } of incidents) if (parent) this.parts.set(parent, (this.parts.get(parent) ?? 0) + 1);
    this.byId = new Map(incidents.map((one) => [one.id, one]));
    this.tab.querySelector('.number').textContent = count(incidents.length);
    this.#fill();
  }

  select(id) {
    const before = this.selected;
    this.selected = id;
    this.rows.redraw([before, id]);
  }

  /** In front, the resources' list behind. */
  enter() {
    this.drawer.classList.add('shows-incidents');
    for (const tab of this.tab.parentElement.children) tab.setAttribute('aria-pressed', String(tab === this.tab));
    this.rows.redraw();
  }

  leave() {
    this.drawer.classList.remove('shows-incidents');
    this.tab.setAttribute('aria-pressed', 'false');
  }

  focus() {
    this.enter();
    this.rows.active = Math.max(0, this.rows.ids.indexOf(this.selected));
    if (this.all.length) this.rows.focus();
    else this.empty.querySelector('button')?.focus();
  }

  #tab() {
    this.tab = el('button', {
      type: 'button', class: 'tab', dataset: { scope: 'incidents' }, 'aria-pressed': 'false', onclick: () => this.enter(),
    }, 'Incidents ', el('span', { class: 'number' }));
    $('[data-scopes]', this.drawer).prepend(this.tab);
  }

  #grid() {
    this.headings = el('div', { class: 'row headings', role: 'row', 'aria-rowindex': '1' });
    const box = el('div', { class: 'rows', role: 'rowgroup', tabIndex: -1 }, el('div', { class: 'space', role: 'presentation' }));
    this.grid = el('div', { class: 'grid incident-grid', role: 'grid', 'aria-label': 'Open incidents', 'aria-rowcount': '1' },
      this.headings, box);
    this.empty = el('div', { class: 'nothing incident-nothing' }, el('h2', {}, 'No incident is open'),
      el('p', {}, 'Calls that need a response stand here, the most urgent first.'),
      this.glossary.may.dispatch ? el('button', { type: 'button', class: 'button primary', onclick: () => this.emit('asked') },
        'New incident') : null);
    this.drawer.append(this.grid, this.empty);
    this.rows = new VirtualRows(box, { make: (id, index) => this.#row(this.byId.get(id), index), wanted: () => {} })
      .on('chosen', (id) => this.emit('chosen', { id }));
    this.#headings();
  }

  #headings() {
    this.headings.replaceChildren(...COLUMNS.map(({ key, title, wide }) => {
      const on = this.sort.key === key;
      return el('div', {
        role: 'columnheader', class: `cell ${key}${wide ? ' wide' : ''}`,
        'aria-sort': on ? (this.sort.descending ? 'descending' : 'ascending') : 'none',
      }, el('button', { type: 'button', onclick: () => this.#sortBy(key) }, title,
        on ? icon('sort', this.glossary.catalog.symbolsUrl, `icon${this.sort.descending ? '' : ' up'}`) : null));
    }));
  }

  #sortBy(key) {
    this.sort = { key, descending: this.sort.key === key && !this.sort.descending };
    remember('incidents.sort', this.sort);
    this.#headings();
    this.rows.toTop();
    this.#fill();
  }

  #fill() {
    const ids = sortIncidents(this.all, this.sort).map(({ id }) => id);
    this.drawer.classList.toggle('no-incidents', ids.length === 0);
    this.rows.show(ids);
    this.rows.redraw();
  }

  // The big one has units through its parts.
  #ofParts(id, units) {
    return [plural(this.parts.get(id), 'part'), units && unitsInWords(units)].filter(Boolean).join(', ');
  }

  #row(incident, index) {
    const chosen = incident.id === this.selected;
    const { id, number, type, title, priority, status, status_at: at, units, county, reported_at: reported,
      overdue_at: overdue } = incident;
    const late = epochOf(overdue) < now();
    const { glossary } = this;
    const cell = (key, inside, wide = false) => el('div',
      { role: 'gridcell', class: `cell ${key}${wide ? ' wide' : ''}` }, inside);
    return el('div', {
      role: 'row', class: `row${chosen ? ' selected' : ''}`, tabIndex: -1, dataset: { id: String(id) },
      'aria-rowindex': String(index + 2), 'aria-selected': String(chosen),
    },
    cell('number', [glossary.diamond(incident), el('span', { class: 'text' }, number)]),
    cell('priority', [`${priority} `, el('span', { class: 'quietly' }, glossary.title('priority', priority))]),
    cell('title', el('span', { title: glossary.typeTitle(type) }, title)),
    cell('status', [glossary.title('incident_status', status), ' ', el('span', { class: 'quietly' }, since(at))]),
    cell('units', this.parts.has(id) ? this.#ofParts(id, units) : late
      ? el('span', { class: 'age stale' }, units ? `${unitsInWords(units)}, none there` : 'nobody there') : unitsInWords(units)),
    cell('county', glossary.countyName(county), true),
    cell('age', since(reported)));
  }
}
