// Small signs that both boards share: a priority, a unit as a chip, a danger flag.
import { el, svg } from '../core/dom.js';
import { since } from './ticks.js';

/** A priority by shape, number and word. */
export function priorityMark(number, words) {
  const title = words.priority.find(({ code }) => code === String(number))?.title ?? 'unknown';
  return [el('b', { class: 'priority', dataset: { priority: String(number) } }, String(number)),
    el('span', { class: 'word' }, title)];
}

const STATUS_OF = { acknowledged: 'dispatched', reserved: '' };

/** The shield of a unit with the letter of its status. */
export function unitSign(glyph, status, symbolsUrl) {
  return svg('svg', {
    viewBox: '0 0 24 24', class: 'symbol', 'data-status': STATUS_OF[status] ?? status, 'aria-hidden': 'true',
  }, svg('use', { href: `${symbolsUrl}#unit` }), svg('text', { x: 12, y: 15.9 }, glyph));
}

/**
 * A unit as a button: its letter, name and time in its status.
 * @param {{name, status, status_at, assignment}} unit; @param {{settings, onclick}} page
 */
export function chip(unit, { settings, onclick }) {
  const status = settings.words.assignment_status.find(({ code }) => code === unit.status);
  return el('button', {
    type: 'button', class: 'unit-chip', dataset: { part: `unit-${unit.assignment}`, assignment: String(unit.assignment) },
    title: `${unit.name}: ${status?.title ?? unit.status}`, onclick,
  }, unitSign(status?.glyph ?? '?', unit.status, settings.symbols_url),
  el('span', { class: 'name' }, unit.name), el('span', { class: 'spoken' }, `, ${status?.title ?? unit.status},`), ' ',
  since(unit.status_at, { limit: settings.status_minutes[unit.status] }));
}

/** In which areas of danger something is. */
export function dangerFlag(names) {
  return names.length ? el('span', { class: 'danger-flag', title: `Inside ${names.join(', ')}` },
    el('span', { 'aria-hidden': 'true' }, '⚠ '), names.join(', ')) : null;
}
