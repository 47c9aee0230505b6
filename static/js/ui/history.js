// What happened to a resource, newest first; asked for when it is unfolded.
import { get } from '../core/api.js';
import { el } from '../core/dom.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { decimal } from '../words/position.js';

function shown(value) {
  if (value === null || value === undefined || value === '') return 'unknown';
  if (Array.isArray(value.coordinates)) return decimal({ lon: value.coordinates[0], lat: value.coordinates[1] });
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function change({ at, actor, what, fields = [] }) {
  return el('li', {},
    el('div', {}, el('strong', {}, actor ?? 'MERIS'), ` ${what} `,
      el('time', { class: 'quietly', title: clockTime(at) }, agoInWords(Date.now() / 1000 - epochOf(at)))),
    fields.map(({ title, before, after }) => el('div', { class: 'was' },
      `${title}: `, el('s', {}, shown(before)), ' → ', shown(after))));
}

/** A fold with the history of the resource at `url`. */
export function historyFold(url) {
  const body = el('div', { class: 'history-body' });
  const load = async () => {
    if (!fold.open || fold.dataset.loaded) return;
    body.textContent = 'Loading';
    try {
      const { changes } = await get(url);
      body.replaceChildren(changes.length ? el('ol', {}, changes.map(change)) : el('p', {}, 'Nothing is recorded yet.'));
      fold.dataset.loaded = 'yes';
    } catch (problem) {
      body.textContent = problem.message;
    }
  };
  const fold = el('details', { class: 'history', ontoggle: load }, el('summary', {}, 'History'), body);
  return fold;
}
