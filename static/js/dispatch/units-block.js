// The units at an incident, the most urgent first: who was not heard of, who is on the way, who is
// there; then holds and bookings; those that are done are folded away.
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { MOVE_VERBS } from '../words/dispatch.js';
import { plural } from '../words/numbers.js';
import { isLive } from './glossary.js';
import { isOverdue, isSilenced, unitLine } from './unit-line.js';

const ORDER = ['dispatched', 'acknowledged', 'en_route', 'on_scene', 'transporting', 'at_destination', 'reserved'];
/** What "all at once" does, by what it does it to. */
const TOGETHER = [[['dispatched', 'acknowledged'], 'en_route'], [['en_route'], 'on_scene']];

const urgency = (line) => (isOverdue(line) && !isSilenced(line) ? -1 : ORDER.indexOf(line.status) + (line.booked ? 10 : 0));

/** Events: `move` {line, change}, `heard` {line}, `silence` {line, minutes}, `together` {from, status}, `unit` {id}. */
export class UnitsBlock extends Emitter {
  constructor(glossary) {
    super();
    Object.assign(this, { glossary, open: null, lines: [] });
    this.root = el('section', { class: 'units-block', 'aria-label': 'Units of the incident' });
    this.act = {
      move: (line, change) => this.emit('move', { line, change }),
      heard: (line) => this.emit('heard', { line }),
      silence: (line, minutes) => this.emit('silence', { line, minutes }),
      toggle: (line, open = this.open !== line.id) => this.#toggle(line, open),
      unit: ({ unit }) => this.emit('unit', { id: unit }),
    };
  }

  show(lines) {
    this.lines = lines;
    const asked = lines.find(({ id }) => id === this.open);
    if (asked && !isLive(asked)) this.open = null;
    if (!this.#typing) this.#draw();
  }

  /** What was asked for behind "More" is done: it closes. */
  settle() {
    this.open = null;
    this.#draw();
  }

  /** Somebody's check-in ran out meanwhile: the line says so. */
  tick() {
    if (this.#alarms !== this.drawnAlarms && !this.#typing) this.#draw();
  }

  // What is being written behind "More" is not swept away by somebody else's move.
  get #typing() {
    return [...this.root.querySelectorAll('.more input')].some(({ value }) => value !== '');
  }

  get #alarms() {
    return this.lines.filter((line) => isOverdue(line)).map((line) => `${line.id}${isSilenced(line)}`).join();
  }

  #draw() {
    this.drawnAlarms = this.#alarms;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    const live = this.lines.filter(isLive).sort((a, b) => urgency(a) - urgency(b) || a.id - b.id);
    const over = this.lines.filter((line) => !isLive(line));
    this.root.replaceChildren(
      el('div', { class: 'section-head' }, el('h3', {}, live.length ? plural(live.length, 'unit') : 'Units'),
        this.#together(live)),
      live.length ? el('ul', { class: 'unit-lines' }, live.map((line) => this.#line(line)))
        : el('p', { class: 'quietly' },
          over.length ? 'No unit is here any more.' : 'No unit is on the way yet. Send some below.'),
      over.length ? this.#over(over) : '');
    if (focused) this.root.querySelector(`[data-keep="${focused}"]`)?.focus();
  }

  #line(line) {
    return unitLine(line, { glossary: this.glossary, open: this.open === line.id }, this.act);
  }

  #together(live) {
    return TOGETHER.map(([from, status]) => {
      const those = live.filter((line) => from.includes(line.status));
      if (those.length < 2) return null;
      return button('button small', () => this.emit('together', { from, status }),
        `All ${those.length} ${MOVE_VERBS[status].toLowerCase()}`);
    });
  }

  #over(lines) {
    const { glossary } = this;
    const fold = el('details', { class: 'over', open: this.overOpen, ontoggle: () => { this.overOpen = fold.open; } },
      el('summary', {}, `${plural(lines.length, 'unit')} done here`),
      el('ul', {}, lines.map((line) => el('li', {}, button('name-link', () => this.act.unit(line), line.unit_name),
        el('span', { class: 'quietly' }, ` ${glossary.title('assignment_status', line.status).toLowerCase()} `,
          glossary.time(line.status_at),
            line.left_as ? `, left ${glossary.catalog.status('unit', line.left_as).title.toLowerCase()}` : '')))));
    return fold;
  }

  #toggle({ id }, open) {
    this.open = open ? id : null;
    this.#draw();
    const more = this.root.querySelector(`[data-more="${id}"]`);
    if (more) more.querySelector('button').focus();
    else this.root.querySelector(`[data-keep="more-${id}"]`)?.focus();
  }
}
