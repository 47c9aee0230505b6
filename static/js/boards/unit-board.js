// The unit board: the server narrows, sorts and gives a page; there may be 100,000 units.
import { get } from '../core/api.js';
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { count, plural } from '../words/numbers.js';
import { LISTS, narrows } from './choice.js';
import { cellsOf, COLUMNS, grouped } from './unit-rows.js';

const PAGE_ROWS = 200;
const WALL_ROWS = 500;
/** On a wall stand those who are at work, unless the address says otherwise. */
const AT_WORK = Object.freeze(['on_scene', 'transporting', 'at_destination', 'en_route', 'dispatched', 'returning']);

/** A row of the board as the moves need it. */
export function asUnit(row) {
  const { assignment } = row;
  const common = { name: row.name, agency_id: row.agency_id, id: row.id, version: row.version };
  if (!assignment) return { ...common, assignment: null, status: row.status, par_at: null };
  const { id, status, par_at: parAt, incident } = assignment;
  return { ...common, assignment: id, status, par_at: parAt, incident };
}

export class UnitBoard extends Emitter {
  constructor({ settings, catalog, acting, bookmark, live }) {
    super();
    Object.assign(this, { settings, catalog, acting, bookmark, live, columns: COLUMNS, asksAnew: true, answer: null });
    this.statuses = settings.order.map((code) => catalog.status('unit', code));
    this.cells = cellsOf({
      settings, catalog, mayMove: (agency) => acting.may(agency),
      onUnit: (row, element) => acting.open(asUnit(row), element),
    });
  }

  ask() {
    const { choice } = this.bookmark;
    const params = new URLSearchParams({
      limit: String(this.settings.wall ? WALL_ROWS : PAGE_ROWS), offset: String((choice.page - 1) * PAGE_ROWS),
    });
    for (const name of LISTS) if (name !== 'priority' && choice[name].length) params.set(name, choice[name].join(','));
    for (const name of ['q', 'region', 'sort']) if (choice[name]) params.set(name, choice[name]);
    if (choice.reverse) params.set('reverse', '1');
    if (this.settings.wall && !choice.status.length) params.set('status', AT_WORK.join(','));
    return get(`/api/board/units?${params}`);
  }

  take(answer) { this.answer = answer; }

  concerns({ units }) { return units; }

  addressOf(id) {
    const row = this.answer.rows.find((one) => one.id === id);
    return row?.assignment?.incident ? `/?incident=${row.assignment.incident}` : `/#id=${id}`;
  }

  shown() {
    if (!this.answer) return null;
    const { choice } = this.bookmark;
    const { rows, counts, total } = this.answer;
    const order = { sort: choice.sort || 'status', reverse: choice.reverse };
    const atWork = AT_WORK.reduce((sum, code) => sum + counts[code], 0);
    return {
      groups: grouped(rows, { flat: choice.flat, sort: order.sort }, counts, this.catalog), order, counts,
      summary: this.settings.wall ? `${count(atWork)} at work, ${count(counts.available)} available, `
        + `${count(counts.staged)} staged, ${count(counts.out_of_service)} out` : plural(total, 'unit'),
      title: plural(total, 'unit'), empty: (widen) => this.#empty(choice, widen),
    };
  }

  /** Pages of the table, and whether it stands in groups. */
  pages(root) {
    const { total, offset, limit, rows } = this.answer;
    if (this.settings.wall) return;
    const page = Math.floor(offset / limit) + 1;
    const last = Math.max(1, Math.ceil(total / limit));
    root.hidden = false;
    const { flat, sort } = this.bookmark.choice;
    const signature = JSON.stringify([total, page, last, flat, sort, rows.length]);
    if (signature === this.paged) return;
    this.paged = signature;
    const focused = root.contains(document.activeElement) ? document.activeElement.dataset.part : null;
    const to = (number, words) => el('button', {
      type: 'button', class: 'button', dataset: { part: words }, disabled: number < 1 || number > last,
      onclick: () => this.#turn(number),
    }, words);
    const range = `${count(offset + 1)}–${count(offset + rows.length)} of ${plural(total, 'unit')}`;
    root.replaceChildren(...[
      last > 1 && to(page - 1, 'Page before'), last > 1 && to(page + 1, 'Next page'),
      total > 0 && el('span', { class: 'quietly' }, range),
      (sort || 'status') === 'status' && button('button quiet', () => this.emit('chosen', { flat: !flat }),
        flat ? 'Group by status' : 'One list without groups'),
    ].filter(Boolean));
    if (focused) root.querySelector(`[data-part="${focused}"]:not(:disabled)`)?.focus();
  }

  #turn(page) {
    this.emit('chosen', { page });
    document.getElementById('sheet-box').scrollTo(0, 0);
  }

  #empty(choice, widen) {
    if (narrows(choice)) {
      return [el('h2', {}, 'No unit passes the filters'),
        el('button', { type: 'button', class: 'button primary', onclick: widen }, 'Show all')];
    }
    if (this.settings.wall) return [el('h2', {}, 'No unit is at work')];
    const { viewer, urls } = this.settings;
    return [el('h2', {}, 'There are no units yet'), el('p', {}, 'Units appear here as soon as an agency delivers them.'),
      viewer.can_upload && el('a', { class: 'button primary', href: urls.upload }, 'Upload a spreadsheet')].filter(Boolean);
  }

  keys(sheet, moveKeys) {
    const act = (run) => () => { if (sheet.row) run(asUnit(sheet.row), sheet.row); };
    const move = (status) => act((unit) => (unit.assignment ? this.acting.move(unit, status)
      : this.acting.notice.say(`${unit.name} is at no incident. Send it from an incident.`)));
    const when = () => sheet.isAtHand;
    const group = 'In a row';
    return [
      { key: 'a', group, title: 'Acknowledged', run: move(moveKeys.a), when },
      { key: 'e', group, title: 'En route', run: move(moveKeys.e), when },
      { key: 'o', group, title: 'On scene', run: move(moveKeys.o), when },
      { key: 't', group, title: 'Transporting', run: move(moveKeys.t), when },
      { key: 'd', group, title: 'At destination', run: move(moveKeys.d), when },
      { key: 'h', group, title: 'Heard: all is well', run: act((unit) => this.acting.heard([unit])), when },
      { key: 'x', group, title: 'All moves of the unit, with release', when,
        run: act((unit) => this.acting.open(unit, document.activeElement)) },
    ];
  }
}
