// The incident board: its columns, what stands in them, and in which order rows come.
import { el } from '../core/dom.js';
import { spanInWords } from '../words/dispatch.js';
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

// A family stands where its most urgent member would, so that nothing urgent hides under a parent.
function underParents(sorted) {
  const shown = new Map(sorted.map((row) => [row.id, row]));
  const parentOf = (row) => (shown.has(row.parent) ? shown.get(row.parent) : null);
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

/** @param {{settings, onUnit(row, unit, element)}} page; @returns {function(object): Node[][]} */
export function cellsOf(page) {
  const { settings } = page;
  return (row) => [
    priorityMark(row.priority, settings.words),
    name(row, settings),
    [el('span', { class: 'first' }, row.place ?? 'No place yet'), el('span', { class: 'second' }, row.county ?? row.jurisdiction ?? '')],
    age(row),
    row.units.map((unit) => chip(unit, { settings, onclick: (event) => page.onUnit(row, unit, event.currentTarget) })),
    lacks(row),
    entry(row),
    check(row, settings),
  ];
}

function name(row, settings) {
  const status = settings.words.incident_status.find(({ code }) => code === row.status);
  return [
    row.depth ? el('span', { class: 'branch', 'aria-hidden': 'true' }, '└ ') : null,
    el('a', { class: 'first', href: `/?incident=${row.id}`, dataset: { part: 'open' } }, row.title),
    el('span', { class: 'second' }, row.depth ? el('span', { class: 'spoken' }, 'part of the one above, ') : null,
      el('span', { class: 'tag', dataset: { status: row.status } }, status?.title ?? row.status),
      ` ${row.number} · ${row.type_title}`,
      row.sensitivity === 'confidential' ? ' · confidential' : ''),
  ];
}

function age(row) {
  const limit = row.overdue_at === null ? null : (row.overdue_at - row.reported_at) / 60;
  return [
    el('span', { class: 'first' }, since(row.reported_at, { limit, late: 'no unit on scene in time' })),
    row.overdue_at === null ? null : el('span', { class: 'second waits' }, row.sent ? 'none on scene yet' : 'no unit sent yet'),
  ];
}

function lacks({ missing }) {
  return missing.map(({ have, count, what }) => el('span', { class: 'lack' },
    el('b', {}, `${have} of ${count}`), ` ${what}`));
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

/** What the page says aloud: "34 incidents, 3 of them late". */
export function summary(rows, now) {
  const number = late(rows, now);
  return `${plural(rows.length, 'open incident')}${number ? `, ${number} without a unit on scene in time` : ''}`;
}

/** The oldest of those that wait, in words; for the wall's head. */
export function longestWait(rows, now) {
  const first = rows.filter((row) => isLate(row, now)).sort((a, b) => a.overdue_at - b.overdue_at)[0];
  return first ? `${first.title}: ${spanInWords(now - first.overdue_at)} late` : '';
}
