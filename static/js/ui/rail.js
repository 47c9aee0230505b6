// The left rail: what is on the map, how many of each, and what narrows it. It holds no state of
// its own: a click asks for another filter, and the filter that comes back is drawn.
import { Emitter } from '../core/emitter.js';
import { el, icon } from '../core/dom.js';
import { isNarrowed, NO_FILTER } from '../data/filter.js';
import { count, plural } from '../words/numbers.js';
import { BoardToggles } from './board-toggles.js';
import { Chips } from './chips.js';
import { Layers } from './layers.js';
import { Legend } from './legend.js';
import { Picker } from './picker.js';

/** Events: `filter` (a part of the filter to change), `text` (free text), `unplaced`. */
export class Rail extends Emitter {
  constructor(root, catalog) {
    super();
    this.catalog = catalog;
    this.layers = new Layers(catalog).on('filter', (part) => this.emit('filter', part));
    this.board = new BoardToggles(catalog);
    this.dangers = new Chips({ label: 'Only what is in danger' })
      .on('chosen', (codes) => this.emit('filter', { danger: codes.length > 0 }));
    this.stale = new Chips({ label: 'Only what is out of date' })
      .on('chosen', (codes) => this.emit('filter', { stale: codes.length > 0 }));
    this.counties = new Picker({ label: 'County', placeholder: 'Add a county' })
      .on('chosen', (counties) => this.emit('filter', { counties }));
    this.agencies = new Picker({ label: 'Agency', placeholder: 'Add an agency' })
      .on('chosen', (ids) => this.emit('filter', { agencies: ids.map(Number) }));
    this.region = this.#regionSelect();
    this.text = this.#textInput();
    this.credits = el('p', { class: 'credits' });
    this.head = this.#head();
    this.#onlys(NO_FILTER, {});
    root.append(this.head, this.#body());
  }

  /** Draw a filter and the counts that go with it. */
  show(filter, { counts, shown, total, unplaced }) {
    this.layers.show(filter, counts);
    this.#onlys(filter, counts);
    this.counties.show(this.#countyChoices(counts.county), filter.counties);
    this.agencies.show(counts.agency.map(([id, name, number]) => ({ code: String(id), title: name, number })),
      filter.agencies.map(String));
    this.region.value = filter.region ? `${filter.region.scheme}.${filter.region.code}` : '';
    if (document.activeElement !== this.text) this.text.value = filter.text;
    this.#summary(filter, { shown, total, unplaced, endangered: counts.danger });
  }

  focus() {
    this.head.querySelector('h2').focus();
  }

  #head() {
    this.words = el('p', { class: 'rail-count' });
    this.clear = el('button', {
      type: 'button', class: 'button small', hidden: true,
      onclick: () => this.emit('filter', { ...NO_FILTER }),
    }, 'Clear filters');
    this.unplaced = el('button', {
      type: 'button', class: 'linklike', hidden: true, onclick: () => this.emit('unplaced'),
    });
    this.endangered = el('button', {
      type: 'button', class: 'linklike dangers', hidden: true, onclick: () => this.emit('filter', { danger: true }),
    });
    this.placed = el('span', { class: 'quietly' });
    this.safe = el('span', { class: 'quietly' });
    return el('header', { class: 'rail-head' },
      el('h2', { tabIndex: -1 }, 'Layers'), this.words, this.clear,
      // both lines are always there: what is below must not move when one begins to say something
      el('p', {}, this.placed, this.unplaced), el('p', {}, this.safe, this.endangered));
  }

  #body() {
    return el('div', { class: 'rail-body' },
      this.board.root,
      this.layers.root,
      el('section', { class: 'rail-section', 'aria-label': 'Filters' },
        this.dangers.root,
        this.stale.root,
        this.counties.root,
        el('label', { class: 'rail-field' }, el('span', {}, 'Region'), this.region),
        this.agencies.root,
        el('label', { class: 'rail-field' }, el('span', {}, 'Name or address contains'), this.text)),
      new Legend(this.catalog).root, this.credits);
  }

  #regionSelect() {
    const groups = this.catalog.settings.regions.map(({ scheme, title, codes }) => (
      el('optgroup', { label: title }, codes.map(([code, name]) => el('option', { value: `${scheme}.${code}` }, name)))));
    const onchange = ({ target: { value } }) => {
      const [scheme, code] = value.split('.');
      this.emit('filter', { region: value ? { scheme, code } : null });
    };
    return el('select', { onchange }, el('option', { value: '' }, 'Any region'), groups);
  }

  #textInput() {
    return el('input', {
      type: 'search', autocomplete: 'off', spellcheck: false,
      oninput: ({ target }) => this.emit('text', target.value),
    });
  }

  #onlys(filter, { stale, danger }) {
    this.stale.show([{ code: 'stale', title: 'Not confirmed in time', number: stale }], filter.stale ? ['stale'] : []);
    // to the public only some areas are told: to them, none is no news
    this.dangers.root.hidden = !(danger || filter.danger || this.catalog.isStaff);
    this.dangers.show([{ code: 'danger', title: 'In a danger area', number: danger, picture: () => this.#danger() }],
      filter.danger ? ['danger'] : []);
  }

  #countyChoices(numbers) {
    return this.catalog.settings.counties.map(({ fips, name }) => ({
      code: fips, title: name, number: numbers[fips] ?? 0,
    }));
  }

  #danger() {
    return icon('danger', this.catalog.symbolsUrl, 'danger-symbol');
  }

  #summary(filter, { shown, total, unplaced, endangered }) {
    const narrowed = isNarrowed(filter);
    this.words.textContent = narrowed ? `${count(shown)} of ${count(total)}` : `${count(total)} in all`;
    this.clear.hidden = !narrowed;
    this.unplaced.hidden = unplaced === 0;
    this.placed.textContent = unplaced ? '' : 'All are on the map';
    const none = this.catalog.isStaff ? 'None is in a danger area' : '';
    this.safe.textContent = !endangered ? none : filter.danger ? 'Only what is in a danger area' : '';
    this.unplaced.textContent = `${count(unplaced)} not on the map`;
    this.endangered.hidden = !endangered || filter.danger;
    this.endangered.replaceChildren(this.#danger(), plural(endangered, 'resource'), ' in a danger area');
  }
}
