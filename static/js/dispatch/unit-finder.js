// A unit by its name, for when the dispatcher knows better than any list.
import { Emitter } from '../core/emitter.js';
import { get } from '../core/api.js';
import { el, settled } from '../core/dom.js';
import { Listbox } from '../ui/listbox.js';
import { symbol } from '../ui/symbol.js';

const PAUSE_MS = 150;
const OFFERED = 10;

/** Event: `taken` {unit_id, name, unit_type, status}. */
export class UnitFinder extends Emitter {
  constructor(glossary) {
    super();
    this.glossary = glossary;
    this.input = el('input', {
      type: 'text', placeholder: 'Another unit by name', 'aria-label': 'Another unit by name', spellcheck: false,
    });
    this.list = new Listbox(this.input, { label: 'Units', draw: (unit) => this.#row(unit) })
      .on('taken', (unit) => this.#taken(unit));
    this.root = el('div', { class: 'picker-box unit-finder' }, this.input, this.list.root);
    this.input.addEventListener('input', settled(() => this.#look(), PAUSE_MS));
  }

  async #look() {
    const typed = this.input.value.trim();
    this.asking?.abort();
    if (typed.length < 2) {
      this.list.close();
      return;
    }
    this.asking = new AbortController();
    try {
      const { resources } = await get(`/api/search?q=${encodeURIComponent(typed)}`, { signal: this.asking.signal });
      const found = resources.filter(({ kind }) => kind === 'unit').slice(0, OFFERED);
      if (found.length) this.list.offer(found);
      else this.list.say('No unit is called that.');
    } catch (problem) {
      if (problem.name !== 'AbortError') this.list.say(problem.message);
    }
  }

  #row({ name, status, type, county }) {
    const { catalog } = this.glossary;
    return [symbol(catalog, { kind: 'unit', status }), el('span', { class: 'title' }, name),
      el('span', { class: 'quietly' },
        [this.glossary.unitType(type), catalog.status('unit', status).title, county?.name ?? county]
        .filter(Boolean).join(' · '))];
  }

  #taken({ id, name, type, status }) {
    this.input.value = '';
    this.emit('taken', { unit_id: id, name, unit_type: type, status, reasons: ['chosen by hand'] });
  }
}
