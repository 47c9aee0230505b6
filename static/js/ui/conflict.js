// Somebody else was first: who, when, what; theirs and mine beside each other, mine still to be
// changed, and a choice for each. Nothing typed is lost.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { agoInWords, epochOf } from '../words/age.js';

const shown = (value) => (value === null || value === undefined || value === '' ? 'unknown' : String(value));

/** Events: `save` (the values to keep of mine, may be none), `theirs`. */
export class Conflict extends Emitter {
  /**
   * @param {{message, changed: {field, title, theirs, by, at}[]}} answer of the server
   * @param {object} mine field name -> value I wanted
   * @param {function(string, *): string} inWords how a value of a field reads
   */
  constructor(answer, mine, inWords) {
    super();
    this.mine = mine;
    this.inWords = inWords;
    this.picks = new Map();
    this.root = el('section', { class: 'conflict', role: 'alert', 'aria-label': 'Changed by somebody else' },
      el('h3', {}, 'Somebody else was first'), el('p', {}, answer.message),
      this.#others(answer.changed),
      ...Object.keys(mine).map((name) => this.#choice(name, answer)),
      el('div', { class: 'actions' },
        el('button', { type: 'button', class: 'button primary', onclick: () => this.#save() }, 'Save my choice'),
        el('button', { type: 'button', class: 'button', onclick: () => this.emit('theirs') }, 'Leave theirs')));
  }

  #save() {
    const kept = [...this.picks].filter(([, pick]) => pick() === 'mine').map(([name]) => [name, this.mine[name]]);
    if (kept.length) this.emit('save', Object.fromEntries(kept));
    else this.emit('theirs');
  }

  // What they changed that I did not touch needs no choice: it stays theirs.
  #others(changed) {
    const rest = changed.filter(({ field }) => !(field in this.mine));
    if (!rest.length) return null;
    return el('ul', { class: 'others' }, rest.map(({ title, theirs, by, at }) => el('li', {},
      `${title}: now ${shown(theirs)} (${by}, ${agoInWords(Date.now() / 1000 - epochOf(at))})`)));
  }

  #choice(name, { changed, current }) {
    const theirs = changed.find(({ field }) => field === name);
    const title = theirs?.title ?? this.inWords(name);
    const now = theirs ? theirs.theirs : this.#present(name, current);
    const by = theirs ? `${theirs.by}, ${agoInWords(Date.now() / 1000 - epochOf(theirs.at))}` : 'unchanged';
    const group = `conflict-${name}`;
    const mine = this.#option(group, 'mine', 'Mine', this.inWords(name, this.mine[name]), 'you, not saved', true);
    const other = this.#option(group, 'theirs', 'Theirs', shown(now), by, false);
    this.picks.set(name, () => (mine.querySelector('input').checked ? 'mine' : 'theirs'));
    return el('fieldset', {}, el('legend', {}, title), el('div', { class: 'sides' }, other, mine));
  }

  #present(name, current) {
    if (name === 'status') return current.status.title;
    return current.fields.find((field) => field.name === name)?.text;
  }

  #option(group, value, title, text, by, checked) {
    return el('label', { class: 'side' },
      el('span', { class: 'side-head' }, el('input', { type: 'radio', name: group, value, checked }), title),
      el('strong', {}, text), el('small', {}, by));
  }
}
