// Closing an incident, after a look: who is still there by name, how each is left, and why it ends.
// And opening it again, with a reason.
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { LEFT_AS, namesInWords } from '../words/dispatch.js';
import { plural } from '../words/numbers.js';
import { since } from './ages.js';
import { isLive } from './glossary.js';
import { wrongInWords } from './new-form.js';
import { newKey } from './requests.js';

/** Event: `answer` body (end with `done` or `refused`), `closed` when it is gone. */
class Ask extends Emitter {
  constructor({ title, submit, inside }) {
    super();
    this.key = newKey();
    this.problem = el('div', { class: 'problem', role: 'alert' });
    this.submit = el('button', { class: 'button primary' }, submit);
    this.dialog = el('dialog', { class: 'ask', 'aria-labelledby': 'ask-title', onclose: () => this.#gone() },
      el('form', { onsubmit: (event) => this.#submit(event) }, el('h2', { id: 'ask-title' }, title), inside, this.problem,
        el('div', { class: 'actions' }, this.submit, button('button', () => this.dialog.close(), 'Cancel'))));
    document.body.append(this.dialog);
  }

  show() {
    this.dialog.showModal();
    (this.dialog.querySelector('select, input, textarea') ?? this.submit).focus();
  }

  done() {
    this.dialog.close();
  }

  /** What was chosen and typed stays. */
  refused(problem) {
    this.busy = false;
    this.problem.replaceChildren(el('p', {}, wrongInWords(problem)));
  }

  #submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.problem.replaceChildren();
    this.emit('answer', this.body());
  }

  #gone() {
    this.dialog.remove();
    this.emit('closed');
  }
}

export class CloseDialog extends Ask {
  /** @param {object} detail of the incident as it is now */
  constructor(glossary, { incident, assignments }) {
    const list = el('ul', { class: 'still-there' });
    const reason = el('select', { id: 'close-reason', required: true }, el('option', { value: '' }, 'Choose why'),
      glossary.words.close_reason.map(({ code, title }) => el('option', { value: code }, title)));
    const note = el('textarea', { id: 'close-note', rows: 2, maxLength: 2000 });
    const words = el('p', {});
    super({
      title: `Close ${incident.number}, ${incident.title}`, submit: 'Close the incident',
      inside: [el('div', { class: 'field' }, el('label', { htmlFor: 'close-reason' }, 'Why'), reason), words, list,
        el('div', { class: 'field' }, el('label', { htmlFor: 'close-note' }, 'Note for the log'), note)],
    });
    Object.assign(this, { glossary, list, reason, note, words, choices: new Map() });
    this.#list(assignments.filter(isLive));
  }

  body() {
    return {
      reason: this.reason.value, key: this.key, ...(this.note.value.trim() ? { note: this.note.value.trim() } : {}),
      release: [...this.choices].map(([id, select]) => ({ id, left_as: select.value })),
    };
  }

  /** Somebody was sent meanwhile: the list is the present one, what was chosen stays. */
  refused(problem) {
    super.refused(problem);
    const { still } = problem.data ?? {};
    if (still) this.#list([...this.lines.filter(({ id }) => !still.some((one) => one.id === id)), ...still]);
  }

  #list(lines) {
    const chosen = new Map([...this.choices].map(([id, select]) => [id, select.value]));
    this.lines = lines;
    this.choices.clear();
    this.list.replaceChildren(...lines.map((line) => this.#line(line, chosen.get(line.id))));
    const working = lines.filter(({ status }) => status !== 'reserved');
    const names = namesInWords(lines.map(({ unit_name: name }) => name), 6);
    this.words.textContent = lines.length
      ? `${plural(lines.length, 'unit')} still there: ${names}. How ${lines.length === 1 ? 'is it' : 'is each'} left?`
      : 'No unit is there any more.';
    this.submit.textContent = working.length
      ? `Release ${namesInWords(working.map(({ unit_name: name }) => name))} and close` : 'Close the incident';
  }

  #line(line, chosen) {
    const { id, unit_name: name, status, status_at: at } = line;
    const held = status === 'reserved';
    const select = el('select', { id: `left-${id}` }, held ? el('option', { value: 'available' }, 'Let go of it')
      : LEFT_AS.map(([code, title]) => el('option', { value: code, selected: code === (chosen ?? 'returning') }, title)));
    this.choices.set(id, select);
    return el('li', {}, el('label', { htmlFor: `left-${id}` }, el('strong', {}, name), ' ',
      el('span', { class: 'quietly' }, `${this.glossary.title('assignment_status', status).toLowerCase()} `, since(at))), select);
  }
}

export class ReopenDialog extends Ask {
  constructor({ number, title }) {
    const reason = el('input', { type: 'text', id: 'reopen-reason', required: true, maxLength: 500 });
    super({
      title: `Reopen ${number}, ${title}`, submit: 'Reopen the incident',
      inside: el('div', { class: 'field' }, el('label', { htmlFor: 'reopen-reason' }, 'Why'), reason),
    });
    this.reason = reason;
  }

  body() {
    return { status: 'active', reason: this.reason.value.trim(), key: this.key };
  }
}
