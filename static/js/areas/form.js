// Drawing a new area, or changing one. What was typed and drawn stays until it is saved or thrown
// away, whatever the server answers.
import { Emitter } from '../core/emitter.js';
import { ApiError } from '../core/api.js';
import { button, el } from '../core/dom.js';
import { newKey } from '../dispatch/requests.js';
import { Notice } from '../ui/notice.js';
import { epochOf } from '../words/age.js';
import { fromLocal, toLocal } from '../words/clock.js';
import { areas } from './requests.js';
import { ShapeBox } from './shape-box.js';

/** Events: `saved` area, `closed`, `pick` (answer with `picked`), `drawn`: a shape was said in words. */
export class AreaForm extends Emitter {
  /** @param {?object} area to change; null: a new one. `incidents` are the open ones. */
  constructor({ catalog, drawing, area = null, incident = null, kind = null, incidents }) {
    super();
    const { words, zone } = catalog.settings;
    Object.assign(this, { catalog, area, kind, zone, words, key: newKey(), incidents });
    this.notice = new Notice(catalog);
    this.shape = new ShapeBox(catalog, drawing).on('pick', () => this.emit('pick'))
      .on('drawn', () => this.emit('drawn'));
    this.fields = this.#fields(incident?.id ?? area?.incident?.id ?? null, area?.incident ?? incident);
    const save = (event) => {
      event.preventDefault();
      this.save();
    };
    this.root = el('form', { class: 'area-form', onsubmit: save, noValidate: true },
      this.notice.root, el('div', { class: 'detail-body' }, ...this.#rows()),
      el('footer', { class: 'detail-actions in-a-row' },
        el('button', { type: 'submit', class: 'button primary' }, area ? 'Save' : 'Save the area'),
        button('button', () => this.emit('closed'), 'Cancel')));
    if (area) this.#fill();
    this.before = this.#facts();
  }

  focus() {
    this.fields.name.focus();
  }

  picked(position) {
    this.shape.picked(position);
  }

  /** Whether anything would be lost. */
  get touched() {
    return JSON.stringify(this.#facts()) !== JSON.stringify(this.before);
  }

  #fields(incidentId, known) {
    const option = (value, title, selected) => el('option', { value, selected }, title);
    const select = (id, offered, value) => el('select', { id },
      offered.map(([code, title]) => option(code, title, code === value)));
    const pairs = (list) => list.map(({ code, title }) => [code, title]);
    const open = this.incidents.map(({ id, number, title }) => [String(id), `${number} ${title}`]);
    if (known && !open.some(([id]) => id === String(known.id))) {
      open.unshift([String(known.id), `${known.number} ${known.title}`]);
    }
    return {
      name: el('input', { id: 'area-name', type: 'text', required: true, maxLength: 120, autocomplete: 'off' }),
      kind: select('area-kind', pairs(this.words.area_kind), this.area?.kind ?? this.kind ?? 'hazard'),
      starts_at: el('input', { id: 'area-starts', type: 'datetime-local' }),
      ends_at: el('input', { id: 'area-ends', type: 'datetime-local' }),
      incident_id: select('area-incident', [['', 'none'], ...open], incidentId ? String(incidentId) : ''),
      sensitivity: select('area-sensitivity', pairs(this.words.sensitivity), this.area?.sensitivity ?? 'restricted'),
      notes: el('textarea', { id: 'area-notes', rows: 3, maxLength: 4000 }),
    };
  }

  #rows() {
    this.problems = {};
    const row = (name, title, help = null) => {
      const input = this.fields[name];
      this.problems[name] = el('p', { class: 'problem', id: `${input.id}-problem` });
      input.setAttribute('aria-describedby', this.problems[name].id);
      return el('div', { class: 'field' }, el('label', { for: input.id }, title), input,
        help && el('p', { class: 'help' }, help), this.problems[name]);
    };
    return [
      row('name', 'Name'), row('kind', 'Kind'), this.shape.root,
      el('div', { class: 'beside halves' }, row('starts_at', 'From', 'Empty: from now on'),
        row('ends_at', 'Until', 'Empty: until further notice')),
      row('incident_id', 'Incident'), row('sensitivity', 'Who may see it'), row('notes', 'Notes'),
    ];
  }

  #fill() {
    const { name, notes, starts_at: start, ends_at: end } = this.area;
    this.fields.name.value = name;
    this.fields.notes.value = notes ?? '';
    this.fields.starts_at.value = toLocal(epochOf(start), this.zone);
    this.fields.ends_at.value = end ? toLocal(epochOf(end), this.zone) : '';
    this.shape.fill(this.area);
  }

  #moment(name) {
    const epoch = fromLocal(this.fields[name].value, this.zone);
    return Number.isNaN(epoch) ? null : new Date(epoch * 1000).toISOString();
  }

  #facts() {
    const { name, kind, incident_id: incident, sensitivity, notes } = this.fields;
    return {
      name: name.value, kind: kind.value, notes: notes.value || null, sensitivity: sensitivity.value,
      incident_id: incident.value ? Number(incident.value) : null,
      starts_at: this.#moment('starts_at'), ends_at: this.#moment('ends_at'), ...this.shape.facts,
    };
  }

  // Of an area that is there only what was touched: the rest may have changed meanwhile.
  #changed() {
    const facts = this.#facts();
    return Object.fromEntries(Object.entries(facts)
      .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(this.before[name])));
  }

  /** Save what is there; `version` after a conflict was looked at. */
  async save(version = this.area?.version) {
    this.#clear();
    const set = this.area ? this.#changed() : null;
    if (set && !Object.keys(set).length) {
      this.emit('closed');
      return;
    }
    try {
      const saved = set ? await areas.change(this.area.id, version, set)
        : await areas.make({ ...this.#facts(), key: this.key });
      this.emit('saved', saved);
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      this.#refused(problem);
    }
  }

  #clear() {
    this.notice.clear();
    for (const [name, line] of Object.entries(this.problems)) {
      line.textContent = '';
      this.fields[name].removeAttribute('aria-invalid');
    }
  }

  #refused(problem) {
    if (problem.code === 'conflict') this.#conflict(problem);
    else if (problem.code === 'invalid') this.#invalid(problem);
    else this.notice.fail(problem, () => this.save());
  }

  #invalid(problem) {
    const { problems = [] } = problem.data;
    const inPlace = problems.filter(({ field }) => field in this.problems);
    for (const { field, message } of inPlace) {
      this.problems[field].textContent = message;
      this.fields[field].setAttribute('aria-invalid', 'true');
    }
    const ofShape = problems.find(({ field }) => !(field in this.problems));
    if (ofShape) {
      const message = this.shape.facts ? ofShape.message : 'Draw it, or say it without drawing.';
      this.shape.fail({ message, data: problem.data });
    }
    if (!problems.length) this.notice.fail(problem, () => this.save());
    (inPlace.length ? this.fields[inPlace[0].field] : this.shape.tools.querySelector('button')).focus();
  }

  #conflict({ message, data }) {
    const theirs = data.changed.map(({ title, theirs: value, by }) => (
      el('li', {}, `${title}${value ? `: ${value}` : ''} (${by})`)));
    this.notice.show(el('div', { class: 'conflict', role: 'alert' }, el('h3', {}, 'Somebody else was first'),
      el('p', {}, message), el('ul', { class: 'others' }, theirs),
      el('div', { class: 'actions' }, button('button primary', () => this.save(data.current.version), 'Save mine as well'),
        button('button', () => this.emit('saved', data.current), 'Leave theirs'))));
  }
}
