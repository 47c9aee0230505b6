// The incident board: its columns, what stands in them, and in which order rows come.
import { el } from '../core/dom.js';
import { shareInWords } from '../words/kinds.js';
import { plural } from '../words/numbers.js';
import { chip, priorityMark } from './marks.js';
import { since, until } from './ticks.js';

export const COLUMNS = Object.freeze([
  { key: 'priority', title: 'Priority' },
  { key: 'title', title: 'Incident', heads: true },
  { key: 'place', title: 'Place' },
  { key: 'age', title: 'Age', about: 'Since it was reported; late when no unit is on scene in the time of its type' },
  { key: 'units', title: 'Units' },
  { key: 'missing', title: 'Missing' },
  { key: 'log', title: 'Last entry' },
  { key: 'check', title: 'Next check-in' },
]);

const nextCheck = ({ units }) => Math.min(...units.map(({ par_at: at }) => at ?? Infinity));
const isLate = ({ overdue_at: at }, now) => at !== null && at <= now;
const lacking = ({ missing }) => missing.reduce((sum, { short }) => sum + short, 0);

/** What a column is sorted by: smaller comes first. */
const RANKS = {
  priority: (row, now) => [row.priority, isLate(row, now) ? 0 : 1, row.reported_at],
  title: (row) => [row.number],
  place: (row) => [row.county ?? '\uffff', row.place ?? '\uffff'],
  age: (row) => [row.reported_at],
  units: (row) => [-row.units.length],
  missing: (row) => [-lacking(row)],
  log: (row) => [-(row.log?.at ?? 0)],
  check: (row) => [nextCheck(row)],
};
export const SORTS = Object.freeze(Object.keys(RANKS));

function compare(a, b) {
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    return typeof a[i] === 'string' ? a[i].localeCompare(b[i], 'en', { numeric: true }) : a[i] - b[i];
  }
  return 0;
}

/** Rows in order; in the usual one, what is part of a bigger incident stands under it. */
export function ordered(rows, { sort, reverse }, now) {
  const key = RANKS[sort] ? sort : 'priority';
  const ranks = new Map(rows.map((row) => [row.id, [...RANKS[key](row, now), row.reported_at, row.id]]));
  const sign = reverse ? -1 : 1;
  const sorted = [...rows].sort((a, b) => sign * compare(ranks.get(a.id), ranks.get(b.id)));
  return key === 'priority' ? underParents(sorted) : sorted.map((row) => ({ ...row, depth: 0 }));
}

// Only within a priority: a family must not pull its routine parts above another's emergency.
function underParents(sorted) {
  const shown = new Map(sorted.map((row) => [row.id, row]));
  const parentOf = (row) => {
    const parent = shown.get(row.parent);
    return parent?.priority === row.priority ? parent : null;
  };
  const rootOf = (row, seen = new Set()) => {
    const parent = parentOf(row);
    return !parent || seen.has(row.id) ? row : rootOf(parent, seen.add(row.id));
  };
  const families = new Map();
  for (const row of sorted) {
    const root = rootOf(row);
    families.set(root.id, [...(families.get(root.id) ?? []), row]);
  }
  return [...families].flatMap(([rootId, members]) => [
    { ...shown.get(rootId), depth: 0 },
    ...members.filter(({ id }) => id !== rootId).map((row) => ({ ...row, depth: 1 })),
  ]);
}

/**
 * What is part of what: each row gets its parent's title; one with open parts is not late itself,
 * for its parts are, and says how many there are and how many units they have.
 */
export function related(rows) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const parts = new Map();
  for (const row of rows) if (byId.has(row.parent)) parts.set(row.parent, [...(parts.get(row.parent) ?? []), row]);
  return rows.map((row) => {
    const own = parts.get(row.id) ?? [];
    return {
      ...row, part_of: byId.get(row.parent)?.title ?? null, parts: own.length,
      part_units: own.reduce((sum, part) => sum + part.units.length, 0),
      overdue_at: own.length ? null : row.overdue_at,
    };
  });
}

/** Whether a row passes a choice; `regionsOf(fips)` gives its regions by scheme. */
export function passes(row, choice, regionsOf) {
  const [scheme, code] = choice.region.split('.');
  const holds = (list, value) => !list.length || list.includes(String(value));
  return holds(choice.status, row.status) && holds(choice.priority, row.priority) && holds(choice.type, row.type)
    && holds(choice.county, row.county_fips) && holds(choice.agency, row.agency_id)
    && (!choice.region || regionsOf(row.county_fips)?.[scheme] === code) && said(row, choice.q);
}

function said(row, words) {
  const text = [row.number, row.title, row.type_title, row.place, row.county, row.jurisdiction, row.agency,
    ...row.units.map(({ name }) => name)].join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** How many of the rows wait too long for their first unit. */
export function late(rows, now) {
  return rows.filter((row) => isLate(row, now)).length;
}

/** @param {{settings, titleOf, onUnit(row, unit, element)}} page; @returns {function(object): Node[][]} */
export function cellsOf(page) {
  const { settings } = page;
  return (row) => [
    priorityMark(row.priority, settings.words),
    name(row, settings),
    [el('span', { class: 'first', title: row.place ?? '' }, row.place ?? 'No place yet'),
      el('span', { class: 'second' }, row.county ?? row.jurisdiction ?? '')],
    age(row),
    unitsOf(row, page),
    lacks(row, page),
    entry(row),
    check(row, settings),
  ];
}

function unitsOf(row, page) {
  const chips = row.units.map((unit) => chip(unit, {
    settings: page.settings, onclick: (event) => page.onUnit(row, unit, event.currentTarget),
  }));
  if (!row.parts) return chips;
  return [...chips, el('span', { class: 'second' }, `${plural(row.parts, 'part')} with ${plural(row.part_units, 'unit')}`)];
}

function name(row, settings) {
  const status = settings.words.incident_status.find(({ code }) => code === row.status);
  return [
    row.depth ? el('span', { class: 'branch', 'aria-hidden': 'true' }, '└ ') : null,
    el('a', { class: 'first', href: `/?incident=${row.id}`, dataset: { part: 'open' } }, row.title),
    el('span', { class: 'second' },
      el('span', { class: 'tag', dataset: { status: row.status } }, status?.title ?? row.status),
      ' ', el('span', { class: 'case' }, row.number),
      row.title.startsWith(row.type_title) ? '' : ` · ${row.type_title}`,
      row.sensitivity === 'confidential' ? ' · confidential' : '',
      row.part_of ? el('span', { class: row.depth ? 'spoken' : '' }, ` · part of ${row.part_of}`) : null),
  ];
}

function age(row) {
  const limit = row.overdue_at === null ? null : (row.overdue_at - row.reported_at) / 60;
  return [
    el('span', { class: 'first' }, since(row.reported_at, { limit, late: 'no unit on scene in time' })),
    row.overdue_at === null ? null : el('span', { class: 'second waits' }, row.sent ? 'none on scene yet' : 'no unit sent yet'),
  ];
}

function lacks({ missing }, { titleOf }) {
  const words = missing.map((need) => shareInWords(need, titleOf));
  return words.length ? el('span', { class: 'lacks', title: words.join(' · ') },
    words.flatMap((share, i) => [i ? ' · ' : '', el('span', { class: 'lack' }, share)])) : [];
}

function entry({ log }) {
  if (!log) return [el('span', { class: 'unknown' }, 'nothing written yet')];
  return [el('span', { class: 'first', title: log.text }, log.text),
    el('span', { class: 'second' }, since(log.at), ` ago, ${log.author}`)];
}

function check({ units }, settings) {
  const checked = units.filter(({ par_at: at }) => at !== null).sort((a, b) => a.par_at - b.par_at);
  if (!checked.length) return [el('span', { class: 'unknown' }, 'none asked')];
  return [el('span', { class: 'first' }, until(checked[0].par_at, { soon: settings.soon_minutes * 60 })),
    el('span', { class: 'second' }, checked[0].name, checked.length > 1 ? ` and ${checked.length - 1} more` : '')];
}

/** What the page says aloud, and the wall in its head: "34 open, 3 late". */
export function summary(rows, now) {
  const number = late(rows, now);
  return `${plural(rows.length, 'open incident')}${number ? `, ${number} late` : ''}`;
}
