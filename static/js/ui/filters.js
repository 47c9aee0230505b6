// The filter in force: from the address bar or the rail, to the worker, and drawn in the rail
// with the counts that come back.
import { get } from '../core/api.js';
import { settled } from '../core/dom.js';

const PAUSE_MS = 250;

export class Filters {
  constructor({ address, client, rail, basemap }) {
    Object.assign(this, { address, client, rail, basemap, ids: null });
    rail.on('filter', (part) => this.change(part));
    rail.on('text', settled((text) => this.#text(text.trim()), PAUSE_MS));
    address.on('moved', ({ before, filter }) => {
      if (JSON.stringify(before.filter) !== JSON.stringify(filter)) this.#apply(filter);
    });
  }

  get filter() {
    return this.address.state.filter;
  }

  /** What the address bar says when the page opens. */
  start() {
    return this.#apply(this.filter);
  }

  /** Change a part of the filter. */
  change(part) {
    return this.#apply({ ...this.filter, ...part });
  }

  /** The search box found these; show only them. */
  found(text, ids) {
    this.ids = { text, ids };
    return this.change({ text });
  }

  /** The counts that go with the filter. */
  show(numbers) {
    this.numbers = numbers;
    this.rail.show(this.filter, numbers);
  }

  #text(text) {
    if (text !== this.filter.text) this.change({ text });
  }

  async #apply(filter) {
    this.address.set({ filter });
    this.basemap.choose(filter.counties);
    if (this.numbers) this.rail.show(filter, this.numbers);
    const ids = await this.#idsOf(filter.text);
    if (filter.text === this.filter.text) await this.client.narrow(filter, ids);
  }

  // The text is searched by the server; what it found is kept with the text it belongs to.
  async #idsOf(text) {
    if (!text) return null;
    if (this.ids?.text !== text) {
      const { ids } = await get(`/api/search?q=${encodeURIComponent(text)}`).catch(() => ({ ids: [] }));
      this.ids = { text, ids };
    }
    return this.ids.ids;
  }
}
