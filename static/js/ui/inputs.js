// From a field to an input, and from the input back to a value. The server's catalogue says which
// widget; what was typed is sent as it is wherever the server's message is better than a guess.
import { el } from '../core/dom.js';
import { epochOf } from '../words/age.js';
import { fromLocal, homeZone, toLocal } from '../words/clock.js';

const TYPES = { date: 'date', datetime: 'datetime-local', email: 'email', tel: 'tel' };
const YES_NO = [['true', 'yes'], ['false', 'no']];

function select(pairs, value, { required, attributes }) {
  const offered = required ? pairs : [['', 'unknown'], ...pairs];
  return el('select', attributes, offered.map(([code, title]) => (
    el('option', { value: code, selected: String(value ?? '') === code }, title))));
}

function textOf({ widget, value }) {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join('; ');
  return widget === 'datetime' ? toLocal(epochOf(value), homeZone()) : String(value);
}

/**
 * @param {object} field of a detail: {widget, choices, value, required}
 * @param {object} attributes for the element (id, aria-describedby)
 * @param {[string, string][]} counties [fips, name], for fields that hold one
 */
export function inputFor(field, attributes, counties = []) {
  const { widget, choices, value, required } = field;
  if (choices) return select(choices.map(({ code, title }) => [code, title]), value, { required, attributes });
  if (widget === 'yesno') return select(YES_NO, value, { required, attributes });
  if (widget === 'county') return select(counties, value, { required, attributes });
  if (widget === 'textarea') return el('textarea', { ...attributes, rows: 4, value: textOf(field) });
  return el('input', {
    ...attributes, type: TYPES[widget] ?? 'text', value: textOf(field), autocomplete: 'off',
    inputMode: widget === 'number' ? 'decimal' : null,
  });
}

// A time on the state's clock as UTC; what is none goes as it is, for the server to say so.
function moment(typed) {
  const epoch = fromLocal(typed, homeZone());
  return Number.isNaN(epoch) ? typed : new Date(epoch * 1000).toISOString();
}

/** What was typed as JSON carries it; null when it is empty, which means unknown. */
export function valueOf(text, widget) {
  const typed = text.trim();
  if (typed === '') return null;
  if (widget === 'yesno') return typed === 'true';
  if (widget === 'number' && /^-?\d+(\.\d+)?$/.test(typed)) return Number(typed);
  return widget === 'datetime' ? moment(typed) : typed;
}
