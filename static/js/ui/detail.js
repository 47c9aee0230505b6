// The panel at the right: everything known about one resource, and the ways to change it.
import { Emitter } from '../core/emitter.js';
import { ApiError, get, send } from '../core/api.js';
import { el, icon } from '../core/dom.js';
import { keepingFocus } from '../core/focus.js';
import { Conflict } from './conflict.js';
import { bedsLine, closeButton, groups, head, isStale, occupancy, openRequests, statusLine, stockTable } from './detail-parts.js';
import { FieldRow } from './field-row.js';
import { historyFold } from './history.js';
import { Notice } from './notice.js';
import { PlaceBlock } from './place-block.js';
import { StatusButtons } from './status-buttons.js';

/** Names a place goes by in a change. */
const PLACE_TITLES = { coordinates: 'Place', latitude: 'Latitude', longitude: 'Longitude' };

/** Events: `closed`, `goto` {lat, lon}, `pick` (answer with `picked`), `said` words for the ear. */
export class Detail extends Emitter {
  constructor(root, catalog) {
    super();
    Object.assign(this, { root, catalog, id: null, open: null, blocks: [] });
    this.notice = new Notice(catalog);
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault(); // one key, one closing: the page's table has it too
      this.emit('closed');
    });
  }

  /** `make(detail)` gives a block that stands right below the status, or nothing. */
  extend(make) {
    this.blocks.push(make);
  }

  /** Show a resource; the focus goes to its name when a person asked for it. */
  async show(id, { focus = false } = {}) {
    this.id = id;
    this.open = null;
    this.notice.clear();
    if (this.root.hidden) this.#frame(el('p', { class: 'pending' }, 'Loading'));
    this.root.hidden = false;
    await this.#load(id);
    if (focus && this.id === id) this.root.querySelector('#detail-title')?.focus();
  }

  hide() {
    this.id = null;
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  /** It changed somewhere. What is being typed stays; the server will tell who was first. */
  async refresh() {
    if (this.id === null) return;
    if (this.open) this.notice.say('This was changed by somebody else just now. Saving shows both.');
    else await this.#load(this.id);
  }

  /** A device says where it is now; the rest of it is as it was. */
  moved(item) {
    if (item?.fix && item.id === this.detail?.id) this.place?.moved(item);
  }

  /** The place chosen on the map, or null. */
  picked(position) {
    this.place.fill(position);
  }

  async #load(id) {
    try {
      const detail = await get(`/api/resources/${id}`);
      if (this.id === id && !this.open) this.#draw(detail);
    } catch (problem) {
      if (this.id === id) this.#failed(problem);
    }
  }

  #failed(problem) {
    if (this.detail?.id === this.id) this.notice.fail(problem, () => this.refresh());
    else this.#frame(el('p', { class: 'problem' }, problem.message));
  }

  #frame(...content) {
    const head = el('header', { class: 'detail-head' }, el('div', { class: 'detail-title' }),
      closeButton(this.catalog, () => this.emit('closed')));
    this.root.replaceChildren(head,
      el('div', { class: 'detail-body' }, content));
  }

  #draw(detail) {
    this.detail = detail;
    keepingFocus(this.root, () => this.#fill(detail), '#detail-title');
  }

  // What can be done comes before what is known: nobody walks through sixty facts to a status.
  #fill(detail) {
    const scroll = this.root.querySelector('.detail-body')?.scrollTop ?? 0;
    const history = this.root.querySelector('.history[open]') !== null;
    const body = el('div', { class: 'detail-body' },
      statusLine(detail), ...this.blocks.map((make) => make(detail) ?? ''), occupancy(detail), bedsLine(detail),
      openRequests(detail), this.#placeBlock(detail), stockTable(detail), this.#facts(detail),
      detail.history_url ? historyFold(detail.history_url, (name, value) => this.#titled(name, value)) : '');
    this.root.replaceChildren(head(this.catalog, detail, () => this.emit('closed')),
      detail.editable ? this.#actions(detail) : '', this.notice.root, body);
    body.scrollTop = scroll;
    if (history && detail.history_url) body.querySelector('.history').open = true;
  }

  #actions(detail) {
    this.statuses = new StatusButtons(this.catalog, detail)
      .on('chosen', (status) => this.#setStatus(status));
    const confirm = el('button', {
      type: 'button', class: `button${isStale(detail) ? ' primary' : ''}`, dataset: { keep: 'confirm' },
      onclick: () => this.confirm(),
    }, icon('check', this.catalog.symbolsUrl), 'Still true');
    return el('div', { class: 'detail-actions' }, confirm, this.statuses.root);
  }

  #placeBlock(detail) {
    this.place = new PlaceBlock(this.catalog, detail.place, detail.editable)
      .on('goto', () => this.emit('goto', detail.place))
      .on('pick', () => this.emit('pick'))
      .on('save', (set) => this.#save(set, this.place))
      .on('editing', () => { this.open = this.place; })
      .on('settled', () => this.#settled());
    return this.place.root;
  }

  #facts(detail) {
    return el('div', {}, groups(detail.fields).map(([title, fields]) => el('section', {},
      el('h3', {}, title), el('dl', { class: 'facts-grid' }, fields.map((field) => this.#row(detail, field).root)))));
  }

  #row(detail, field) {
    const editable = detail.editable && field.editable;
    return new FieldRow(this.catalog, { ...field, editable })
      .on('editing', () => { this.open = true; })
      .on('settled', () => this.#settled())
      .on('save', ({ name, value, row }) => this.#save({ [name]: value }, row));
  }

  // A form closed: catch up with what happened meanwhile.
  #settled() {
    this.open = null;
    this.notice.clear();
    this.refresh();
  }

  async #setStatus(status) {
    const before = this.detail.status.code;
    const saved = await this.#save({ status }, null);
    if (saved) {
      this.notice.say(`Status set to ${saved.status.title}.`, { title: 'Undo', run: () => this.#save({ status: before }, null) });
    }
  }

  /** Whether what is open can be changed by who looks at it. */
  get editable() {
    return this.detail?.id === this.id && Boolean(this.detail?.editable);
  }

  /** To its statuses. */
  toStatuses() {
    this.statuses.focus();
  }

  /** "Still true": nothing changed but the age. */
  async confirm() {
    if (!this.editable) return;
    const { id, version } = this.detail;
    await this.#write(() => send('POST', `/api/resources/${id}/confirm`, { version }), {
      again: () => this.confirm(), done: 'Confirmed: still true.', set: {}, form: null,
    });
  }

  #save(set, form, version = this.detail.version) {
    const { id } = this.detail;
    return this.#write(() => send('PATCH', `/api/resources/${id}`, { version, set }), {
      again: () => this.#save(set, form, version), done: 'Saved.', set, form,
    });
  }

  /** @returns {Promise<?object>} the new detail, null when it was refused */
  async #write(request, { again, done, set, form }) {
    const { id } = this.detail;
    try {
      const detail = await request();
      this.open = null;
      if (this.id !== id) return detail; // the person went on to another one
      this.#draw(detail);
      this.notice.say(done);
      return detail;
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      if (this.id === id) this.#refused(problem, { again, set, form });
      return null;
    }
  }

  #refused(problem, { again, set, form }) {
    const asked = problem.data?.problems?.[0]?.field;
    if (problem.code === 'conflict') this.#conflict(problem.data, set);
    else if (asked === 'went' || asked === 'status_reason') this.#askedMore(problem);
    else if (problem.code === 'invalid' && form) form.fail(this.#messages(problem.data, problem.message));
    else this.notice.fail(problem, again);
  }

  // A move that needs more words than a button has: the record's form takes them.
  #askedMore({ message }) {
    const url = `${this.detail.record_url}#move`;
    this.notice.show(el('div', { class: 'banner bad', role: 'alert' }, el('p', {}, message),
      this.detail.record_url ? el('a', { class: 'button small', href: url }, 'Say it on the record') : null));
  }

  #messages({ problems = [] }, otherwise) {
    return problems.map(({ message }) => message).join(' ') || otherwise;
  }

  #conflict(answer, mine) {
    this.open = true;
    const conflict = new Conflict(answer, mine, (name, value) => this.#inWords(name, value))
      .on('save', (set) => this.#save(set, null, answer.current.version))
      .on('theirs', () => this.#settleOn(answer.current));
    this.notice.show(conflict.root);
    conflict.root.querySelector('input, button')?.focus();
  }

  #settleOn(current) {
    this.open = null;
    this.notice.clear();
    this.#draw(current);
  }

  // A field's title, or one of its values as people read it.
  #inWords(name, ...value) {
    const field = this.detail.fields.find((one) => one.name === name);
    if (!value.length) return PLACE_TITLES[name] ?? field?.title ?? name;
    const titled = this.#titled(name, value[0]);
    return titled === null ? 'unknown' : String(titled);
  }

  // The title of a code, yes or no of a truth, anything else as it is.
  #titled(name, value) {
    if (value === true || value === false) return value ? 'yes' : 'no';
    const { choices } = this.detail.fields.find((one) => one.name === name) ?? {};
    return choices?.find(({ code }) => code === value)?.title ?? value;
  }
}
