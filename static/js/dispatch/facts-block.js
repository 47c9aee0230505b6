// What is recorded of an incident, each fact changed in its place. While one is open nothing moves
// under it; whoever was first is told by the conflict, with what was typed kept.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { Conflict } from '../ui/conflict.js';
import { FieldRow } from '../ui/field-row.js';
import { groups } from '../ui/detail-parts.js';

const FOLD = 'incident.facts';
const WHERE = ['place', 'lat', 'lon', 'position'];

/** Events: `save` {set, version, form}, `settled` when nothing is open any more. */
export class FactsBlock extends Emitter {
  constructor(glossary) {
    super();
    this.glossary = glossary;
    this.open = 0;
    this.inside = el('div', { class: 'incident-facts' });
    this.root = el('details', { class: 'facts-fold', open: recall(FOLD, false), ontoggle: () => remember(FOLD, this.root.open) },
      el('summary', {}, 'Facts: title, type, place, caller, command'), this.inside);
  }

  /** @param {object[]} fields as of a resource's detail; @param {number} version they were read at */
  show(fields, version, editable) {
    if (this.open) return; // the version seen when the form was opened is the one that is named
    Object.assign(this, { fields, version, editable });
    this.inside.replaceChildren(...groups(this.fields).map(([title, some]) => el('section', {},
      el('h3', {}, title), el('dl', { class: 'facts-grid' }, some.map((field) => this.#row(field).root)))));
  }

  /** Open the form of one fact. */
  edit(name) {
    this.root.open = true;
    const button = this.root.querySelector(`[data-field="${name}"] .edit`);
    button?.scrollIntoView({ block: 'center' });
    button?.click();
  }

  /** Saved, or given up: what is new may be drawn. */
  settle() {
    this.open = 0;
    this.emit('settled');
  }

  /** Both values side by side, mine still to be saved. */
  conflict(answer, mine) {
    const current = { ...answer.current, fields: answer.fields };
    return new Conflict({ ...answer, changed: answer.changed.map(renamed(mine)), current }, mine,
      (name, ...value) => this.#inWords(name, ...value));
  }

  #row(field) {
    return new FieldRow(this.glossary.catalog, { ...field, editable: this.editable && field.editable })
      .on('editing', () => { this.open += 1; })
      .on('settled', () => {
        this.open = Math.max(0, this.open - 1);
        if (!this.open) this.emit('settled');
      })
      .on('save', ({ name, value, row }) => this.emit('save', { set: { [name]: value }, version: this.version, form: row }));
  }

  #inWords(name, ...value) {
    const field = this.fields.find((one) => one.name === name);
    if (!value.length) return field?.title ?? name;
    const [one] = value;
    if (one === null || one === '') return 'unknown';
    return field?.choices?.find(({ code }) => code === String(one))?.title ?? String(one);
  }
}

// A place is one thing to a person, whatever columns it is kept in.
function renamed(mine) {
  return (change) => ('place' in mine && WHERE.includes(change.field) ? { ...change, field: 'place' } : change);
}
