// In the detail of a shelter or a point of distribution: how long its things last, the soonest
// first, and how many people a point of distribution serves.
import { get } from '../core/api.js';
import { el } from '../core/dom.js';
import { hoursInWords, rangeInWords } from '../words/lasting.js';

/** So many items are listed; the page of the place has them all. */
const MOST = 5;
const WORDS = { none: 'none on record', short: 'too few', unknown: 'not known how long' };

const isPlace = ({ kind, type }) => kind === 'shelter' || (kind === 'supply_site' && type === 'pod');

/** "about 6 h left (4–9 h)", or why nobody can say. */
export function lineInWords({ state, left, left_least: least, left_most: most }) {
  if (state !== 'known') return WORDS[state];
  if (left === 0) return 'used up';
  return `about ${hoursInWords(left)} left (${rangeInWords(least, most)})`;
}

function item(line) {
  return el('li', {}, el('strong', {}, line.item), `: ${lineInWords(line)} `, el('small', {}, line.why));
}

function drawn(told) {
  const lines = told.lines.filter(({ state }) => state !== 'enough');
  const pod = told.pod ? el('p', {}, told.pod.check ?? 'How many people it serves is not known.') : null;
  return [
    el('h3', {}, el('a', { href: `/running-out?site=${told.site.id}` }, 'How long things last')), pod,
    lines.length ? el('ul', {}, lines.slice(0, MOST).map(item)) : el('p', { class: 'quietly' }, 'Nothing runs low.'),
    lines.length > MOST ? el('p', { class: 'quietly' }, `and ${lines.length - MOST} more`) : null,
  ].filter(Boolean);
}

/** A block for this site that fills itself, or nothing for what uses nothing up. */
export function lastingBlock(detail) {
  if (!isPlace(detail)) return null;
  const root = el('section', { class: 'lasts-block', 'aria-label': 'How long things last' });
  get(`/api/running-out/${detail.id}`)
    .then((told) => root.replaceChildren(...drawn(told)))
    .catch((problem) => root.replaceChildren(el('p', { class: 'problem' }, problem.message)));
  return root;
}
