// Ages and countdowns that run on their own: the row says since when or until when, and one clock
// for the whole page writes the words. What is late says so in a word as well as in color.
import { el } from '../core/dom.js';
import { clockTime } from '../words/age.js';
import { dueInWords, spanInWords } from '../words/dispatch.js';

const MINUTE = 60;

/** How long something has lasted; after `limit` minutes it is late. `late` says how that reads. */
export function since(epoch, { limit = null, late = 'longer than usual', label = '' } = {}) {
  if (epoch === null || epoch === undefined) return el('span', { class: 'unknown' }, 'unknown');
  return el('time', { class: 'ticks', title: clockTime(epoch), dataset: {
    since: String(epoch), ...(limit ? { limit: String(limit), late } : {}), ...(label ? { label } : {}),
  } });
}

/** When something is expected; after it, it is late; `soon` seconds before it, it is near. */
export function until(epoch, { soon = 0 } = {}) {
  return el('time', { class: 'ticks', title: clockTime(epoch), dataset: { until: String(epoch), soon: String(soon) } });
}

function told(words, late) {
  return late ? [words, el('span', { class: 'spoken' }, `, ${late}`)] : [words];
}

function tellSince(element, now) {
  const { since: from, limit, late, label = '' } = element.dataset;
  const seconds = now - Number(from);
  const isLate = limit !== undefined && seconds > Number(limit) * MINUTE;
  return { words: `${label}${spanInWords(seconds)}`, state: isLate ? 'late' : '', late: isLate ? late : '' };
}

function tellUntil(element, now) {
  const left = Number(element.dataset.until) - now;
  const state = left <= 0 ? 'late' : left <= Number(element.dataset.soon) ? 'soon' : '';
  return { words: dueInWords(left), state, late: '' };
}

/** Write the words of every ticking time below `root`, as they are at `now`. */
export function tick(root, now) {
  for (const element of root.querySelectorAll('.ticks')) {
    const { words, state, late } = element.dataset.until ? tellUntil(element, now) : tellSince(element, now);
    if (element.dataset.said === words + state) continue;
    element.dataset.said = words + state;
    element.dataset.state = state;
    element.replaceChildren(...told(words, late));
  }
}
