// Where it happened: typed in any notation or taken from the map. What the server understood
// stands below, with its county and jurisdiction, before anything is made of it.
import { Emitter } from '../core/emitter.js';
import { button, el, icon, settled } from '../core/dom.js';
import { distanceInWords } from '../words/distance.js';
import { decimal } from '../words/position.js';
import { incidents } from './requests.js';

const PAUSE_MS = 300;

/** Events: `read` place or null, `pick` (answer with `take`). */
export class PlaceBox extends Emitter {
  constructor(catalog, attributes) {
    super();
    Object.assign(this, { catalog, place: null, fixed: null });
    const told = `${attributes.id}-told`;
    this.input = el('input', {
      ...attributes, type: 'text', autocomplete: 'off', spellcheck: false, 'aria-describedby': told,
      placeholder: 'Joplin, 402 Main St, 15S WC 72042 70394',
    });
    this.told = el('div', { class: 'place-told', id: told, 'aria-live': 'polite' });
    this.root = el('div', { class: 'place-box' },
      el('div', { class: 'beside' }, this.input,
        button('button', () => this.emit('pick'), icon('target', catalog.symbolsUrl), 'On the map')),
      this.told);
    const read = settled(() => this.read(), PAUSE_MS);
    this.input.addEventListener('input', () => {
      this.fixed = null;
      this.#forget();
      read();
    });
  }

  /** What a write sends of it: a chosen point wins over the words that led to it. */
  get facts() {
    const text = this.input.value.trim();
    if (!this.fixed) return text ? { place: text } : {};
    const { lat, lon, ...rest } = this.fixed;
    return { lat, lon, ...(text && text !== decimal({ lat, lon }) ? { place: text } : {}), ...rest };
  }

  /** A point of the map, of a resource or of an area; `words` name it. */
  take({ lat, lon, words, ...rest }) {
    this.fixed = { lat, lon, ...rest };
    this.input.value = words ?? decimal({ lat, lon });
    return this.read();
  }

  /** Ask what it means; resolves when the answer stands below the box. */
  async read() {
    const asked = this.fixed ? { lat: this.fixed.lat, lon: this.fixed.lon } : { text: this.input.value.trim() };
    this.asking?.abort();
    if (asked.text === '') {
      this.#forget();
      return;
    }
    this.asking = new AbortController();
    try {
      this.#understood(await incidents.place(asked, { signal: this.asking.signal }));
    } catch (problem) {
      if (problem.name !== 'AbortError') this.failed(problem);
    }
  }

  /** Several likely places, none, or no answer: said, with what can be done. */
  failed({ message, data }) {
    this.#forget();
    const choices = data?.choices ?? [];
    this.told.replaceChildren(el('p', { class: choices.length ? 'out-of-date' : 'problem' }, message),
      ...(choices.length ? [this.#choices(choices)] : []));
  }

  #forget() {
    this.place = null;
    this.told.replaceChildren();
    this.emit('read', null);
  }

  #understood(place) {
    this.place = place;
    const { text, county, jurisdiction, usng, radius_m: radius } = place;
    const whose = [county, jurisdiction !== county && jurisdiction].filter(Boolean).join(' · ');
    this.told.replaceChildren(el('p', {}, icon('check', this.catalog.symbolsUrl), el('span', {},
      el('strong', {}, text ?? decimal(place)), ' ', whose || 'outside every county', ' ',
      el('span', { class: 'quietly' }, usng ?? '', radius ? ` · within ${distanceInWords(radius)}` : ''))));
    this.emit('read', place);
  }

  #choices(choices) {
    return el('ul', { class: 'place-choices', 'aria-label': 'Which one' }, choices.map((choice) => el('li', {},
      button('button', () => this.#choose(choice), el('span', { class: 'title' }, choice.title),
        el('span', { class: 'quietly' }, [choice.what, choice.county].filter(Boolean).join(' · '))))));
  }

  async #choose({ title, lat, lon }) {
    await this.take({ lat, lon, words: title });
    this.input.focus();
  }
}
