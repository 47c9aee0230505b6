// The incident board: asks for everything that is open, then narrows and sorts here.
import { get } from '../core/api.js';
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { narrows } from './choice.js';
import { cellsOf, COLUMNS, late, ordered, passes, related, SORTS, summary } from './incident-rows.js';

export class IncidentBoard extends Emitter {
  constructor({ settings, catalog, acting, bookmark, live }) {
    super();
    Object.assign(this, { settings, acting, bookmark, live, columns: COLUMNS, asksAnew: false, answer: null });
    this.statuses = settings.words.incident_status.filter(({ code }) => code !== 'closed');
    this.regions = new Map(settings.counties.map(({ fips, regions }) => [fips, regions]));
    this.cells = cellsOf({
      settings, titleOf: (code) => catalog.typeTitle('unit', code),
      onUnit: (row, unit, element) => acting.open({ ...unit, incident: row.id }, element),
    });
  }

  ask() { return get('/api/board/incidents'); }

  take(answer) { this.answer = { ...answer, rows: related(answer.rows) }; }

  /** Which news make it ask again. */
  concerns({ incidents }) { return incidents; }

  addressOf(id) { return `/?incident=${id}`; }

  /** What to draw; null before the first answer. */
  shown() {
    if (!this.answer) return null;
    const { choice } = this.bookmark;
    const now = this.live.now();
    const order = { sort: SORTS.includes(choice.sort) ? choice.sort : 'priority', reverse: choice.reverse };
    const others = this.answer.rows.filter((row) => passes(row, { ...choice, status: [] }, (fips) => this.regions.get(fips)));
    const rows = ordered(others.filter((row) => !choice.status.length || choice.status.includes(row.status)), order, now);
    const number = late(rows, now);
    return {
      groups: [{ key: 'all', rows: rows.map((row) => ({ ...row, name: row.title })) }], order,
      counts: Object.fromEntries(this.statuses.map(({ code }) => [code, others.filter(({ status }) => status === code).length])),
      summary: this.#whole(summary(rows, now)), title: `${rows.length} incidents${number ? `, ${number} late` : ''}`,
      empty: (widen) => this.#empty(choice, widen),
    };
  }

  /** More than a board can hold is said, never hidden. */
  #whole(words) {
    const { rows, total } = this.answer;
    return total > rows.length ? `${words}. Only the first ${rows.length} of ${total} are on the board.` : words;
  }

  #empty(choice, widen) {
    if (narrows(choice)) {
      return [el('h2', {}, 'No open incident passes the filters'), el('p', {}, `${this.answer.rows.length} are open.`),
        el('button', { type: 'button', class: 'button primary', onclick: widen }, 'Show all')];
    }
    const may = this.settings.viewer.may?.dispatch;
    return [el('h2', {}, 'No incident is open'),
      el('p', {}, 'New ones appear here by themselves, the most urgent first. Closed ones are in the list of all incidents.'),
      may ? el('a', { class: 'button primary', href: '/' }, 'Open one on the map') : null,
      el('a', { class: 'button', href: '/incidents' }, 'All incidents')].filter(Boolean);
  }

  /** Keys of the board; a unit's own when one of its chips has the focus. */
  keys(sheet, moveKeys) {
    const act = (one, all) => () => {
      const { row } = sheet;
      if (!row) return;
      const id = Number(document.activeElement?.dataset?.assignment);
      const unit = row.units.find(({ assignment }) => assignment === id);
      if (unit) one(unit);
      else all(row);
    };
    const move = (status) => act((unit) => this.acting.move(unit, status), (row) => this.acting.moveAll(row, status));
    const when = () => sheet.isAtHand;
    const group = 'In a row';
    return [
      { key: 'e', group, title: 'En route: all units sent to the incident, or the unit in focus', run: move(moveKeys.e), when },
      { key: 'o', group, title: 'On scene: likewise', run: move(moveKeys.o), when },
      { key: 'h', group, title: 'Heard: all is well with its units on scene', when,
        run: act((unit) => this.acting.heard([unit]), (row) => this.acting.heard(row.units)) },
    ];
  }
}
