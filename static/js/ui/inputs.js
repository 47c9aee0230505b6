// From a field's rule (JSON schema) to an input, and from the input back to a value. What cannot
// be read is sent as it was typed: the server's message is better than anything guessed here.
import { el } from '../core/dom.js';

const LONG = 200;

/** [[code, title]] of a schema that lists its values, else null. */
export function choicesOf(schema) {
  if (schema?.oneOf?.every((one) => 'const' in one)) return schema.oneOf.map((one) => [one.const, one.title ?? one.const]);
  if (!schema?.enum) return null;
  const titles = schema['x-titles'] ?? {};
  return schema.enum.filter((code) => code !== null).map((code) => [code, titles[code] ?? code]);
}

/** A schema that also allows null, without the null. */
function bare(schema) {
  const kinds = schema?.anyOf?.filter(({ type }) => type !== 'null');
  if (kinds?.length === 1) return kinds[0];
  const type = Array.isArray(schema?.type) ? schema.type.find((name) => name !== 'null') : schema?.type;
  return { ...schema, type };
}

function select(pairs, value, attributes) {
  const options = [['', 'unknown'], ...pairs].map(([code, title]) => (
    el('option', { value: String(code), selected: String(value ?? '') === String(code) }, title)));
  return el('select', attributes, options);
}

function localTime(moment) {
  const date = new Date(moment);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/**
 * @param {object} field {title, schema, value} of the catalogue with the present value
 * @param {object} attributes for the element (id, aria-describedby)
 */
export function inputFor({ schema: given, value }, attributes) {
  const schema = bare(given) ?? {};
  const choices = choicesOf(schema);
  if (choices) return select(choices, value, attributes);
  if (schema.type === 'boolean') return select([[true, 'yes'], [false, 'no']], value, attributes);
  const text = Array.isArray(value) ? value.join('; ') : value ?? '';
  if (schema.format === 'date') return el('input', { ...attributes, type: 'date', value: text });
  if (schema.format === 'date-time') {
    return el('input', { ...attributes, type: 'datetime-local', value: text && localTime(text) });
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return el('input', { ...attributes, type: 'text', inputMode: 'decimal', autocomplete: 'off', value: String(text) });
  }
  const long = (schema.maxLength ?? 0) > LONG || String(text).length > 60;
  return long ? el('textarea', { ...attributes, rows: 4, value: text })
    : el('input', { ...attributes, type: 'text', autocomplete: 'off', value: text });
}

/** The value typed: null when empty (unknown), a number or boolean where the rule wants one. */
export function valueOf(text, given) {
  const schema = bare(given) ?? {};
  const typed = text.trim();
  if (typed === '') return null;
  if (schema.type === 'boolean') return typed === 'true';
  if (schema.type === 'integer' || schema.type === 'number') {
    return /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed;
  }
  if (schema.format === 'date-time') return new Date(typed).toISOString();
  return typed;
}
