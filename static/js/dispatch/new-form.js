// A new incident: what and where on one line each, Enter makes it. All else is folded away and can
// follow when the units are rolling.
import { Emitter } from '../core/emitter.js';
import { button, el, icon } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { Notice } from '../ui/notice.js';
import { PlaceBox } from './place-box.js';
import { incidents, newKey } from './requests.js';
import { Similar } from './similar.js';
import { TypeBox } from './type-box.js';

const FOLD = 'incident.more';

/**
 * Events: `made` detail, `open` {id} of a likely double, `pick`, `seen` place or null,
 * `closed` (what is written stays for the next time), `thrown` (it does not).
 */
export class NewForm extends Emitter {
  constructor(glossary, parents) {
    super();
    Object.assign(this, { glossary, parents, key: newKey() });
    this.notice = new Notice(glossary.catalog);
    this.type = new TypeBox(glossary, { id: 'new-type' }).on('chosen', (type) => this.#typed(type));
    this.place = new PlaceBox(glossary.catalog, { id: 'new-place' })
      .on('read', (place) => this.#placed(place)).on('pick', () => this.emit('pick'));
    this.similar = new Similar(glossary).on('open', ({ id }) => this.emit('open', { id }));
    this.root = el('div', { class: 'new-incident' }, this.#head(), this.notice.root, this.#form());
    this.root.addEventListener('keydown', (event) => this.#key(event));
  }

  /** What is known already: {type, place, lat, lon, resource_id, area_id, parent_id, words}. */
  fill({ type, place, lat, lon, parent_id: parent, ...rest }) {
    const known = type && this.glossary.types.find(({ code }) => code === type);
    if (known) this.type.choose(known);
    if (parent) this.parent.value = String(parent);
    if (Number.isFinite(lat)) this.place.take({ lat, lon, ...(place ? { words: place } : {}), ...rest });
    else if (place) {
      this.place.input.value = place;
      this.place.read();
    }
  }

  focus() {
    (this.type.type ? this.place.input : this.type.input).focus();
  }

  /** A point was chosen on the map, or null. */
  picked(position) {
    if (position) this.place.take(position);
    this.place.input.focus();
  }

  /** Whether somebody wrote anything that closing would lose. */
  get typed() {
    return [...this.root.querySelectorAll('input, textarea')].some(({ value, type }) => type !== 'checkbox' && value.trim());
  }

  #head() {
    return el('header', { class: 'detail-head' },
      this.glossary.diamond({ priority: '+', status: 'new' }),
      el('div', { class: 'detail-title' }, el('h2', { id: 'new-incident-title', tabIndex: -1 }, 'New incident')),
      button('icon-button', () => this.emit('closed'), icon('close', this.glossary.catalog.symbolsUrl),
        el('span', { class: 'spoken' }, 'Close without making it')));
  }

  #form() {
    this.typeProblem = el('p', { class: 'problem', role: 'alert' });
    this.submit = el('button', { class: 'button primary' }, 'Make the incident');
    return el('form', { class: 'incident-form', novalidate: true, autocomplete: 'off', onsubmit: (event) => this.#make(event) },
      el('div', { class: 'detail-body' },
        this.#field('new-type', 'What', this.type.root, this.typeProblem),
        this.#field('new-place', 'Where', this.place.root),
        this.similar.root, this.#more()),
      el('footer', { class: 'detail-actions' }, this.submit, button('button quiet', () => this.emit('thrown'), 'Throw away')));
  }

  #field(id, title, ...inside) {
    return el('div', { class: 'field' }, el('label', { htmlFor: id }, title), inside);
  }

  #more() {
    const { words } = this.glossary;
    this.priority = el('select', { id: 'new-priority' }, el('option', { value: '' }, 'as usual for the type'),
      words.priority.map(({ code, title }) => el('option', { value: code }, `${code} ${title}`)));
    this.parent = el('select', { id: 'new-parent' }, el('option', { value: '' }, 'none'),
      this.parents().map(({ id, number, title }) => el('option', { value: String(id) }, `${number} ${title}`)));
    this.sensitivity = el('select', { id: 'new-sensitivity' },
      words.sensitivity.filter(({ code }) => code !== 'public')
        .map(({ code, title }) => el('option', { value: code }, title)));
    this.text = Object.fromEntries(['title', 'caller_name', 'caller_phone'].map((name) => [name,
      el('input', { type: name === 'caller_phone' ? 'tel' : 'text', id: `new-${name}`, maxLength: 200 })]));
    this.note = el('textarea', { id: 'new-note', rows: 3 });
    const fold = el('details', { class: 'more-facts', open: recall(FOLD, false), ontoggle: () => remember(FOLD, fold.open) },
      el('summary', {}, 'Priority, caller, note, parent'),
      this.#field('new-priority', 'Priority', this.priority),
      this.#field('new-note', 'Note, the first line of the log', this.note),
      el('div', { class: 'beside halves' },
        this.#field('new-caller_name', 'Caller', this.text.caller_name),
        this.#field('new-caller_phone', 'Phone', this.text.caller_phone)),
      this.#field('new-title', 'Title', this.text.title),
      this.#field('new-parent', 'Part of', this.parent),
      this.#field('new-sensitivity', 'Who may see it', this.sensitivity));
    return fold;
  }

  #typed(type) {
    this.typeProblem.textContent = '';
    this.priority.options[0].textContent = type ? `${type.priority} ${this.glossary.title('priority', type.priority)}, as usual`
      : 'as usual for the type';
    if (this.place.place) this.similar.look(this.place.place, type);
  }

  #placed(place) {
    this.emit('seen', place);
    if (place) this.similar.look(place, this.type.type);
    else this.similar.clear();
  }

  #key(event) {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.emit('closed');
  }

  get #facts() {
    const chosen = Object.entries({
      priority: this.priority.value && Number(this.priority.value), parent_id: this.parent.value && Number(this.parent.value),
      sensitivity: this.sensitivity.value, note: this.note.value.trim(),
      ...Object.fromEntries(Object.entries(this.text).map(([name, { value }]) => [name, value.trim()])),
    }).filter(([, value]) => value);
    return { type: this.type.type.code, ...this.place.facts, ...Object.fromEntries(chosen), key: this.key };
  }

  async #make(event) {
    event.preventDefault();
    if (this.busy) return; // a double click; the key would answer the same incident anyway
    if (!this.type.settle()) {
      this.typeProblem.textContent = 'Say what happened: a few letters of the type, such as “fire” or “crash”.';
      this.type.input.focus();
      return;
    }
    this.#working(true);
    try {
      this.emit('made', await incidents.make(this.#facts));
    } catch (problem) {
      this.#refused(problem);
    } finally {
      this.#working(false);
    }
  }

  #working(busy) {
    this.busy = busy;
    this.submit.setAttribute('aria-disabled', String(busy));
    this.submit.textContent = busy ? 'Making it' : 'Make the incident';
  }

  #refused(problem) {
    const { code, data } = problem;
    const where = data?.choices || (data?.problems ?? []).some(({ field }) => ['place', 'lat', 'lon'].includes(field));
    if (code === 'invalid' && where) {
      this.place.failed(problem);
      this.place.root.querySelector('.place-choices button, input').focus();
    } else if (code === 'invalid') this.notice.fail({ ...problem, message: wrongInWords(problem) }, () => this.submit.click());
    else this.notice.fail(problem, () => this.submit.click());
  }
}

/** All that is wrong in one sentence or two. */
export function wrongInWords({ message, data }) {
  return (data?.problems ?? []).map((one) => one.message).join(' ') || message;
}
