// Where the area is. By drawing it, or without a pointer: a circle around a place, whole counties,
// corners or GeoJSON. What the server understood stands below, before anything is saved.
import { Emitter } from '../core/emitter.js';
import { button, el, icon } from '../core/dom.js';
import { extentInWords, units } from '../words/distance.js';
import { count } from '../words/numbers.js';
import { decimal } from '../words/position.js';
import { asText, cornersOf } from './outline.js';
import { areas } from './requests.js';

/** How many counties are named before "and 4 more". */
const NAMED = 3;

function inCounties({ counties }) {
  const names = counties.slice(0, NAMED).map(({ name }) => name);
  const more = counties.length - names.length;
  return names.length ? ` · in ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}` : '';
}

/** Events: `pick` (answer with `picked`). Draws on, and listens to, a `Drawing`. */
export class ShapeBox extends Emitter {
  constructor(catalog, drawing) {
    super();
    Object.assign(this, { catalog, drawing, said: null, elsewhere: false });
    this.told = el('div', { class: 'shape-told', id: 'area-shape-told', 'aria-live': 'polite' });
    this.tools = el('div', { class: 'row-of-buttons', role: 'group', 'aria-label': 'Draw on the map' },
      this.#tool('Polygon', 'Outline'), this.#tool('Rectangle', 'Rectangle'), this.#tool('Circle', 'Circle'));
    this.change = el('div', { class: 'row-of-buttons', role: 'group', 'aria-label': 'Change the shape', hidden: true },
      button('button small', () => drawing.edit(), 'Move corners'),
      button('button small', () => drawing.cut(), 'Cut out a piece'),
      button('button small', () => this.#write(), 'Corners as text'));
    this.typing = this.#ways();
    this.root = el('fieldset', { class: 'field shape-box' }, el('legend', {}, 'Where'),
      this.tools, this.typing, this.told, this.change);
    this.heard = (geometry) => this.look(geometry ? { geometry } : null);
    drawing.on('changed', (geometry) => this.heard(geometry))
      .on('failed', ({ message }) => this.fail({ message, data: {} }));
  }

  /** The members that a write sends of it; null when there is no shape. */
  get facts() {
    const { geometry } = this.drawing;
    return geometry && { geometry, ...(this.elsewhere ? { allow_elsewhere: true } : {}) };
  }

  /** The point that was chosen on the map, or null. */
  picked(position) {
    if (position) this.place.value = decimal(position);
    this.place.focus();
  }

  /** Ask what a shape is; a shape said otherwise than by drawing is drawn then. */
  async look(said) {
    this.said = said;
    this.change.hidden = !said;
    if (!said) {
      this.told.replaceChildren();
      return;
    }
    try {
      const shape = await areas.shape({ ...said, ...(this.elsewhere ? { allow_elsewhere: true } : {}) });
      if (this.said === said) this.#understood(shape, said);
    } catch (problem) {
      if (this.said === said) this.fail(problem);
    }
  }

  /** What is wrong with the shape, and what can be done about it. */
  fail({ message, data }) {
    const { meant } = data;
    const far = /far from/.test(message) && this.said;
    this.told.replaceChildren(el('p', { class: 'problem' }, message), el('div', { class: 'row-of-buttons' },
      meant ? button('button small', () => this.#take(meant), 'Take the mended shape') : null,
      far ? button('button small', () => this.#allow(), 'It is meant') : null));
  }

  /** An area that is there already. */
  fill(area) {
    this.drawing.show(area.geometry);
    this.change.hidden = false;
    this.#tell(area.geometry, area.sq_km, null);
  }

  #tool(shape, title) {
    return button('button', () => this.drawing.draw(shape), title);
  }

  #ways() {
    const plain = { autocomplete: 'off', spellcheck: false };
    this.place = el('input', { id: 'area-place', type: 'text', ...plain, placeholder: 'Joplin' });
    this.radius = el('input', { id: 'area-radius', type: 'text', ...plain, inputMode: 'decimal', placeholder: '2' });
    this.text = el('textarea', {
      id: 'area-text', rows: 4, spellcheck: false, placeholder: '37.10, -94.55\n37.10, -94.45\n37.05, -94.50',
    });
    const label = (input, title) => el('label', { for: input.id }, title);
    const submit = (run) => (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault(); // the form around it is not finished yet
      run();
    };
    const around = () => this.#around();
    for (const input of [this.place, this.radius]) input.addEventListener('keydown', submit(around));
    return el('details', { class: 'ways' }, el('summary', {}, 'Without drawing'),
      el('div', { class: 'way' }, label(this.place, 'Circle around a place, coordinates or USNG'),
        el('div', { class: 'beside' }, this.place,
          button('button', () => this.emit('pick'), icon('target', this.catalog.symbolsUrl), 'On the map')),
        el('div', { class: 'beside' }, label(this.radius, `Radius in ${units().many}`), this.radius,
          button('button', around, 'Draw the circle'))),
      this.#counties(label),
      el('div', { class: 'way' }, label(this.text, 'Corners, one a line; or GeoJSON'), this.text,
        button('button', () => this.#say({ text: this.text.value }), 'Draw this')));
  }

  #counties(label) {
    const options = this.catalog.countyChoices.map(([fips, name]) => el('option', { value: fips }, name));
    this.county = el('select', { id: 'area-county' }, options);
    this.chosen = [];
    return el('div', { class: 'way' }, label(this.county, 'A county as a whole'),
      el('div', { class: 'beside' }, this.county,
        button('button', () => this.#county(false), 'Draw it'), button('button', () => this.#county(true), 'Add it')));
  }

  #around() {
    const radius = Number(this.radius.value.trim().replace(',', '.'));
    if (!this.place.value.trim()) this.#missing('Write the place in the middle of the circle.', this.place);
    else if (!(radius > 0)) this.#missing(`Write the radius as a number of ${units().many}, such as 2.`, this.radius);
    else this.#say({ circle: { place: this.place.value.trim(), radius_km: (radius * units().unitM) / 1000 } });
  }

  #missing(message, input) {
    this.fail({ message, data: {} });
    input.focus();
  }

  #county(add) {
    this.chosen = add ? [...new Set([...this.chosen, this.county.value])] : [this.county.value];
    this.#say({ counties: this.chosen });
  }

  #say(said) {
    if (!said.counties) this.chosen = [];
    return this.look(said);
  }

  #write() {
    this.text.value = asText(this.drawing.geometry);
    this.typing.open = true;
    this.text.focus();
  }

  #take(geometry) {
    this.drawing.show(geometry);
    this.look({ geometry });
  }

  #allow() {
    this.elsewhere = true;
    this.look(this.said);
  }

  #understood({ geometry, sq_km: sqKm, people }, said) {
    if (!said.geometry) {
      this.drawing.show(geometry);
      this.emit('drawn');
    }
    this.#tell(geometry, sqKm, people);
  }

  #tell(geometry, sqKm, people) {
    const live = people && el('span', { class: 'quietly', title: people.assumes },
      ` · about ${count(people.estimate)} people live there${inCounties(people)}`);
    this.told.replaceChildren(el('p', {}, icon('check', this.catalog.symbolsUrl),
      el('span', {}, el('strong', {}, extentInWords(sqKm)), `, ${cornersOf(geometry)} corners`, live)));
  }
}
