// Where a resource is, how that is known, and how to move it: by typing coordinates or a grid
// reference, or by choosing on the map. Nothing has to be dragged.
import { forward } from 'mgrs';
import { Emitter } from '../core/emitter.js';
import { button, el, icon } from '../core/dom.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { decimal, degreesMinutesSeconds, usng } from '../words/position.js';
import { distanceInWords } from '../words/distance.js';

/**
 * Events: `save` {coordinates} as typed (the server reads every notation), `pick` (choose on the
 * map), `goto`, `editing`, `settled`.
 */
export class PlaceBlock extends Emitter {
  constructor(catalog, place, editable) {
    super();
    Object.assign(this, { catalog, place, editable });
    this.root = el('section', { class: 'place', 'aria-label': 'Place' });
    this.#view();
  }

  fail(message) {
    if (!this.problem) this.#form();
    this.problem.textContent = message;
    this.input.focus();
  }

  /** It is elsewhere by its device. What has the focus stays, and what is being typed. */
  moved({ lat, lon, fix: { at, accuracy } }) {
    this.place = { ...this.place, lat, lon, at, radius_m: accuracy, usng: usng({ lat, lon }, forward) };
    if (this.problem) return;
    const facts = this.#facts();
    this.facts.replaceWith(facts);
    this.facts = facts;
  }

  close() {
    this.problem = null;
    this.#view();
    this.root.querySelector('[data-keep="move"]')?.focus();
    this.emit('settled');
  }

  #view() {
    const { symbolsUrl } = this.catalog;
    const move = this.editable && button('button small', () => this.#form(),
      icon('pin', symbolsUrl), this.place ? 'Move' : 'Place');
    if (move) move.dataset.keep = 'move';
    const go = this.place && button('button small', () => this.emit('goto'), icon('target', symbolsUrl), 'Show');
    this.root.replaceChildren(
      el('div', { class: 'section-head' }, el('h3', {}, 'Place'), go, move),
      this.facts = this.place ? this.#facts() : el('p', { class: 'unknown' }, 'Not on the map: nobody has said where it is.'));
  }

  #facts() {
    const { source_title: source, radius_m: radius, at, usng } = this.place;
    const when = at ? el('time', { title: clockTime(at) }, `, ${agoInWords(Date.now() / 1000 - epochOf(at))}`) : null;
    const fact = (title, ...value) => el('div', { class: 'fact' }, el('dt', {}, title), el('dd', {}, value));
    return el('dl', { class: 'facts-grid' },
      fact('Lat, lon', el('span', { title: degreesMinutesSeconds(this.place) }, decimal(this.place))),
      fact('USNG', usng ?? 'unknown'),
      fact('Known from', source ?? 'unknown', when),
      radius ? fact('Accuracy', `within ${distanceInWords(radius)}`) : null);
  }

  #form() {
    this.input = el('input', {
      type: 'text', id: 'edit-place', autocomplete: 'off', spellcheck: false,
      value: this.place ? decimal(this.place) : '', 'aria-describedby': 'help-place problem-place',
    });
    this.problem = el('p', { class: 'problem', id: 'problem-place', role: 'alert' });
    const form = el('form', { class: 'field', onsubmit: (event) => this.#submit(event) },
      el('label', { htmlFor: 'edit-place' }, 'New place'), this.input,
      el('p', { class: 'help', id: 'help-place' },
        'Latitude, longitude in any notation, or a grid reference such as 15S WC 72042 70394.'),
      this.problem,
      el('div', { class: 'actions' },
        el('button', { class: 'button primary small' }, 'Move here'),
        button('button small', () => this.emit('pick'), icon('target', this.catalog.symbolsUrl), 'Choose on the map'),
        button('button small quiet', () => this.close(), 'Cancel')));
    form.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
    this.root.replaceChildren(el('h3', {}, 'Place'), form);
    this.emit('editing');
    this.input.select();
  }

  /** What was chosen on the map, put where it can still be read and changed. */
  fill(position) {
    if (position) this.input.value = decimal(position);
    this.input.focus();
  }

  #submit(event) {
    event.preventDefault();
    this.problem.textContent = '';
    const coordinates = this.input.value.trim();
    if (coordinates) this.emit('save', { coordinates });
    else this.fail('Write a place, for example 38.57911, -92.17338 or 15S WC 72042 70394.');
  }
}
