// The keys of the page, in one table: what they do and what the help says. Single letters can be
// switched off, as people who speak to their computer need (WCAG 2.1.4).
import { $, el } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { _ } from '../words/language.js';

const TYPING = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
const ELSEWHERE = _('On every page');

const keysOf = ({ key }) => [key].flat();

/** The entry that a key runs: the first of that key whose `when` says yes. */
export function entryFor(table, pressed) {
  return table.find((entry) => keysOf(entry).includes(pressed) && (!entry.when || entry.when()));
}

/** What the help says: [[group, entries]], groups in the order in which the table has them. */
export function groupsOf(table) {
  const groups = new Map();
  for (const entry of table) {
    const { group = ELSEWHERE } = entry;
    groups.set(group, [...groups.get(group) ?? [], entry]);
  }
  return [...groups];
}

export class Keys {
  /**
   * @param {{key: string|string[], title: string, group?: string, run?: function, shown?: string,
   *   when?: function}[]} table an entry without `run` only says what the browser does by itself
   */
  constructor(table) {
    this.table = table;
    this.on = recall('keys', true);
    document.addEventListener('keydown', (event) => this.#press(event));
  }

  /** The keys of one page; they come before those that every page has, and instead of the same ones. */
  learn(table) {
    const always = new Set(table.filter(({ when }) => !when).flatMap(keysOf));
    this.table = [...table, ...this.table.filter((entry) => !keysOf(entry).some((key) => always.has(key)))];
    this.dialog?.remove();
    this.dialog = null;
  }

  /** The help, as a modal window. */
  show() {
    this.dialog ??= this.#dialog();
    this.dialog.showModal();
  }

  #press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if ($('dialog[open]') || event.target.closest(TYPING)) return;
    const entry = entryFor(this.table, event.key);
    if (!entry?.run || (!this.on && event.key.length === 1)) return;
    event.preventDefault();
    entry.run();
  }

  #dialog() {
    const toggle = el('input', {
      type: 'checkbox', checked: this.on, onchange: () => this.#switch(toggle.checked),
    });
    const dialog = el('dialog', { class: 'keys', 'aria-labelledby': 'keys-title' },
      // the focus begins at the top; a long help would else open at its end, where the button is
      el('h2', { id: 'keys-title', tabIndex: -1, autofocus: true }, _('Keys')),
      el('div', { class: 'key-groups' }, groupsOf(this.table).map(([group, entries]) => (
        el('section', {}, el('h3', {}, group), el('dl', {}, entries.flatMap((entry) => this.#line(entry))))))),
      el('label', { class: 'choice' }, toggle, _('Single letters work as keys')),
      el('form', { method: 'dialog', class: 'actions' }, el('button', { class: 'button primary' }, _('Close'))));
    document.body.append(dialog);
    return dialog;
  }

  #line(entry) {
    const names = entry.shown?.split(' ') ?? keysOf(entry);
    return [el('dt', {}, names.map((name) => el('kbd', {}, name))), el('dd', {}, entry.title)];
  }

  #switch(on) {
    this.on = on;
    remember('keys', on);
  }
}
