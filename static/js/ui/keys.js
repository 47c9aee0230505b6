// The keys of the page, in one table: what they do and what the help says. Single letters can be
// switched off, as people who speak to their computer need (WCAG 2.1.4).
import { $, el } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';

const TYPING = 'input:not([type="checkbox"]), textarea, select, [contenteditable]';

export class Keys {
  /**
   * @param {{key: string, title: string, run?: function, shown?: string, when?: function}[]} table
   *   the first entry of a key whose `when` says yes is the one that runs; one without a title is
   *   another key for what the help names already
   */
  constructor(table) {
    this.table = table;
    this.on = recall('keys', true);
    document.addEventListener('keydown', (event) => this.#press(event));
  }

  /** The help, as a modal window. */
  show() {
    this.dialog ??= this.#dialog();
    this.dialog.showModal();
  }

  #press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if ($('dialog[open]') || event.target.closest(TYPING)) return;
    const entry = this.table.find(({ key, when }) => key === event.key && (!when || when()));
    if (!entry?.run || (!this.on && event.key.length === 1)) return;
    event.preventDefault();
    entry.run();
  }

  #dialog() {
    const toggle = el('input', {
      type: 'checkbox', checked: this.on, onchange: () => this.#switch(toggle.checked),
    });
    const dialog = el('dialog', { class: 'keys', 'aria-labelledby': 'keys-title' },
      el('h2', { id: 'keys-title' }, 'Keys'),
      el('dl', {}, this.table.filter(({ title }) => title).flatMap(({ key, shown, title }) => [
        el('dt', {}, (shown ?? key).split(' ').map((part) => el('kbd', {}, part))), el('dd', {}, title)])),
      el('label', { class: 'choice' }, toggle, 'Single letters work as keys'),
      el('form', { method: 'dialog', class: 'actions' }, el('button', { class: 'button primary' }, 'Close')));
    document.body.append(dialog);
    return dialog;
  }

  #switch(on) {
    this.on = on;
    remember('keys', on);
  }
}
