// What is inside an area and near it at this moment: figures, and a list to open things from.
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { symbol } from '../ui/symbol.js';
import { epochOf } from '../words/age.js';
import { chosenInWords, distanceInWords, units } from '../words/distance.js';
import { count, plural } from '../words/numbers.js';
import { areas, tableUrl } from './requests.js';

const NEAR = 'area.near';
/** How far is near, in the installation's unit; the one that stands for "nobody chose". */
const DISTANCES = [1, 2, 3, 5, 10, 20, 50];
const USUAL = 3;
const PAGE = 50;

/** "2 available, 1 on scene": the statuses in the catalog's order. */
function statuses(catalog, kind, { by_status: byStatus }) {
  const order = catalog.kind(kind).statuses.map(({ code }) => code);
  return Object.entries(byStatus).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([code, number]) => `${count(number)} ${catalog.status(kind, code).title.toLowerCase()}`).join(', ');
}

/** Places free in the open shelters: unknown ones are said, and never zero. */
export function freeInWords({ open, free, free_unknown: unknown }) {
  if (!open) return 'no shelter open';
  if (unknown === open) return 'places free: unknown';
  const known = `${count(free)} places free`;
  return unknown ? `${known}, unknown at ${count(unknown)}` : known;
}

/** Events: `chosen` {id}, `read` when figures came. */
export class InsideBlock extends Emitter {
  constructor(catalog, { id, danger }) {
    super();
    Object.assign(this, { catalog, id, danger, shown: PAGE });
    const near = recall(NEAR, USUAL);
    const inKm = (far) => Number(((far * units().unitM) / 1000).toFixed(3));
    const turn = () => this.#turnTo(DISTANCES[this.near.selectedIndex]);
    this.near = el('select', { 'aria-label': 'How far is near', onchange: turn },
      DISTANCES.map((far) => el('option', { value: String(inKm(far)), selected: far === near },
        `within ${chosenInWords(far * units().unitM)}`)));
    this.figures = el('div', { class: 'inside-figures', role: 'status' }, el('p', { class: 'pending' }, 'Counting'));
    this.list = el('ul', { class: 'inside-list', 'aria-label': 'What is inside and near' });
    this.more = el('div', {});
    this.link = el('a', { class: 'button small', download: '' }, 'Table (CSV)');
    this.root = el('section', { class: 'inside' },
      el('div', { class: 'section-head' }, el('h3', {}, 'Inside and near'), this.link), this.figures, this.list, this.more);
    this.refresh();
  }

  get km() {
    return Number(this.near.value);
  }

  /** Count again. */
  async refresh() {
    this.link.href = tableUrl(this.id, this.km);
    const asked = { near: this.km, limit: Math.min(this.shown, 200) };
    try {
      const found = await areas.inside(this.id, asked);
      if (found.near_km === this.km) this.#show(found);
    } catch (problem) {
      // figures that are there stay; who reads them is told that they are old
      this.figures.querySelector('.problem')?.remove();
      this.figures.append(el('p', { class: 'problem' }, problem.message));
    }
  }

  #turnTo(far) {
    remember(NEAR, far);
    this.refresh();
  }

  #show(found) {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    const onNear = document.activeElement === this.near;
    this.figures.replaceChildren(this.#table(found), this.#people(found.people));
    if (onNear) this.near.focus();
    this.list.replaceChildren(...found.resources.map((one) => this.#row(one)));
    this.list.hidden = !found.resources.length;
    if (focused) this.list.querySelector(`[data-id="${focused}"]`)?.focus();
    const rest = found.total - found.resources.length;
    this.more.replaceChildren(...(rest > 0 ? [this.#rest(rest)] : []));
    this.emit('read', found);
  }

  // The panel shows what a person can look through; the table has everything.
  #rest(rest) {
    if (this.shown >= 200) return el('p', { class: 'quietly' }, `${count(rest)} more are in the table.`);
    return button('button small', () => { this.shown += PAGE; this.refresh(); }, `Show more (${count(rest)} left)`);
  }

  #table({ inside, near }) {
    const kinds = ['shelter', 'supply_site', 'unit'];
    const cell = (kind, counted) => el('td', {}, el('strong', {}, count(counted.count)),
      kind === 'shelter' && counted.count ? el('small', {}, freeInWords(counted)) : null,
      counted.count ? el('small', { class: 'quietly' }, statuses(this.catalog, kind, counted),
        counted.live ? `; ${plural(counted.live, 'live position')}` : '') : null);
    const row = (kind) => el('tr', {}, el('th', { scope: 'row' }, this.catalog.kind(kind).title),
      cell(kind, inside[kind]), cell(kind, near[kind]));
    return el('table', { class: 'table' }, el('thead', {}, el('tr', {}, el('td', {}), el('th', { scope: 'col' }, 'Inside'),
      el('th', { scope: 'col' }, this.near))), el('tbody', {}, kinds.map(row)));
  }

  #people({ estimate, counties, elsewhere, assumes }) {
    const share = ({ name, share: part, population, estimate: people }) => el('li', {},
      `${name}: ${part >= 0.995 ? 'all' : `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`} of it, `
      + (population === null ? 'people unknown' : `about ${count(people)} of ${count(population)} people`));
    return el('details', { class: 'people' }, el('summary', {}, `About ${plural(estimate, 'person', 'people')} live inside`),
      el('p', { class: 'quietly' }, assumes, elsewhere ? ' What lies outside of the state is not counted.' : ''),
      el('ul', {}, counties.map(share)));
  }

  #row({ id, kind, name, status, stale_at: staleAt, summary, near, meters }) {
    const stale = !(epochOf(staleAt) > Date.now() / 1000);
    const open = button('name-link', () => this.emit('chosen', { id }), name);
    open.dataset.id = id;
    return el('li', {}, symbol(this.catalog, { kind, status, stale }),
      el('div', { class: 'words' }, open, el('p', { class: 'quietly' },
        [this.catalog.status(kind, status).title, summary].filter(Boolean).join(' · '))),
      el('span', { class: this.danger && !near ? 'tag bad' : 'tag' }, near ? distanceInWords(meters) : 'inside'));
  }
}
