// What a form says. The same form works without a script, by the names of its inputs.
import { _ } from '../words/language.js';

const NOT_SAID = new Set(['csrf_token', 'key', 'kind', 'subject', 'base', 'next']);
const AS = { int: Number, bool: (text) => text === 'true' || text === 'on' || text === '1' };

const conversion = (form, name) => form.querySelector(`[name="${name}"][data-as]`)?.dataset.as;

function entriesOf(form, submitter) {
  const entries = [...new FormData(form)];
  if (submitter?.name) entries.push([submitter.name, submitter.value]);
  return entries;
}

/**
 * @param {HTMLFormElement} form with `data-report`; @param {?HTMLElement} submitter the button pressed
 * @returns {{kind, subject: ?number, base: ?object, body, words: string, shown: ?object}}
 */
export function reportOf(form, submitter) {
  const told = Object.fromEntries(entriesOf(form, submitter));
  const body = {};
  for (const [name, text] of Object.entries(told)) {
    if (NOT_SAID.has(name) || text.trim() === '') continue; // left empty is not known, and not zero
    body[name] = (AS[conversion(form, name)] ?? String)(text.trim());
  }
  return {
    kind: form.dataset.report, subject: told.subject ? Number(told.subject) : null,
    base: told.base ? JSON.parse(told.base) : null, body,
    words: wordsOf(submitter?.dataset.said ?? form.dataset.said ?? submitter?.textContent.trim() ?? '', body),
    shown: shownBy(submitter),
  };
}

/** "Count: 25 general, 3 pets", so that what waits can be told apart. */
function wordsOf(said, { text, ...body }) {
  const titles = { general: _('general'), medical_needs: _('medical needs'), other: _('other'), pets: _('pets') };
  const counted = Object.entries(titles).filter(([name]) => name in body).map(([name, title]) => `${body[name]} ${title}`);
  const more = text ?? counted.join(', ');
  return more ? `${said}: ${more}` : said;
}

/** How things will look once it is true; null for what changes no status. */
function shownBy(submitter) {
  const { status, title, letter, moves, said } = submitter?.dataset ?? {};
  if (!status) return null;
  return { status, title: title ?? said, letter: letter ?? '', moves: moves ? JSON.parse(moves) : null };
}
