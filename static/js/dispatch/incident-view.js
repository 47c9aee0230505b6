// One incident in the panel: its parts, and what each of them asks of the server. What somebody
// types lives in the parts and is never drawn over.
import { Emitter } from '../core/emitter.js';
import { ApiError } from '../core/api.js';
import { button, el, icon } from '../core/dom.js';
import { Notice } from '../ui/notice.js';
import { MOVE_VERBS, namesInWords } from '../words/dispatch.js';
import { since, tellAges } from './ages.js';
import { CloseDialog, ReopenDialog } from './close-dialog.js';
import { FactsBlock } from './facts-block.js';
import { isLive } from './glossary.js';
import { asSent, fieldsOf } from './incident-fields.js';
import { LogBlock } from './log-block.js';
import { NeedsBlock } from './needs-block.js';
import { wrongInWords } from './new-form.js';
import { RecommendBlock } from './recommend-block.js';
import { incidents, newKey, units } from './requests.js';
import { SummaryBlock } from './summary-block.js';
import { UnitsBlock } from './units-block.js';

/** Events: `closed`, `goto` position, `incident` {id}, `unit` {id}, `draw` incident, `said` words, `drawn` detail. */
export class IncidentView extends Emitter {
  /** @param {function(): object[]} others open incidents, for the parent */
  constructor(glossary, id, others) {
    super();
    Object.assign(this, { glossary, id, others, detail: null });
    this.notice = new Notice(glossary.catalog);
    this.head = el('div', { class: 'head-box' });
    this.summary = this.#summary();
    this.needs = new NeedsBlock(glossary).on('save', ({ needs, form }) => this.#needs(needs, form));
    this.units = this.#units();
    this.recommend = new RecommendBlock(glossary, id).on('assign', (order) => this.#assign(order))
      .on('unit', (unit) => this.emit('unit', unit));
    this.log = new LogBlock(glossary).on('write', ({ entry }) => this.#log(entry));
    this.facts = new FactsBlock(glossary).on('save', (change) => this.#change(change)).on('settled', () => this.refresh());
    this.links = el('nav', { class: 'incident-links', 'aria-label': 'Of this incident' });
    this.body = el('div', { class: 'detail-body' }, el('p', { class: 'pending' }, 'Loading'));
    this.#frame('Incident');
    this.root = el('div', { class: 'incident-view' }, this.head, this.notice.root, this.body, this.recommend.actions);
  }

  /** Ask for it anew; calls that come while one is under way share the next one. */
  async refresh() {
    if (this.loading) {
      this.again = true;
      return;
    }
    this.loading = true;
    try {
      this.#draw(await incidents.one(this.id));
    } catch (problem) {
      this.#failed(problem);
    }
    this.loading = false;
    if (!this.again) return;
    this.again = false;
    await this.refresh();
  }

  /**
   * What the feed says of it already; the rest is asked for.
   * @param {?object} row of the board, absent when it is closed; @param {object[]} lines of its units
   */
  hear(row, lines) {
    if (this.detail) {
      const { incident, assignments } = this.detail;
      const { status, status_at, title, priority } = row ?? incident;
      const known = new Map(assignments.map((line) => [line.id, line]));
      for (const line of lines) known.set(line.id, { ...known.get(line.id), ...line });
      this.#draw({ ...this.detail, incident: { ...incident, status, status_at, title, priority },
        assignments: [...known.values()] });
    }
    return this.refresh();
  }

  tick() {
    tellAges(this.root);
    this.units.tick();
  }

  focus() {
    this.head.querySelector('h2')?.focus();
  }

  /** All that are only dispatched set out: key `e`. */
  allEnRoute() {
    this.#together({ from: ['dispatched', 'acknowledged'], status: 'en_route' });
  }

  askToClose() {
    const { incident, assignments } = this.detail ?? {};
    if (!incident?.editable || incident.status === 'closed') return;
    const dialog = new CloseDialog(this.glossary, { incident, assignments });
    this.#ask(dialog, (body) => incidents.close(this.id, { ...body, version: this.detail.incident.version }), 'Closed.');
  }

  get editable() {
    return Boolean(this.detail?.incident.editable) && this.detail.incident.status !== 'closed';
  }

  #summary() {
    return new SummaryBlock(this.glossary)
      .on('status', ({ status }) => this.#status({ status, key: newKey() }))
      .on('close', () => this.askToClose()).on('reopen', () => this.#reopen())
      .on('goto', () => this.emit('goto', this.detail.incident)).on('place', () => this.facts.edit('place'))
      .on('incident', (one) => this.emit('incident', one)).on('resource', (one) => this.emit('unit', one))
      .on('copied', (words) => this.notice.say(words));
  }

  #units() {
    return new UnitsBlock(this.glossary)
      .on('move', ({ line, change }) => this.#move(line, change))
      .on('heard', ({ line }) => this.#line((key) => units.heard(line.id, { key }), `Heard of ${line.unit_name}.`))
      .on('silence', ({ line, minutes }) => this.#line((key) => units.silence(line.id, { minutes, key }),
        `The check-in of ${line.unit_name} is silent for ${minutes} min.`))
      .on('together', (change) => this.#together(change)).on('unit', (unit) => this.emit('unit', unit));
  }

  #draw(detail) {
    const first = !this.detail;
    const before = this.detail;
    this.detail = detail;
    const { incident, needs, assignments, log } = detail;
    this.#head(incident);
    this.summary.show(incident);
    this.needs.show(needs, { editable: this.editable });
    this.recommend.show(needs, this.editable);
    this.units.show(assignments);
    this.log.show(log, { writable: incident.editable });
    this.facts.show(fieldsOf(incident, this.glossary, this.others()), incident.version, this.editable);
    this.#links(detail);
    this.#order(assignments);
    if (this.editable && (first || this.#matters(before, detail))) this.recommend.refresh();
    this.emit('drawn', detail);
  }

  // Whom to send depends on what is needed, who is there and where it is.
  #matters(before, after) {
    const facts = ({ incident, needs, assignments }) => JSON.stringify([incident.lat, incident.lon, incident.status,
      needs.map(({ missing, unit_types: types, count }) => [missing, types, count]),
        assignments.map(({ unit, status }) => [unit, status])]);
    return facts(before) !== facts(after);
  }

  // What needs somebody now comes first: whom to send while nobody is there, then who is there.
  #order(assignments) {
    const empty = !assignments.some(isLive);
    const send = [this.needs.root, this.recommend.root];
    const order = [this.summary.root, ...(empty ? [...send, this.units.root] : [this.units.root, ...send]), this.log.root,
      this.facts.root, this.links];
    if (order.some((part, i) => part !== this.body.children[i])) this.body.replaceChildren(...order);
  }

  #head(incident) {
    const { number, type_title: type, title, reported_at: at } = incident;
    const focused = this.head.contains(document.activeElement);
    this.head.replaceChildren(el('header', { class: 'detail-head' }, this.glossary.diamond(incident),
      el('div', { class: 'detail-title' }, el('h2', { tabIndex: -1, id: 'incident-title' }, title),
        el('p', { class: 'quietly' }, el('span', { class: 'number' }, number), ` · ${type} · `, since(at))),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Put this incident away',
        onclick: () => this.emit('closed') },
        icon('close', this.glossary.catalog.symbolsUrl))));
    if (focused) this.focus();
  }

  // Before the facts are here: a title to put the focus on, and a way out.
  #frame(words) {
    this.head.replaceChildren(el('header', { class: 'detail-head' },
      el('div', { class: 'detail-title' }, el('h2', { tabIndex: -1 }, words)),
      button('icon-button', () => this.emit('closed'), icon('close', this.glossary.catalog.symbolsUrl),
        el('span', { class: 'spoken' }, 'Close'))));
  }

  #links({ incident, areas }) {
    const page = (href, words) => el('a', { href, target: '_blank', rel: 'noopener' }, words);
    this.links.replaceChildren(
      areas.length ? el('p', {}, el('span', { class: 'quietly' }, 'Areas: '), areas.map(({ id, name }, i) => [i ? ', ' : '',
        button('name-link', () => this.emit('area', { id }), name)])) : '',
      el('div', { class: 'choices' },
        this.editable ? button('button small', () => this.emit('draw', incident), 'Draw an area') : null,
        this.editable ? button('button small', () => this.emit('child', incident), 'New incident as part of it') : null,
        incident.status === 'closed' ? null
          : el('a', { class: 'button small', href: `/place?incident_id=${incident.id}` }, 'Find a place for people'),
        incident.status === 'closed' ? null
          : el('a', { class: 'button small', href: `/requests/new?incident=${incident.id}` }, 'Ask for supplies'),
        el('a', { class: 'button small', href: `/requests?incident=${incident.id}` }, 'Requests')),
      el('p', { class: 'papers' }, page('/board', 'Board'), page(`/incidents/${incident.id}/ics-201`, 'ICS 201'),
        page(`/incidents/${incident.id}/ics-211`, 'ICS 211'), page(`/incidents/${incident.id}/ics-214`, 'ICS 214')));
  }

  #failed(problem) {
    if (this.detail) this.notice.fail(problem, () => this.refresh());
    else {
      this.#frame('Incident');
      this.body.replaceChildren(el('p', { class: 'problem' }, problem.message),
        button('button', () => this.refresh(), 'Try again'));
    }
  }

  /**
   * One write: said when it is done; when it failed, `again` is offered, with the key it had.
   * @returns {Promise<?object>} the answer, null when it was refused
   */
  async #write(request, { done, refused, again }) {
    try {
      const answer = await request();
      if (answer.incident?.id === this.id) this.#draw(answer);
      else this.refresh();
      if (done) this.#say(done);
      return answer;
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      if (!refused?.(problem)) this.notice.fail({ ...problem, message: wrongInWords(problem) }, again);
      if (problem.code === 'conflict') this.refresh();
      return null;
    }
  }

  #say(words) {
    this.notice.say(words);
    this.emit('said', words);
  }

  async #assign(order) {
    const { names, ids, body } = order;
    const verb = body.booked_from ? 'booked' : body.how === 'reserved' ? 'reserved' : 'sent';
    const answer = await this.#write(() => units.assign(this.id, body), {
      done: `${namesInWords(names)} ${verb}.`, refused: (problem) => this.recommend.refused(problem),
      again: () => this.#assign(order),
    });
    this.recommend.settle();
    if (!answer) return;
    this.recommend.sent(ids);
    this.focus(); // the button is gone
  }

  async #move(line, change, key = newKey()) {
    const verb = change.left_as ? `left ${this.glossary.catalog.status('unit', change.left_as).title.toLowerCase()}`
      : MOVE_VERBS[change.status].toLowerCase();
    const answer = await this.#write(() => units.move(line.id, { ...change, key }), {
      done: `${line.unit_name}: ${verb}.`, again: () => this.#move(line, change, key),
    });
    if (!answer) return;
    this.units.settle();
    if (answer.outcome === 'older') this.#say(`${line.unit_name}: written down; what it did later stays its status.`);
  }

  async #line(request, done, key = newKey()) {
    await this.#write(() => request(key), { done, again: () => this.#line(request, done, key) });
  }

  async #together(change, key = newKey()) {
    const { assignments = [] } = this.detail ?? {};
    const names = assignments.filter(({ status }) => change.from.includes(status)).map(({ unit_name: name }) => name);
    if (!names.length || !this.editable) return;
    await this.#write(() => units.moveAll(this.id, { ...change, key }), {
      done: `${namesInWords(names)}: ${MOVE_VERBS[change.status].toLowerCase()}.`, again: () => this.#together(change, key),
    });
  }

  async #status(body) {
    const { version } = this.detail.incident;
    await this.#write(() => incidents.status(this.id, { ...body, version }), {
      done: `Status set to ${this.glossary.title('incident_status', body.status).toLowerCase()}.`,
      again: () => this.#status(body),
    });
  }

  #reopen() {
    this.#ask(new ReopenDialog(this.detail.incident),
      (body) => incidents.status(this.id, { ...body, version: this.detail.incident.version }), 'Open again.');
  }

  #ask(dialog, request, done) {
    dialog.on('answer', async (body) => {
      const answer = await this.#write(() => request(body), {
        done, refused: (problem) => {
          dialog.refused(problem);
          return true;
        },
      });
      if (answer) dialog.done();
    }).on('closed', () => this.focus());
    dialog.show();
  }

  async #needs(needs, form, key = newKey()) {
    const answer = await this.#write(() => incidents.needs(this.id, { needs, key }), {
      done: 'What is needed is saved.', again: () => this.#needs(needs, form, key), refused: (problem) => {
        if (problem.code === 'invalid') form.fail(wrongInWords(problem));
        return problem.code === 'invalid';
      },
    });
    if (answer) this.needs.close();
  }

  async #log(entry) {
    const answer = await this.#write(() => incidents.write(this.id, entry), { again: () => this.#log(entry) });
    if (answer) this.log.written(entry);
    else this.log.failed();
  }

  async #change({ set, version, form }) {
    const answer = await this.#write(() => incidents.change(this.id, version, asSent(set)), {
      again: () => this.#change({ set, version, form }), refused: (problem) => this.#notChanged(problem, set, form),
    });
    if (!answer) return;
    this.facts.settle();
    this.#say('Saved.');
  }

  #notChanged(problem, set, form) {
    if (problem.code === 'conflict' && problem.data.changed) this.#conflict(problem.data, set, form);
    else if (problem.code === 'invalid') form.fail(choicesInWords(problem));
    else return false;
    return true;
  }

  #conflict(answer, mine, form) {
    const { incident } = answer.current;
    const conflict = this.facts.conflict({ ...answer, fields: fieldsOf(incident, this.glossary, this.others()) }, mine)
      .on('save', (set) => {
        this.notice.clear();
        this.#change({ set, version: incident.version, form });
      })
      .on('theirs', () => {
        this.notice.clear();
        this.facts.settle();
      });
    this.notice.show(conflict.root);
    conflict.root.querySelector('input, button')?.focus();
  }
}

// "Springfield could be several places: Springfield, Greene County; Springfield, Illinois."
function choicesInWords(problem) {
  const choices = problem.data?.choices ?? [];
  if (!choices.length) return wrongInWords(problem);
  return `${problem.message} ${choices.map(({ title }) => title).join('; ')}.`;
}
