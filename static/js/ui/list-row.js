// One row of the list: the same facts on a wide screen in columns, on a phone in two lines.
import { el } from '../core/dom.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { dangerNames, dangerOf } from '../words/areas.js';
import { lookInWords, symbol } from './symbol.js';

/** Columns from left to right; `wide` ones are left out where there is no room. */
export const COLUMNS = Object.freeze([
  { key: 'name', title: 'Name' },
  { key: 'status', title: 'Status' },
  { key: 'summary', title: 'Now', wide: true },
  { key: 'type', title: 'Type', wide: true },
  { key: 'city', title: 'City', wide: true },
  { key: 'county', title: 'County' },
  { key: 'agency', title: 'Agency', wide: true },
  { key: 'age', title: 'Confirmed' },
]);

function isStale({ stale_at: staleAt }) {
  const epoch = epochOf(staleAt);
  return !(epoch > Date.now() / 1000);
}

function age(resource) {
  const stale = isStale(resource);
  const words = resource.confirmed_at
    ? agoInWords(Date.now() / 1000 - epochOf(resource.confirmed_at)) : 'never';
  return el('span', { class: stale ? 'age stale' : 'age', title: clockTime(resource.confirmed_at) },
    words, stale ? el('span', { class: 'spoken' }, ', out of date') : null);
}

const textOf = (value) => (value && typeof value === 'object' ? value.name : value) ?? null;

// Danger first: it is what makes somebody read the row.
function summary(resource) {
  const danger = dangerNames(resource.dangers);
  if (!danger) return null;
  return [el('strong', { class: 'endangered' }, danger), resource.summary ? ` · ${resource.summary}` : null];
}

function cellText(catalog, resource, key) {
  const text = key === 'type' ? catalog.typeTitle(resource.kind, resource.type) : textOf(resource[key]);
  return text ?? 'unknown';
}

function name(catalog, resource) {
  const look = { kind: resource.kind, status: resource.status, stale: isStale(resource), danger: dangerOf(resource.dangers) };
  return [symbol(catalog, look),
    el('span', { class: 'text', title: resource.name }, resource.name,
      el('span', { class: 'spoken' }, `, ${lookInWords(catalog, look)}`))];
}

function cell(catalog, resource, { key, wide }) {
  const inside = {
    name: () => name(catalog, resource),
    summary: () => summary(resource),
    status: () => catalog.status(resource.kind, resource.status).title,
    age: () => age(resource),
  }[key]?.() ?? cellText(catalog, resource, key);
  const unknown = inside === 'unknown' ? ' unknown' : '';
  const element = el('div', { role: 'gridcell', class: `cell ${key}${wide ? ' wide' : ''}${unknown}` }, inside);
  if (typeof inside === 'string') element.title = inside; // a column may be narrower than its words
  return element;
}

function pending(words) {
  return el('div', { role: 'gridcell', class: 'cell name pending' }, el('span', { class: 'text' }, words));
}

/**
 * @param {?object} resource a summary; undefined while it is on its way, null when gone
 * @returns {HTMLElement} a row that can take the focus
 */
export function row(catalog, resource, { id, index, selected }) {
  const element = el('div', {
    role: 'row', class: `row${selected ? ' selected' : ''}`, tabIndex: -1, dataset: { id: String(id) },
    'aria-rowindex': String(index + 2), 'aria-selected': String(selected),
  });
  if (resource) element.append(...COLUMNS.map((column) => cell(catalog, resource, column)));
  else element.append(pending(resource === null ? 'No longer there' : 'Loading'));
  return element;
}
