// What just happened to a change: saved, refused, or waiting for a log-in. Stays where it is
// until the next one; what was typed is never its victim.
import { button, el, icon, logInLink } from '../core/dom.js';
import { say } from './announce.js';

export class Notice {
  constructor(catalog) {
    this.catalog = catalog;
    this.root = el('div', { class: 'notice' });
  }

  clear() {
    this.root.replaceChildren();
  }

  /** Words, and perhaps one thing to do about them. */
  say(words, action = null) {
    say(words);
    this.show(el('div', { class: 'banner good' }, icon('check', this.catalog.symbolsUrl), el('p', {}, words),
      action && button('button small', action.run, action.title)));
  }

  /** A problem with a way to try the same again; after a lost session also the way to log in. */
  fail(problem, again) {
    const ended = problem.status === 401;
    const words = ended
      ? 'Your session ended. Log in again in a new tab, then save again: what you typed is still here.'
      : problem.message;
    this.show(el('div', { class: 'banner bad', role: 'alert' },
      icon('alarm', this.catalog.symbolsUrl), el('p', {}, words),
      ended ? logInLink(this.catalog.settings) : null,
      button('button small', again, ended ? 'Save again' : 'Try again')));
  }

  show(element) {
    this.root.replaceChildren(element);
  }
}
