// What happened to a resource, newest first; asked for when it is unfolded.
import { get } from '../core/api.js';
import { el } from '../core/dom.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { decimal } from '../words/position.js';

const A_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

function shown(value) {
  if (value === null || value === undefined || value === '') return 'unknown';
  if (Array.isArray(value.coordinates)) return decimal({ lon: value.coordinates[0], lat: value.coordinates[1] });
  if (Array.isArray(value)) return value.join(', ');
  return A_TIME.test(value) ? clockTime(value) : String(value);
}

function change({ at, actor, what, fields = [] }, inWords) {
  return el('li', {},
    el('div', {}, el('strong', {}, actor ?? 'MERIS'), ` ${what} `,
      el('time', { class: 'quietly', title: clockTime(at) }, agoInWords(Date.now() / 1000 - epochOf(at)))),
    fields.map(({ name, title, before, after }) => el('div', { class: 'was' },
      `${title}: `, el('s', {}, shown(inWords(name, before))), ' → ', shown(inWords(name, after)))));
}

/**
 * A fold with the history at `url`.
 * @param {function(string, *): *} inWords the title of a code, anything else as it is
 */
export function historyFold(url, inWords) {
  const body = el('div', { class: 'history-body' });
  const load = async () => {
    if (!fold.open || fold.dataset.loaded) return;
    body.textContent = 'Loading';
    try {
      const changes = (await get(url)).changes.filter(({ what, fields }) => what !== 'changed' || fields.length);
      body.replaceChildren(changes.length ? el('ol', {}, changes.map((one) => change(one, inWords)))
        : el('p', {}, 'Nothing is recorded yet.'));
      fold.dataset.loaded = 'yes';
    } catch (problem) {
      body.textContent = problem.message;
    }
  };
  const fold = el('details', { class: 'history', ontoggle: load }, el('summary', {}, 'History'), body);
  return fold;
}
