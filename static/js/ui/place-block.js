// Where a resource is, how that is known, and how to move it: by typing coordinates or a grid
// reference, or by choosing on the map. Nothing has to be dragged.
import { Emitter } from '../core/emitter.js';
import { el, icon } from '../core/dom.js';
import { get } from '../core/api.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { decimal, degreesMinutesSeconds } from '../words/position.js';
import { count } from '../words/numbers.js';

const SOURCES = {
  surveyed: 'placed on the map by a person', reported: 'coordinates as reported',
  gps: 'reported by a device', usng: 'grid reference', address: 'found from the address',
  zip: 'middle of the ZIP code area', town: 'middle of the town', county: 'middle of the county',
};

/** Events: `save` {latitude, longitude}, `pick` (choose on the map), `goto`, `editing`, `settled`. */
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

  close() {
    this.problem = null;
    this.#view();
    this.emit('settled');
  }

  #view() {
    const move = this.editable ? el('button', { type: 'button', class: 'button small', onclick: () => this.#form() },
      icon('pin', this.catalog.symbolsUrl), this.place ? 'Move' : 'Place') : null;
    const go = this.place ? el('button', { type: 'button', class: 'button small', onclick: () => this.emit('goto') },
      icon('target', this.catalog.symbolsUrl), 'Show') : null;
    this.root.replaceChildren(
      el('div', { class: 'section-head' }, el('h3', {}, 'Place'), go, move),
      this.place ? this.#facts() : el('p', { class: 'unknown' }, 'Not on the map: nobody has said where it is.'));
  }

  #facts() {
    const { source, radius_m: radius, at, usng } = this.place;
    const when = at ? el('time', { title: clockTime(at) }, `, ${agoInWords(Date.now() / 1000 - epochOf(at))}`) : null;
    return el('dl', { class: 'facts-grid' },
      el('div', { class: 'fact' }, el('dt', {}, 'Lat, lon'), el('dd', { title: degreesMinutesSeconds(this.place) }, decimal(this.place))),
      el('div', { class: 'fact' }, el('dt', {}, 'USNG'), el('dd', {}, usng ?? 'unknown')),
      el('div', { class: 'fact' }, el('dt', {}, 'Known from'), el('dd', {}, SOURCES[source] ?? source ?? 'unknown', when)),
      radius ? el('div', { class: 'fact' }, el('dt', {}, 'Accuracy'), el('dd', {}, `within ${count(radius)} m`)) : null);
  }

  #form() {
    this.input = el('input', {
      type: 'text', id: 'edit-place', autocomplete: 'off', spellcheck: false,
      value: this.place ? decimal(this.place) : '', 'aria-describedby': 'help-place problem-place',
    });
    this.problem = el('p', { class: 'problem', id: 'problem-place', role: 'alert' });
    const label = el('label', {}, 'New place');
    label.htmlFor = 'edit-place';
    const form = el('form', { class: 'field', onsubmit: (event) => this.#submit(event) }, label, this.input,
      el('p', { class: 'help', id: 'help-place' }, 'Latitude, longitude in any notation, or a grid reference such as 15S WC 72042 70394.'),
      this.problem,
      el('div', { class: 'actions' },
        el('button', { class: 'button primary small' }, 'Move here'),
        el('button', { type: 'button', class: 'button small', onclick: () => this.emit('pick') }, icon('target', this.catalog.symbolsUrl), 'Choose on the map'),
        el('button', { type: 'button', class: 'button small quiet', onclick: () => this.close() }, 'Cancel')));
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

  // The server reads the notation, so that it is read the same way everywhere.
  async #submit(event) {
    event.preventDefault();
    this.problem.textContent = '';
    try {
      const position = await this.#read(this.input.value.trim());
      if (position) this.emit('save', { latitude: position.lat, longitude: position.lon });
      else this.fail('That is not a place. Write it like 38.57911, -92.17338 or 15S WC 72042 70394.');
    } catch (problem) {
      this.fail(problem.message);
    }
  }

  async #read(text) {
    const plain = /^(-?\d+(?:\.\d+)?)\s*[,\s]\s*(-?\d+(?:\.\d+)?)$/.exec(text);
    if (plain) return { lat: Number(plain[1]), lon: Number(plain[2]) };
    const { places } = await get(`/api/search?q=${encodeURIComponent(text)}`);
    return places.find(({ precision_m: precision }) => precision !== null && precision !== undefined) ?? places[0];
  }
}
