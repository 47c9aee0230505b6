// In the detail of a unit: what it is committed to and what it does next, what it is booked for,
// and for a free one the short way to the incident in hand.
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { Notice } from '../ui/notice.js';
import { MOVE_VERBS, namesInWords } from '../words/dispatch.js';
import { tellAges } from './ages.js';
import { wrongInWords } from './new-form.js';
import { newKey, units } from './requests.js';
import { unitLine } from './unit-line.js';

const TICK_MS = 5_000;
const READY = ['available', 'staged', 'returning'];

/** Events: `incident` {id}, `moved`, `instead` {picks} for the incident in hand. */
export class UnitBlock extends Emitter {
  /** @param {function(): ?object} inHand the incident in hand */
  constructor(glossary, inHand) {
    super();
    Object.assign(this, { glossary, inHand, work: null, open: null, key: newKey() });
    this.notice = new Notice(glossary.catalog);
    this.inside = el('div', {});
    this.root = el('section', { class: 'unit-work', 'aria-label': 'Work' }, el('h3', {}, 'Work'), this.notice.root, this.inside);
    setInterval(() => tellAges(this.root), TICK_MS);
  }

  /** The block for this unit; its facts follow. */
  of(detail) {
    if (this.unit?.id !== detail.id) {
      this.notice.clear();
      this.inside.replaceChildren();
      Object.assign(this, { work: null, open: null, key: newKey() });
    }
    this.unit = detail;
    this.refresh();
    return this.root;
  }

  /** Whether the unit with this id is shown, free, and there is an incident to send it to. */
  sendable(id) {
    return this.unit?.id === id && this.root.isConnected && this.inside.querySelector('[data-keep="assign"]') !== null;
  }

  send() {
    this.#assign('dispatched');
  }

  reserve() {
    this.#assign('reserved');
  }

  async refresh() {
    const { id } = this.unit;
    try {
      const work = await units.work(id);
      if (this.unit.id !== id) return;
      this.work = work;
      this.draw();
    } catch (problem) {
      if (this.unit.id === id) this.notice.fail(problem, () => this.refresh());
    }
  }

  /** Anew, e.g. because another incident is in hand now. */
  draw() {
    if (!this.work) return;
    const { active, booked = [], last = [] } = this.work;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    this.inside.replaceChildren(...[
      active ? el('ul', { class: 'unit-lines' }, this.#line(active)) : this.#free(),
      booked.length ? el('ul', { class: 'unit-lines' }, booked.map((line) => this.#line(line))) : null,
      last.length ? this.#last(last) : null,
      el('p', {}, el('a', { href: `/units/${this.unit.id}/ics-214`, target: '_blank', rel: 'noopener' }, 'ICS 214 of this unit')),
    ].filter(Boolean));
    if (focused) this.inside.querySelector(`[data-keep="${focused}"]`)?.focus();
  }

  #line(line) {
    const title = el('p', {}, button('name-link', () => this.emit('incident', { id: line.incident }),
      `${line.incident_number} ${line.incident_title ?? ''}`),
        line.task ? el('span', { class: 'quietly' }, ` · ${line.task}`) : null);
    return unitLine(line, { glossary: this.glossary, open: this.open === line.id, title }, {
      move: (one, change) => this.#move(one, change),
      heard: (one) => this.#write(() => units.heard(one.id, { key: newKey() }), `Heard of ${one.unit_name}.`),
      silence: (one, minutes) => this.#write(() => units.silence(one.id, { minutes, key: newKey() }),
        `Silent for ${minutes} min.`),
      toggle: (one, open = this.open !== one.id) => this.#toggle(one, open),
      unit: () => {},
    });
  }

  #free() {
    const incident = this.inHand();
    const { name, status } = this.unit;
    const ready = READY.includes(status.code);
    if (!this.glossary.may.dispatch) return el('p', { class: 'quietly' }, 'Not committed to any incident.');
    if (!incident || incident.status === 'closed') {
      return el('p', { class: 'quietly' }, 'Not committed. Open an incident, and it can be sent from here.');
    }
    return el('div', {}, el('p', { class: 'quietly' },
      ready ? 'Not committed.' : `Not committed, but ${status.title.toLowerCase()}.`),
      el('div', { class: 'choices' },
        el('button', { type: 'button', class: `button small${ready ? ' primary' : ''}`, dataset: { keep: 'assign' },
          onclick: () => this.#assign('dispatched') },
          `Send ${name} to ${incident.number}`),
        el('button', { type: 'button', class: 'button small', dataset: { keep: 'reserve' },
          onclick: () => this.#assign('reserved') }, 'Reserve it')),
      el('p', { class: 'quietly' }, incident.title));
  }

  #last(lines) {
    return el('details', { class: 'over' }, el('summary', {}, 'Before'), el('ul', {}, lines.map((line) => el('li', {},
      button('name-link', () => this.emit('incident', { id: line.incident }),
        `${line.incident_number} ${line.incident_title ?? ''}`),
      el('span', { class: 'quietly' }, ` ${this.glossary.title('assignment_status', line.status).toLowerCase()} `,
        this.glossary.time(line.status_at))))));
  }

  #toggle({ id }, open) {
    this.open = open ? id : null;
    this.draw();
    (this.inside.querySelector(`[data-more="${id}"] button`) ?? this.inside.querySelector(`[data-keep="more-${id}"]`))?.focus();
  }

  #move(line, change, key = newKey()) {
    this.open = null;
    return this.#write(() => units.move(line.id, { ...change, key }), `${MOVE_VERBS[change.status]}.`,
      () => this.#move(line, change, key));
  }

  async #assign(how) {
    if (this.busy) return;
    this.busy = true;
    const incident = this.inHand();
    const { id, name } = this.unit;
    await this.#write(() => units.assign(incident.id, { how, units: [id], key: this.key }),
      `${name} ${how === 'reserved' ? 'reserved for' : 'sent to'} ${incident.number}.`, () => this.#assign(how));
    this.busy = false;
  }

  async #write(request, done, again = () => this.#write(request, done)) {
    const { id } = this.unit;
    try {
      await request();
      this.key = newKey();
      if (this.unit.id !== id) return;
      this.notice.say(done);
      this.emit('moved');
    } catch (problem) {
      if (!problem.code) throw problem;
      if (['taken', 'unfit'].includes(problem.code)) this.#taken(problem);
      else this.notice.fail({ ...problem, message: wrongInWords(problem) }, again);
    }
    await this.refresh();
  }

  // It cannot be sent from here any more, but the next best one can, with one click.
  #taken({ message, data }) {
    this.key = newKey();
    const next = (data.next ?? []).filter((one) => one?.unit_id);
    this.notice.show(el('div', { class: 'banner bad', role: 'alert' }, el('div', {}, el('p', {}, el('strong', {}, message)),
      next.length ? [el('p', {}, `Next best: ${namesInWords(next.map(({ name }) => name))}.`),
        button('button small', () => this.emit('instead', { picks: next }),
          `Choose ${namesInWords(next.map(({ name }) => name))}`)] : null)));
  }
}
