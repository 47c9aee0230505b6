// What just happened to a change: saved, refused, or waiting for a log-in. Stays where it is
// until the next one; what was typed is never its victim.
import { el, icon } from '../core/dom.js';

export class Notice {
  constructor(catalog) {
    this.catalog = catalog;
    this.root = el('div', { class: 'notice', role: 'status' });
  }

  clear() {
    this.root.replaceChildren();
  }

  /** Words, and perhaps one thing to do about them. */
  say(words, action = null) {
    const button = action && el('button', { type: 'button', class: 'button small', onclick: action.run }, action.title);
    this.show(el('div', { class: 'banner good' }, icon('check', this.catalog.symbolsUrl), el('p', {}, words), button));
  }

  /** A problem with a way to try the same again; after a lost session also the way to log in. */
  fail(problem, again) {
    const ended = problem.status === 401;
    const words = ended
      ? 'Your session ended. Log in again in the new tab, then save again: what you typed is still here.' : problem.message;
    const logIn = ended ? el('a', { class: 'button small', href: this.catalog.settings.urls.log_in, target: '_blank', rel: 'noopener' }, 'Log in') : null;
    this.show(el('div', { class: 'banner bad', role: 'alert' }, icon('alarm', this.catalog.symbolsUrl), el('p', {}, words), logIn,
      el('button', { type: 'button', class: 'button small', onclick: again }, ended ? 'Save again' : 'Try again')));
  }

  show(element) {
    this.root.replaceChildren(element);
  }
}
