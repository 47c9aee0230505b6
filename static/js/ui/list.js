// The list below the map: the same resources with the same filters, for whoever would rather
// read, sort, or cannot see a map. Only the rows in sight exist.
import { Emitter } from '../core/emitter.js';
import { $, el, icon, settled } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { COLUMN_SORTS } from '../data/order.js';
import { count } from '../words/numbers.js';
import { COLUMNS, row } from './list-row.js';
import { VirtualRows } from './virtual-rows.js';

/** Names are not in the columns: sorting by one means fetching them all, so not for thousands. */
const MOST_BY_NAME = 2_000;
const SCOPES = [['view', 'In view'], ['all', 'All'], ['unplaced', 'Not on the map']];

/** Events: `asked` (fetch me ids: call `query()`, then `show`), `chosen` {id}. */
export class List extends Emitter {
  constructor(root, catalog, summaries) {
    super();
    Object.assign(this, { root, catalog, summaries, ids: new Float64Array(0), numbers: {} });
    this.sort = recall('list.sort', { key: 'near', descending: false });
    this.scope = 'view';
    this.tabs = $('[data-scopes]', root);
    this.headings = $('[data-headings]', root);
    this.note = $('[data-note]', root);
    this.old = el('span', { class: 'old' });
    this.tabs.after(this.old);
    this.rows = new VirtualRows($('[data-rows]', root), {
      make: (id, index) => row(this.catalog, this.#summary(id), { id, index, selected: id === this.selected }),
      wanted: settled((ids) => this.#load(ids), 60),
    }).on('chosen', (id) => this.emit('chosen', { id }));
    this.#tabs();
    this.#headings();
  }

  /** What the worker should put in order. */
  query(view) {
    const sort = COLUMN_SORTS.includes(this.sort.key) ? this.sort : { key: 'near', descending: false };
    return { scope: this.scope, bounds: view.bounds, center: view.center, sort };
  }

  /** Ids in the worker's order. */
  async show(ids) {
    this.ids = ids;
    if (!COLUMN_SORTS.includes(this.sort.key)) await this.#sortByWords();
    if (this.ids !== ids && this.ids.length !== ids.length) return; // newer ones came meanwhile
    this.rows.show(this.ids);
    this.#tellEmpty();
  }

  /** The numbers on the tabs, and how many of them all are `stale`. */
  tell(numbers) {
    this.numbers = { ...this.numbers, ...numbers };
    this.old.textContent = this.numbers.stale ? `${count(this.numbers.stale)} out of date` : '';
    for (const [scope] of SCOPES) {
      const tab = this.tabs.querySelector(`[data-scope="${scope}"]`);
      tab.querySelector('.number').textContent = count(this.numbers[scope] ?? 0);
    }
    this.tabs.querySelector('[data-scope="unplaced"]').hidden = !this.numbers.unplaced && this.scope !== 'unplaced';
  }

  /** Show another scope, e.g. the rows without a place. */
  turnTo(scope) {
    this.scope = scope;
    this.#markTabs();
    this.rows.toTop();
    this.emit('asked');
  }

  select(id) {
    const before = this.selected;
    this.selected = id;
    this.rows.redraw([before, id]);
  }

  /** These changed (null: anything may have): their rows are drawn again with what is new. */
  refresh(ids) {
    this.rows.redraw(ids);
  }

  focus() {
    this.rows.focus();
  }

  /** The row at hand, if it is drawn. */
  get row() {
    return this.rows.at;
  }

  /** The ids as they are listed, for print. */
  get listed() {
    return this.ids;
  }

  #summary(id) {
    return this.summaries.peek(id);
  }

  async #load(ids) {
    const missing = ids.filter((id) => this.#summary(id) === undefined);
    if (!missing.length) return;
    await this.summaries.load(missing).catch(() => {}); // rows stay pale until the line is back
    this.rows.redraw(missing.filter((id) => this.#summary(id) !== undefined));
  }

  #tabs() {
    this.tabs.append(...SCOPES.map(([scope, title]) => el('button', {
      type: 'button', class: 'tab', dataset: { scope }, onclick: () => this.turnTo(scope),
    }, title, ' ', el('span', { class: 'number' }))));
    this.#markTabs();
  }

  #markTabs() {
    for (const tab of this.tabs.children) {
      tab.setAttribute('aria-pressed', String(tab.dataset.scope === this.scope));
    }
  }

  #headings() {
    this.headings.replaceChildren(...COLUMNS.map(({ key, title, sorts = key, wide }) => {
      const on = this.sort.key === sorts;
      const button = el('button', { type: 'button', onclick: () => this.#sortBy(sorts) },
        title, on ? icon('sort', this.catalog.symbolsUrl, `icon${this.sort.descending ? '' : ' up'}`) : null);
      return el('div', {
        role: 'columnheader', class: `cell ${key}${wide ? ' wide' : ''}`,
        'aria-sort': on ? (this.sort.descending ? 'descending' : 'ascending') : 'none',
      }, button);
    }));
  }

  #sortBy(key) {
    const same = this.sort.key === key;
    // a third click goes back to what is nearest to the middle of the map
    this.sort = same && this.sort.descending ? { key: 'near', descending: false }
      : { key, descending: same };
    remember('list.sort', this.sort);
    this.#headings();
    this.rows.toTop();
    this.emit('asked');
  }

  async #sortByWords() {
    const { ids, sort } = this;
    if (ids.length > MOST_BY_NAME) {
      this.note.textContent = `Sorted by distance: narrow to ${count(MOST_BY_NAME)} or fewer to sort by ${sort.key}.`;
      return;
    }
    this.note.textContent = ids.every((id) => this.#summary(id) !== undefined) ? '' : 'Fetching names to sort by';
    await this.summaries.load([...ids]).catch(() => {});
    this.note.textContent = '';
    const word = (id) => this.#summary(id)?.[sort.key] ?? '';
    const sign = sort.descending ? -1 : 1;
    if (this.ids === ids) {
      this.ids = Float64Array.from([...ids].sort((a, b) => (
        sign * String(word(a)).localeCompare(String(word(b)), 'en', { numeric: true }) || a - b)));
    }
  }

  #tellEmpty() {
    const empty = this.ids.length === 0;
    if (COLUMN_SORTS.includes(this.sort.key)) this.note.textContent = '';
    if (!empty) return;
    this.note.textContent = this.numbers.total === 0 ? 'Nothing is here yet.' : {
      view: this.numbers.all ? 'Nothing in this part of the map. Zoom out, or list all.' : 'Nothing passes the filters.',
      all: 'Nothing passes the filters.', unplaced: 'Everything that passes the filters has a place.',
    }[this.scope];
  }
}
