// The search box: one field for names, addresses, counties, ZIP codes, coordinates in any
// notation and grid references. The server knows them all; this offers what it found.
import { get } from '../core/api.js';
import { el, icon, settled } from '../core/dom.js';
import { Emitter } from '../core/emitter.js';
import { count, plural } from '../words/numbers.js';
import { Listbox } from './listbox.js';
import { symbol } from './symbol.js';

const PAUSE_MS = 140;
const MOST_RESOURCES = 8;

/** Events: `place` {lat, lon, bounds}, `resource` {id}, `narrow` {text, ids}. */
export class Search extends Emitter {
  constructor(form, catalog) {
    super();
    this.catalog = catalog;
    this.input = form.querySelector('input');
    this.list = new Listbox(this.input, { label: 'Found', draw: (option) => this.#draw(option) })
      .on('taken', (option) => this.#taken(option));
    form.append(this.list.root);
    form.addEventListener('submit', (event) => this.#submit(event));
    const look = settled(() => this.#look(), PAUSE_MS);
    this.input.addEventListener('input', look);
    this.input.addEventListener('focus', () => { if (this.input.value) look(); });
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  // Enter with nothing marked: a place if that is all there is, else narrow to what has the words.
  async #submit(event) {
    event.preventDefault();
    const answer = this.answer?.query === this.#typed() ? this.answer : await this.#look();
    if (!answer) return;
    if (answer.ids.length === 0 && answer.places.length) this.#taken({ place: answer.places[0] });
    else if (answer.ids.length) this.#taken({ narrow: answer });
  }

  #typed() {
    return this.input.value.trim();
  }

  async #look() {
    const query = this.#typed();
    this.asking?.abort();
    this.answer = null;
    if (query.length < 2) {
      this.list.close();
      return null;
    }
    this.asking = new AbortController();
    try {
      const answer = await get(`/api/search?q=${encodeURIComponent(query)}`, { signal: this.asking.signal });
      this.answer = { ...answer, query };
      this.#offer(this.answer);
      return this.answer;
    } catch (problem) {
      if (problem.name !== 'AbortError') this.list.say(problem.message);
      return null;
    }
  }

  #offer(answer) {
    if (document.activeElement !== this.input) return;
    const places = answer.places.map((place) => ({ group: 'Places', place }));
    const resources = answer.resources.slice(0, MOST_RESOURCES)
      .map((resource) => ({ group: 'Resources', resource }));
    const narrow = answer.ids.length > 1 ? [{ group: 'Filter', narrow: answer }] : [];
    const options = [...places, ...resources, ...narrow];
    if (options.length) this.list.offer(options);
    else this.list.say('Nothing found. Try part of a name, a ZIP code, or 38.58, -92.17.');
  }

  #draw({ place, resource, narrow }) {
    if (place) return this.#row(icon(place.bounds ? 'map' : 'pin', this.catalog.symbolsUrl), place.title, place.what);
    if (resource) return this.#row(symbol(this.catalog, resource), resource.name, this.#whereabouts(resource));
    const words = narrow.more ? `more than ${count(narrow.ids.length)} resources` : plural(narrow.ids.length, 'resource');
    return this.#row(icon('filter', this.catalog.symbolsUrl), `Show only “${narrow.query}”`, words);
  }

  #row(picture, title, about) {
    return [picture, el('span', { class: 'title' }, title), el('span', { class: 'quietly' }, about)];
  }

  #whereabouts({ kind, status, city, county }) {
    return [this.catalog.status(kind, status).title, city ?? county].filter(Boolean).join(' · ');
  }

  #taken({ place, resource, narrow }) {
    this.list.close();
    if (place) this.emit('place', place);
    if (resource) this.emit('resource', { id: resource.id });
    if (narrow) this.emit('narrow', { text: narrow.query, ids: narrow.ids });
    this.input.value = '';
    this.input.blur();
  }
}
