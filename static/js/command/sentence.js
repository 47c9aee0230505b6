// What was understood, above the list: the parts of the line with what each means, the sentence that
// says what Enter does, what to think of first, and what was not understood.
import { el, icon } from '../core/dom.js';

/** What the next Enter does. */
const HINTS = { ask: 'Enter asks once more.', act: 'Enter does it.', show: 'Enter shows it.', nothing: '' };

function nextStep(actions, show, warnings) {
  if (!actions.length) return show ? 'show' : 'nothing';
  return warnings.length ? 'ask' : 'act';
}

/** Whether a part says more than what was typed. */
const tells = ({ text, means }) => means && means.toLowerCase() !== text.toLowerCase();

export class Sentence {
  constructor(catalog) {
    this.catalog = catalog;
    this.words = el('p', { class: 'will', role: 'status' });
    this.parts = el('ul', { class: 'parts', 'aria-label': 'Understood as' });
    this.notes = el('div', { class: 'notes' });
    this.root = el('div', { class: 'sentence', hidden: true }, this.parts, this.words, this.notes);
  }

  hide() {
    this.root.hidden = true;
    this.words.replaceChildren();
  }

  /** An answer of /api/command. `sure`: the warnings were read, the next Enter does it. */
  show(command, { sure = false } = {}) {
    this.#fill(command.understood.filter(tells), this.#will(command, sure),
      [...command.warnings.map((words) => this.#note('warn', 'alarm', words)),
        ...command.problems.map((problem) => this.#problem(problem))]);
  }

  /** How it went: done, or refused with words. */
  tell(tone, words) {
    this.#fill([], [], [this.#note(tone, tone === 'good' ? 'check' : 'alarm', words)]);
    this.notes.firstChild.setAttribute('role', tone === 'good' ? 'status' : 'alert');
  }

  #fill(parts, will, notes) {
    this.parts.replaceChildren(...parts.map(({ text, means }) => el('li', {}, el('code', {}, text), el('span', {}, means))));
    this.parts.hidden = parts.length === 0;
    this.words.replaceChildren(...will);
    this.words.hidden = will.length === 0;
    this.notes.replaceChildren(...notes);
    this.root.hidden = !parts.length && !will.length && !notes.length;
  }

  #will({ complete, sentence, actions, show, warnings }, sure) {
    if (!complete) return [];
    const hint = sure ? 'Enter again does it all the same.' : HINTS[nextStep(actions, show, warnings)];
    return [el('strong', {}, sentence), ' ', el('span', { class: 'hint' }, hint)];
  }

  #problem({ message, word, nearest }) {
    const near = nearest ? ` Did you mean ${nearest}?` : '';
    return this.#note('bad', 'alarm', word && !message.includes(word) ? `“${word}”: ${message}${near}` : `${message}${near}`);
  }

  #note(tone, picture, words) {
    return el('p', { class: `note ${tone}` }, icon(picture, this.catalog.symbolsUrl), el('span', {}, words));
  }
}
