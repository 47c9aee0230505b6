// What is needed and whom to send: for each need that is not met the units that fit best, chosen
// already, with the reasons; the next ones and those passed over with theirs, folded; what is
// missing, in words; and the buttons.
import { Emitter } from '../core/emitter.js';
import { button, el, icon, settled } from '../core/dom.js';
import { fromLocal, toLocal } from '../words/clock.js';
import { namesInWords, needInWords, sentInWords } from '../words/dispatch.js';
import { now } from './ages.js';
import { passedRow, pickRow } from './pick-row.js';
import { newKey, units } from './requests.js';
import { UnitSelection } from './selection-of-units.js';
import { lostRace } from './taken.js';
import { UnitFinder } from './unit-finder.js';

const COVER_PAUSE_MS = 200;
const HOUR = 3600;

/** Events: `assign` {names, ids, body} (answer by `sent` or `refused`), `unit` {id}. */
export class RecommendBlock extends Emitter {
  constructor(glossary, incidentId) {
    super();
    Object.assign(this, { glossary, incidentId, key: newKey(), answer: null, needs: [], able: false });
    this.selection = new UnitSelection();
    this.told = el('div', { class: 'told' });
    this.list = el('div', { class: 'needs-to-send' });
    this.finder = new UnitFinder(glossary).on('taken', (pick) => this.add([pick]));
    this.cover = el('div', { class: 'cover', 'aria-live': 'polite' });
    this.booking = el('div', {});
    this.root = el('section', { class: 'recommend', 'aria-label': 'Whom to send' },
      this.list, this.finder.root);
    this.send = button('button primary send', () => this.dispatch());
    this.reserve = button('button small', () => this.hold(), 'Reserve');
    this.ahead = button('button small quiet', () => this.#book(), 'Book ahead');
    this.actions = el('footer', { class: 'detail-actions send-actions' }, this.told, this.cover, this.booking,
      el('div', { class: 'row-of-buttons' }, this.send, this.reserve, this.ahead));
    this.weigh = settled(() => this.#weigh(), COVER_PAUSE_MS);
    this.#tellButtons();
  }

  /** What is asked for and sent, as of the detail; `able`: this person may send. */
  show(needs, able) {
    Object.assign(this, { needs, able });
    this.finder.root.hidden = !able;
    this.#draw();
  }

  /** Ask anew: something moved, or a need changed. What a person chose stays. */
  async refresh() {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const answer = await units.recommended(this.incidentId, {}, { signal: this.asking.signal });
      this.answer = answer;
      this.selection.offer(answer);
      this.#draw();
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      this.list.replaceChildren(el('p', { class: 'problem' }, problem.message),
        button('button small', () => this.refresh(), 'Try again'));
    }
  }

  /** Choose these, whoever suggested them: {unit_id, name, …}. */
  add(picks) {
    for (const pick of picks) this.selection.add(pick);
    this.#draw();
  }

  /** Exactly these units, from the command bar. */
  only(picks) {
    this.selection.only(picks);
    this.#draw();
    this.send.focus();
  }

  /** The run card's picks and nothing else; Enter on the button sends them. */
  async card() {
    if (!this.answer) await this.refresh();
    this.selection.reset();
    this.#draw();
    this.send.focus();
  }

  get names() {
    return this.selection.chosen.map(({ name }) => name);
  }

  dispatch() {
    this.#assign({ how: 'dispatched' });
  }

  hold() {
    this.#assign({ how: 'reserved' });
  }

  /** They went. */
  sent(ids) {
    this.key = newKey();
    this.selection.sent(ids);
    this.told.replaceChildren();
    this.booking.replaceChildren();
    this.busy = false;
    this.#draw();
  }

  /** The order is not under way any more, whatever came of it. */
  settle() {
    this.busy = false;
    this.#tellButtons();
  }

  /** Not sent. After a lost race the next best are chosen already and Enter sends them. */
  refused(problem) {
    this.busy = false;
    const { taken = [], unfit = [], next = [] } = problem.data ?? {};
    const lost = [...taken, ...unfit];
    if (lost.length) {
      this.key = newKey();
      this.selection.lose(lost.map(({ unit_id: id }) => id), next);
      this.told.replaceChildren(lostRace(problem.message, lost, next));
      this.refresh();
    }
    this.#draw();
    if (lost.length) this.send.focus();
    return lost.length > 0;
  }

  #assign(body) {
    const ids = this.selection.ids;
    if (this.busy || !ids.length) return;
    this.busy = true;
    this.#tellButtons();
    this.emit('assign', { names: this.names, ids, body: { ...body, units: ids, key: this.key } });
  }

  #draw() {
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    const lines = this.able ? this.answer?.lines ?? [] : [];
    const offered = new Set(lines.flatMap(({ picks, runners_up: rest = [] }) => [...picks,
      ...rest].map(({ unit_id: id }) => id)));
    const others = this.able ? this.selection.chosen.filter(({ unit_id: id }) => !offered.has(id)) : [];
    this.list.replaceChildren(
      this.needs.length ? '' : el('p', { class: 'quietly' }, 'Nothing is asked for.'),
      ...this.needs.map((need) => this.#need(need, lines.find((line) => line.need.id === need.id))),
      ...(others.length ? [el('ul', { class: 'picks' }, others.map((pick) => this.#row(pick)))] : []));
    if (focused) this.list.querySelector(`[data-keep="${focused}"]`)?.focus();
    this.#tellButtons();
    this.weigh();
  }

  #row(pick) {
    return pickRow(pick, {
      glossary: this.glossary, checked: this.selection.has(pick.unit_id), unit: (id) => this.emit('unit', { id }),
      change: (wanted) => {
        this.selection.set(pick.unit_id, wanted);
        this.#tellButtons();
        this.weigh();
      },
    });
  }

  #need(need, line) {
    const words = need.text ?? needInWords(need, (code) => this.glossary.unitType(code));
    const { symbolsUrl } = this.glossary.catalog;
    return el('section', { class: `need-to-send ${need.missing > 0 ? 'missing' : 'complete'}`, 'aria-label': words },
      el('div', { class: 'need-head' },
        el('h4', {}, words, need.note ? el('small', { class: 'quietly' }, ` ${need.note}`) : null),
        need.missing > 0 ? el('strong', {},
          need.sent ? `${sentInWords(need)} sent, ${need.missing} missing` : `${need.missing} missing`)
          : el('span', { class: 'quietly' }, icon('check', symbolsUrl), ' sent')),
      line && need.missing > 0 ? this.#suggested(need, line) : null);
  }

  #suggested({ id }, { picks, runners_up: rest = [], passed = [], more_passed: more = 0, shortfall, short }) {
    return [
      picks.length ? el('ul', { class: 'picks' }, picks.map((pick) => this.#row(pick))) : null,
      short > 0 && shortfall ? el('p', { class: 'out-of-date shortfall' }, shortfall) : null,
      this.#fold(`${id}-next`, `${rest.length} more that fit`, rest.map((pick) => this.#row(pick))),
      this.#fold(`${id}-passed`, `${passed.length + more} passed over, and why`, [
        ...passed.map((one) => passedRow(one, { glossary: this.glossary, unit: (unit) => this.emit('unit', { id: unit }) })),
        more ? el('li', { class: 'passed-row quietly' }, `and ${more} more, farther away`) : null].filter(Boolean)),
    ];
  }

  #fold(name, title, rows) {
    if (!rows.length) return null;
    this.unfolded ??= new Set();
    const fold = el('details', {
      open: this.unfolded.has(name),
      ontoggle: () => (fold.open ? this.unfolded.add(name) : this.unfolded.delete(name)),
    }, el('summary', {}, title), el('ul', { class: 'picks' }, rows));
    return fold;
  }

  #tellButtons() {
    const { names } = this;
    const none = names.length === 0;
    this.actions.hidden = !this.able || (none && !this.busy && !this.told.hasChildNodes());
    this.send.textContent = this.busy ? 'Sending' : none ? 'Choose units to send' : `Send ${namesInWords(names)}`;
    for (const one of [this.send, this.reserve, this.ahead]) one.setAttribute('aria-disabled',
      String(none || Boolean(this.busy)));
    this.reserve.title = none ? '' : `Hold ${namesInWords(names)} for this incident`;
  }

  // What would be left behind, said before anything is sent.
  async #weigh() {
    const { ids } = this.selection;
    const asked = ids.join();
    this.weighed = asked;
    if (!ids.length) {
      this.cover.replaceChildren();
      return;
    }
    const { holes } = await units.uncovered(ids).catch(() => ({ holes: [] }));
    if (this.weighed !== asked) return;
    this.cover.replaceChildren(...holes.map(({ text }) => el('p', { class: 'out-of-date' },
      icon('alarm', this.glossary.catalog.symbolsUrl), el('span', {}, `This leaves ${text}.`))));
  }

  #book() {
    if (!this.selection.ids.length) return;
    const { zone } = this.glossary;
    const start = Math.ceil(now() / 900) * 900 + HOUR;
    const input = (id, epoch) => el('input', { type: 'datetime-local', id, value: toLocal(epoch, zone), required: true });
    const [from, until] = [input('book-from', start), input('book-until', start + 8 * HOUR)];
    const problem = el('p', { class: 'problem', role: 'alert' });
    const book = (event) => {
      event.preventDefault();
      const [first, last] = [from, until].map(({ value }) => fromLocal(value, zone));
      if (!(first > now()) || !(last > first)) {
        problem.textContent = first > now() ? 'It must end after it begins.'
          : 'A booking begins later than now. To hold them now, choose Reserve.';
        return;
      }
      const moment = (epoch) => new Date(epoch * 1000).toISOString();
      this.#assign({ how: 'reserved', booked_from: moment(first), from: moment(first), until: moment(last) });
    };
    const form = el('form', { class: 'field booking', onsubmit: book },
      el('div', { class: 'beside halves' },
        el('div', {}, el('label', { htmlFor: 'book-from' }, 'From'), from),
        el('div', {}, el('label', { htmlFor: 'book-until' }, 'Until'), until)),
      problem, el('div', { class: 'actions' }, el('button', { class: 'button primary small' }, 'Book them'),
        button('button small', () => this.booking.replaceChildren(), 'Do not book')));
    form.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.booking.replaceChildren();
      this.ahead.focus();
    });
    this.booking.replaceChildren(form);
    from.focus();
  }
}
