// The unit board: its columns, and what stands in them. The server sorts: there may be thousands.
import { el } from '../core/dom.js';
import { count } from '../words/numbers.js';
import { dangerFlag, priorityMark, unitSign } from './marks.js';
import { since, until } from './ticks.js';

/** A device that is silent for so long has gone stale (docs/fields.md: 10 minutes). */
const STALE_POSITION_MINUTES = 10;

export const COLUMNS = Object.freeze([
  { key: 'status', title: 'Status', about: 'By status, the longest in it first' },
  { key: 'name', title: 'Unit', heads: true },
  { key: 'since', title: 'For', about: 'Time in this status; marked when longer than usual' },
  { key: 'incident', title: 'Incident' },
  { key: 'type', title: 'Type' },
  { key: 'station', title: 'Station' },
  { key: 'county', title: 'County' },
  { key: 'agency', title: 'Agency' },
  { key: 'people', title: 'People' },
  { key: 'position', title: 'Position', about: 'Age of the last position' },
  { key: 'duty', title: 'On duty' },
]);

const unknown = (words = 'unknown') => el('span', { class: 'unknown' }, words);

/** @param {{settings, catalog, onUnit(row, element)}} page; @returns {function(object): Node[][]} */
export function cellsOf(page) {
  const { settings, catalog } = page;
  return (row) => [
    status(row, settings, catalog),
    [el('a', { class: 'first', href: `/#id=${row.id}`, dataset: { part: 'open' } }, row.name), dangerFlag(row.dangers)],
    [since(row.status_at, { limit: settings.status_minutes[row.assignment?.status ?? row.status] })],
    incident(row, settings, page),
    [catalog.typeTitle('unit', row.type)],
    [row.station ?? unknown()],
    [row.county ?? unknown()],
    [row.agency],
    [row.people === null ? unknown() : count(row.people)],
    position(row),
    duty(row),
  ];
}

function status(row, settings, catalog) {
  const { title, glyph } = catalog.status('unit', row.status);
  const finer = row.assignment?.status === 'acknowledged' ? ', acknowledged' : '';
  return [unitSign(glyph, row.status, settings.symbols_url), el('span', {}, title + finer),
    row.reason ? el('span', { class: 'second' }, row.reason) : null];
}

function incident(row, settings, page) {
  const { assignment } = row;
  const act = el('button', {
    type: 'button', class: 'button small act', dataset: { part: 'act' }, 'aria-haspopup': 'dialog',
    'aria-label': `Move ${row.name}`, onclick: (event) => page.onUnit(row, event.currentTarget),
  }, 'Move');
  if (!assignment) return page.mayMove(row.agency_id) && row.status === 'returning' ? [act] : [];
  const held = assignment.status === 'reserved' ? el('span', { class: 'tag' }, 'Reserved') : null;
  if (assignment.incident === null) return [held, unknown('an incident you may not see')];
  return [
    el('span', { class: 'doing' }, priorityMark(assignment.priority, settings.words)[0],
      el('a', { class: 'first', href: `/?incident=${assignment.incident}` }, assignment.incident_title), held),
    el('span', { class: 'second' }, assignment.incident_number, assignment.task ? ` · ${assignment.task}` : '',
      ...checkIn(assignment, settings)),
    page.mayMove(row.agency_id) ? act : null,
  ];
}

function checkIn({ par_at: at }, settings) {
  return at === null ? [] : [' · check-in ', until(at, { soon: settings.soon_minutes * 60 })];
}

function position({ position_at: at, live }) {
  if (at === null) return [unknown('not reported')];
  return [since(at, live ? { limit: STALE_POSITION_MINUTES, late: 'out of date' } : {})];
}

function duty({ duty_from: from, rest_at: restAt }) {
  if (from === null) return [unknown('not known')];
  return [since(from, { limit: restAt ? (restAt - from) / 60 : null, late: 'due for rest' })];
}

/** Rows under a heading for each status, in the order they came; one group when flat. */
export function grouped(rows, { flat, sort }, counts, catalog) {
  if (flat || sort !== 'status') return [{ key: 'all', rows }];
  const groups = new Map();
  for (const row of rows) groups.set(row.status, [...(groups.get(row.status) ?? []), row]);
  return [...groups].map(([code, members]) => ({
    key: code, rows: members,
    title: el('span', {}, catalog.status('unit', code).title, ' ', el('span', { class: 'number' }, count(counts[code]))),
  }));
}
