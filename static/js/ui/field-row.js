// One fact of the detail: its name, its value or "unknown", and the way to change it in place.
import { Emitter } from '../core/emitter.js';
import { el, icon } from '../core/dom.js';
import { inputFor, valueOf } from './inputs.js';

/** Events: `save` {name, value, row}, `editing` while the form is open, `settled` when it closes. */
export class FieldRow extends Emitter {
  /** @param {object} field of the detail, as the server describes it */
  constructor(catalog, field) {
    super();
    Object.assign(this, { catalog, field });
    this.root = el('div', { class: 'fact', dataset: { field: field.name } });
    this.#view();
  }

  /** Say what is wrong at the field; the form stays open with what was typed. */
  fail(message) {
    this.problem.textContent = message;
    this.root.classList.add('wrong');
    this.input.setAttribute('aria-invalid', 'true');
    this.input.disabled = false;
    this.input.focus();
  }

  close() {
    this.#view();
    this.emit('settled');
  }

  #view() {
    const { title, text, value, unit, staff_only: staff, editable } = this.field;
    const known = value !== null && value !== undefined && value !== '';
    this.root.classList.remove('wrong', 'open');
    const shown = known ? `${text || value}${unit ? ` ${unit}` : ''}` : 'unknown';
    this.root.replaceChildren(
      el('dt', {}, title, staff ? el('span', { class: 'staff', title: 'Only signed-in staff see this' }, 'staff') : null),
      el('dd', { class: known ? '' : 'unknown' }, el('span', { class: 'value' }, shown),
        editable ? this.#editButton(title) : null));
  }

  #editButton(title) {
    return el('button', {
      type: 'button', class: 'icon-button edit', 'aria-label': `Change ${title}`, onclick: () => this.open(),
    }, icon('edit', this.catalog.symbolsUrl));
  }

  /** Turn into a form. */
  open() {
    const { name, title, help } = this.field;
    const ids = { help: `help-${name}`, problem: `problem-${name}` };
    this.input = inputFor(this.field, {
      id: `edit-${name}`, 'aria-describedby': `${ids.help} ${ids.problem}`,
    }, this.catalog.countyChoices);
    this.problem = el('p', { class: 'problem', id: ids.problem, role: 'alert' });
    const form = el('form', { class: 'field', novalidate: true, onsubmit: (event) => this.#submit(event) },
      el('label', { htmlFor: `edit-${name}` }, title),
      this.input, el('p', { class: 'help', id: ids.help }, help ?? ''), this.problem,
      el('div', { class: 'actions' },
        el('button', { class: 'button primary small' }, 'Save'),
        el('button', { type: 'button', class: 'button small', onclick: () => this.#cancel() }, 'Cancel')));
    form.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.#cancel(event); });
    this.root.classList.add('open');
    this.root.replaceChildren(el('dt', { class: 'spoken' }, title), el('dd', {}, form));
    this.emit('editing');
    this.input.focus();
  }

  #submit(event) {
    event.preventDefault();
    this.root.classList.remove('wrong');
    this.problem.textContent = '';
    const value = valueOf(this.input.value, this.field.widget);
    this.emit('save', { name: this.field.name, value, row: this });
  }

  #cancel(event) {
    event?.stopPropagation();
    this.close();
    this.root.querySelector('.edit')?.focus();
  }
}
