// The log: what happened, when, who wrote it. One line writes the next entry; nothing written is
// ever changed, a correction is another entry that says which one it corrects.
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { clockTime, epochOf } from '../words/age.js';
import { lastTime, timeOfDay, timeOrDay } from '../words/clock.js';
import { now } from './ages.js';
import { newKey } from './requests.js';

/** Written down later than this after it happened, an entry says so. */
const LATE_S = 90;
const FIRST = 12;

/** Event: `write` {entry} (answer by `written` or `failed`). */
export class LogBlock extends Emitter {
  constructor(glossary) {
    super();
    Object.assign(this, { glossary, entries: [], all: false, corrects: null, key: newKey() });
    this.list = el('ol', { class: 'log-entries' });
    this.root = el('section', { class: 'log-block', 'aria-label': 'Log' },
      el('div', { class: 'section-head' }, el('h3', {}, 'Log')), this.#form(), this.list);
  }

  show(entries, { writable }) {
    this.entries = [...entries].sort((a, b) => epochOf(b.at) - epochOf(a.at) || b.id - a.id);
    this.writable = writable;
    this.form.hidden = !writable;
    this.#draw();
  }

  focus() {
    this.text.scrollIntoView({ block: 'center' });
    this.text.focus();
  }

  /** It is in the log; what was typed since stays. */
  written({ text }) {
    if (this.text.value.trim() === text) this.text.value = '';
    this.time.value = '';
    this.key = newKey();
    this.#correct(null);
    this.#busy(false);
  }

  /** It is not; what was typed stays. */
  failed() {
    this.#busy(false);
  }

  #form() {
    this.text = el('textarea',
      { rows: 1, id: 'log-text', 'aria-label': 'New log entry', placeholder: 'What happened? Enter writes it', maxLength: 4000 });
    this.time = el('input', { type: 'time', id: 'log-time', 'aria-label': 'When it happened; empty means now' });
    this.submit = el('button', { class: 'button small' }, 'Write');
    this.which = el('p', { class: 'correcting', hidden: true });
    this.problem = el('p', { class: 'problem', role: 'alert' });
    this.form = el('form', { class: 'log-form', onsubmit: (event) => this.#write(event) },
      this.which, this.text, el('div', { class: 'beside' }, el('label', { htmlFor: 'log-time' }, 'At'), this.time,
        el('span', { class: 'quietly' }, 'empty: now'), this.submit), this.problem);
    this.form.addEventListener('keydown', (event) => this.#key(event));
    return this.form;
  }

  // Escape leaves the line, it does not close the panel over it; what was typed stays.
  #key(event) {
    if (event.key === 'Enter' && !event.shiftKey && event.target === this.text) this.#write(event);
    else if (event.key === 'Escape') {
      event.stopPropagation();
      if (this.corrects) this.#correct(null);
      else event.target.blur();
    }
  }

  #write(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    const at = this.time.value ? lastTime(this.time.value, this.glossary.zone, now()) : null;
    this.problem.textContent = '';
    if (!text || this.waiting) return;
    this.#busy(true);
    this.emit('write', {
      entry: {
        text, key: this.key, ...(at ? { at: new Date(at * 1000).toISOString() } : {}),
        ...(this.corrects ? { corrects: this.corrects.id } : {}),
      },
    });
  }

  #busy(busy) {
    this.waiting = busy;
    this.submit.setAttribute('aria-disabled', String(busy));
  }

  #correct(entry) {
    this.corrects = entry;
    this.which.hidden = !entry;
    if (!entry) return;
    this.which.replaceChildren(`Corrects the entry of ${this.#timeOf(entry)}: “${entry.text}” `,
      button('button small', () => this.#correct(null), 'Do not correct'));
    if (!this.text.value) this.text.value = entry.text;
    this.focus();
  }

  // The time; under it the day, when it is not today.
  #when(at) {
    const [time, day] = timeOrDay(epochOf(at), this.glossary.zone, now()).split(', ').reverse();
    return el('time', { title: clockTime(at) }, time, day ? el('small', { class: 'quietly' }, day) : null);
  }

  #timeOf({ at }) {
    return timeOfDay(epochOf(at), this.glossary.zone);
  }

  #draw() {
    const shown = this.all ? this.entries : this.entries.slice(0, FIRST);
    const rest = this.entries.length - shown.length;
    this.list.replaceChildren(...shown.map((entry) => this.#entry(entry)),
      rest > 0 ? el('li', {}, button('button small', () => this.#showAll(), `${rest} earlier`)) : '');
  }

  #showAll() {
    this.all = true;
    this.#draw();
    this.list.children[FIRST]?.querySelector('button')?.focus();
  }

  #entry(entry) {
    const { id, at, entered_at: entered, kind, text, author, resource, corrects } = entry;
    const corrected = this.entries.find((one) => one.corrects === id);
    const late = epochOf(entered) - epochOf(at) > LATE_S;
    const original = corrects && this.entries.find((one) => one.id === corrects);
    return el('li', { class: `log-entry ${kind}${corrected ? ' corrected' : ''}`, dataset: { entry: String(id) } },
      el('span', { class: 'when' }, this.#when(at)),
      el('div', {},
        original ? el('p', { class: 'quietly' }, `Corrects ${this.#timeOf(original)}: “${original.text}”`) : null,
        el('p', { class: 'text' }, text, resource && !text.includes(resource.name) ? ` (${resource.name})` : null),
        el('p', { class: 'quietly' }, author ?? 'MERIS', late ? [', written ', this.glossary.time(entered)] : null,
          corrected ? `, corrected at ${this.#timeOf(corrected)}` : null)),
      this.writable && ['note', 'correction'].includes(kind) && !corrected
        ? el('button', {
          type: 'button', class: 'button small quiet', 'aria-label': `Correct the entry of ${this.#timeOf(entry)}`,
          onclick: () => this.#correct(entry),
        }, 'Correct')
        : null);
  }
}
