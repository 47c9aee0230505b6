// What narrows a board: words, region or county, agency, type, priority; and the statuses as
// buttons that count. Everything chosen is in the address.
import { Emitter } from '../core/emitter.js';
import { button, el, settled } from '../core/dom.js';
import { count } from '../words/numbers.js';
import { narrows, widened } from './choice.js';

const TYPING_PAUSE_MS = 180;

const option = ([value, title]) => el('option', { value }, title);

/** Event: `chosen` {part of a choice, typing}. */
export class Controls extends Emitter {
  /** @param {HTMLFormElement} form; @param {object} settings of the page */
  constructor(form, settings, board) {
    super();
    this.form = form;
    form.addEventListener('submit', (event) => event.preventDefault());
    this.text = el('input', {
      type: 'search', name: 'q', maxLength: 200, 'aria-label': 'Words to look for', spellcheck: false,
      placeholder: board === 'units' ? 'Name, number, address' : 'Number, title, place, unit',
    });
    const typed = settled(() => this.emit('chosen', { part: { q: this.text.value }, typing: true }), TYPING_PAUSE_MS);
    this.text.addEventListener('input', typed);
    this.selects = this.#selects(settings, board);
    this.clear = button('button small quiet', () => this.emit('chosen', { clear: true }), 'Clear');
    this.clear.hidden = true; // until something is chosen: it would take a line of its own
    form.append(this.text, ...Object.values(this.selects).map(({ root }) => root), this.clear);
  }

  /** Show what is chosen. */
  show(choice) {
    if (document.activeElement !== this.text) this.text.value = choice.q;
    for (const { select, valueOf } of Object.values(this.selects)) {
      const value = valueOf(choice);
      const known = [...select.options].some((one) => one.value === value);
      if (!known && value) select.append(option([value, value]));
      select.value = value;
    }
    this.clear.hidden = !narrows(choice);
  }

  focus() {
    this.text.focus();
    this.text.select();
  }

  #selects(settings, board) {
    const place = this.#select('place', 'County or region', 'All counties', this.#places(settings), {
      valueOf: ({ county, region }) => (region ? `region:${region}` : county[0] ?? ''),
      partOf: (value) => (value.startsWith('region:') ? { region: value.slice(7), county: [] }
        : { region: '', county: value ? [value] : [] }),
    });
    const one = (name, label, all, choices) => this.#select(name, label, all, choices.map(option), {
      valueOf: (choice) => choice[name][0] ?? '', partOf: (value) => ({ [name]: value ? [value] : [] }),
    });
    const agency = one('agency', 'Agency', 'All agencies', settings.agencies.map(({ id, name }) => [String(id), name]));
    const types = board === 'units' ? settings.kinds.find(({ code }) => code === 'unit').types : settings.incident_types;
    const type = one('type', 'Type', 'All types', types.map(({ code, title }) => [code, title]));
    if (board === 'units') return { place, agency, type };
    const priority = one('priority', 'Priority', 'All priorities',
      settings.words.priority.map(({ code, title }) => [code, `${code} ${title}`]));
    return { place, agency, type, priority };
  }

  #places({ counties, regions }) {
    const group = (label, choices) => el('optgroup', { label }, choices.map(option));
    return [
      ...regions.map(({ scheme, title, codes }) => group(title, codes.map(([code, name]) => [`region:${scheme}.${code}`, name]))),
      group('Counties', counties.map(({ fips, full_name: name }) => [fips, name])),
    ];
  }

  #select(name, label, all, choices, { valueOf, partOf }) {
    const choose = () => this.emit('chosen', { part: partOf(select.value) });
    const select = el('select', { name, 'aria-label': label, onchange: choose }, option(['', all]), choices);
    return { root: select, select, valueOf };
  }
}

/** Statuses as buttons with their numbers; none pressed means all. Event: `chosen` {part}. */
export class Statuses extends Emitter {
  constructor(root, statuses) {
    super();
    this.chosen = [];
    this.all = this.#tab('', 'All');
    this.tabs = new Map(statuses.map(({ code, title }) => [code, this.#tab(code, title)]));
    root.append(this.all, ...this.tabs.values());
  }

  show(choice, counts) {
    this.chosen = choice.status;
    const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
    this.#tell(this.all, total, !choice.status.length);
    for (const [code, tab] of this.tabs) this.#tell(tab, counts[code] ?? 0, choice.status.includes(code));
  }

  #tell(tab, number, pressed) {
    tab.querySelector('.number').textContent = count(number);
    tab.setAttribute('aria-pressed', String(pressed));
    tab.classList.toggle('none', number === 0);
  }

  #tab(code, title) {
    return button('tab', () => this.#choose(code), title, ' ', el('span', { class: 'number' }));
  }

  #choose(code) {
    const others = this.chosen.filter((one) => one !== code);
    const added = others.length === this.chosen.length ? [...others, code] : others;
    this.emit('chosen', { part: { status: code ? added : [] } });
  }
}

export { widened };
