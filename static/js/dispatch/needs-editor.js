// Saying what an incident asks for: so many of these kinds, how good, with what. A line each.
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { Picker } from '../ui/picker.js';

const MOST = 200;
const LEVELS = [['', 'any type'], ...[1, 2, 3, 4].map((level) => [String(level), `type ${level} or better`]),
  ['5', 'type 5 or better']];

class NeedLine extends Emitter {
  constructor(glossary, need, number) {
    super();
    this.need = need;
    this.count = el('input', {
      type: 'number', min: 1, max: MOST, value: String(need.count), inputMode: 'numeric',
        'aria-label': `How many, line ${number}`,
    });
    this.types = new Picker({ label: `Kinds of unit, line ${number}`, placeholder: 'Add a kind' })
      .on('chosen', (codes) => this.#choose(codes));
    this.choices = glossary.catalog.kind('unit').types.map(({ code, title }) => ({ code, title }));
    this.level = el('select', { 'aria-label': `NIMS type, line ${number}` }, LEVELS.map(([value, title]) => (
      el('option', { value, selected: String(need.type_level ?? '') === value }, title))));
    this.with = el('input', {
      type: 'text', value: (need.capabilities ?? []).join(', '), placeholder: 'with, e.g. foam',
        'aria-label': `Capabilities, line ${number}`,
    });
    this.root = el('li', { class: 'need-line' }, el('div', { class: 'beside' }, this.count, this.level,
      button('button small', () => this.emit('gone'), 'Remove')), this.types.root, this.with);
    this.#choose(need.unit_types);
  }

  get value() {
    return {
      count: Number(this.count.value), unit_types: this.codes, type_level: this.level.value ? Number(this.level.value) : null,
      capabilities: this.with.value.split(',').map((word) => word.trim()).filter(Boolean), note: this.need.note ?? null,
    };
  }

  #choose(codes) {
    this.codes = codes;
    this.types.show(this.choices, codes);
  }
}

/** Events: `save` needs, `closed`. */
export class NeedsEditor extends Emitter {
  constructor(glossary, needs) {
    super();
    this.glossary = glossary;
    this.lines = [];
    this.list = el('ol', { class: 'need-editor-lines' });
    this.problem = el('p', { class: 'problem', role: 'alert' });
    this.root = el('form', { class: 'field needs-editor', 'aria-label': 'What is needed',
      onsubmit: (event) => this.#save(event) },
      this.list, button('button small', () => this.#add({ count: 1, unit_types: [] }).types.input.focus(),
        'Add a line'), this.problem,
      el('div', { class: 'actions' }, el('button', { class: 'button primary small' }, 'Save what is needed'),
        button('button small', () => this.emit('closed'), 'Cancel')));
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.emit('closed');
    });
    for (const need of needs.length ? needs : [{ count: 1, unit_types: [] }]) this.#add(need);
  }

  focus() {
    this.lines[0]?.count.select();
  }

  fail(message) {
    this.problem.textContent = message;
  }

  #add(need) {
    const line = new NeedLine(this.glossary, need, this.lines.length + 1).on('gone', () => this.#remove(line));
    this.lines.push(line);
    this.list.append(line.root);
    return line;
  }

  #remove(line) {
    this.lines = this.lines.filter((one) => one !== line);
    line.root.remove();
    this.root.querySelector('button').focus();
  }

  #save(event) {
    event.preventDefault();
    const needs = this.lines.map(({ value }) => value);
    const empty = this.lines.find(({ codes }) => codes.length === 0);
    if (empty) {
      this.fail('Choose at least one kind of unit in each line, or remove the line.');
      empty.types.input.focus();
    } else this.emit('save', needs);
  }
}
