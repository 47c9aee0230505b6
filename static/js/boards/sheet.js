// A table whose rows are kept by id: what did not change stays where it is, so that a screen reader
// is not thrown out of its cell and the row at hand stays the row at hand while others move.
import { Emitter } from '../core/emitter.js';
import { el, icon } from '../core/dom.js';

/** Events: `sorted` {sort, reverse}, `chosen` id (Enter or a double click). */
export class Sheet extends Emitter {
  /**
   * @param {HTMLTableElement} table
   * @param {{columns: {key, title, sorts?: boolean, about?: string}[], cells(row): Node[][], symbolsUrl}} parts
   */
  constructor(table, { columns, cells, symbolsUrl }) {
    super();
    Object.assign(this, { table, columns, cells, symbolsUrl, drawn: new Map(), bodies: new Map(), active: null });
    this.head = el('thead');
    table.append(this.head);
    table.addEventListener('focusin', (event) => this.#focused(event));
    table.addEventListener('keydown', (event) => this.#key(event));
    table.addEventListener('dblclick', (event) => this.#choose(event.target.closest('tr[data-id]')));
    new ResizeObserver(() => this.#span()).observe(table);
  }

  /** @param {{key: string, title?: Node, rows: object[]}[]} groups; @param {{sort, reverse}} order */
  show(groups, order) {
    this.#headings(order);
    const focus = this.#whereFocusIs();
    const wanted = new Set(groups.flatMap(({ rows }) => rows.map(({ id }) => id)));
    for (const [id, { element }] of this.drawn) {
      if (wanted.has(id)) continue;
      element.remove();
      this.drawn.delete(id);
    }
    this.#place(groups);
    this.#span();
    if (!wanted.has(this.active)) this.active = groups.find(({ rows }) => rows.length)?.rows[0].id ?? null;
    this.#markActive();
    if (focus) this.#focusAgain(focus);
  }

  /** The row at hand. */
  get row() {
    return this.drawn.get(this.active)?.row ?? null;
  }

  /** Everything that is drawn, from the top. */
  get rows() {
    return [...this.table.querySelectorAll('tbody tr[data-id]')];
  }

  /** Whether keys are meant for the table: the focus is in it, or nowhere. */
  get isAtHand() {
    return this.table.contains(document.activeElement) || document.activeElement === document.body
      || document.activeElement?.tagName === 'MAIN';
  }

  /** Go so many rows down (or up) and put the focus there. */
  step(by) {
    const { rows } = this;
    if (!rows.length) return;
    const at = rows.findIndex((row) => Number(row.dataset.id) === this.active);
    const isFocused = rows[at]?.contains(document.activeElement);
    this.focus(rows[Math.max(0, Math.min(rows.length - 1, isFocused ? at + by : at))]);
  }

  focus(row = this.drawn.get(this.active)?.element) {
    if (!row) return;
    this.active = Number(row.dataset.id);
    this.#markActive();
    row.focus();
    row.scrollIntoView({ block: 'nearest' });
  }

  #headings({ sort, reverse }) {
    const signature = `${sort}/${reverse}`;
    if (this.headed === signature) return;
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.sort : null;
    this.headed = signature;
    this.head.replaceChildren(el('tr', {}, this.columns.map((column) => this.#heading(column, sort, reverse))));
    if (focused) this.head.querySelector(`[data-sort="${focused}"]`)?.focus();
  }

  #heading({ key, title, sorts = true, about }, sort, reverse) {
    if (!sorts) return el('th', { scope: 'col', class: key, title: about }, title);
    const on = key === sort;
    const button = el('button', { type: 'button', dataset: { sort: key }, title: about,
      onclick: () => this.emit('sorted', { sort: key, reverse: on && !reverse }) },
    title, on ? icon('sort', this.symbolsUrl, `icon${reverse ? '' : ' up'}`) : null);
    return el('th', { scope: 'col', class: key, 'aria-sort': on ? (reverse ? 'descending' : 'ascending') : null }, button);
  }

  #place(groups) {
    const keys = new Set(groups.map(({ key }) => key));
    for (const [key, body] of this.bodies) {
      if (keys.has(key)) continue;
      body.remove();
      this.bodies.delete(key);
    }
    let before = this.head;
    for (const group of groups) {
      const body = this.#body(group);
      if (before.nextSibling !== body) before.after(body);
      before = body;
      let last = body.querySelector('.group');
      for (const row of group.rows) {
        const element = this.#row(row);
        const follows = last ? last.nextSibling : body.firstChild;
        if (follows !== element) body.insertBefore(element, follows);
        last = element;
      }
    }
  }

  #body({ key, title }) {
    if (!this.bodies.has(key)) this.bodies.set(key, el('tbody', { dataset: { group: key } }));
    const body = this.bodies.get(key);
    const old = body.querySelector('.group');
    if (title && old?.textContent !== title.textContent) {
      const heading = el('tr', { class: 'group' },
        el('th', { scope: 'rowgroup' }, title));
      if (old) old.replaceWith(heading);
      else body.prepend(heading);
    } else if (!title) old?.remove();
    return body;
  }

  // As wide as the columns that are shown: a narrow screen and a wall leave some out, and a heading
  // over columns that nobody has would make room for them.
  #span() {
    const shown = [...this.head.querySelectorAll('th')].filter((one) => getComputedStyle(one).display !== 'none');
    for (const one of this.table.querySelectorAll('.group th')) one.colSpan = shown.length;
  }

  #row(row) {
    const signature = JSON.stringify(row);
    const known = this.drawn.get(row.id);
    if (known?.signature === signature) return known.element;
    const element = el('tr', { tabIndex: -1, dataset: { id: String(row.id) } });
    element.append(...this.cells(row).map((inside, i) => this.#cell(this.columns[i], inside)));
    if (row.depth) element.classList.add('child');
    if (known) {
      element.classList.add('changed');
      known.element.replaceWith(element);
    }
    this.drawn.set(row.id, { row, element, signature });
    return element;
  }

  #cell({ key, title, heads }, inside) {
    const properties = { class: key, dataset: { title } };
    return heads ? el('th', { ...properties, scope: 'row' }, inside) : el('td', properties, inside);
  }

  #markActive() {
    for (const [id, { element }] of this.drawn) element.tabIndex = id === this.active ? 0 : -1;
  }

  #whereFocusIs() {
    const row = document.activeElement?.closest?.('tr[data-id]');
    if (!row || !this.table.contains(row)) return null;
    return { id: Number(row.dataset.id), part: document.activeElement.dataset.part };
  }

  // A row that was drawn anew, or moved, has lost the focus; the same part of it gets it back.
  #focusAgain({ id, part }) {
    const element = this.drawn.get(id)?.element;
    if (!element || element.contains(document.activeElement)) return;
    const inner = part && element.querySelector(`[data-part="${part}"]`);
    (inner || element).focus({ preventScroll: true });
  }

  #focused(event) {
    const row = event.target.closest('tr[data-id]');
    if (!row) return;
    this.active = Number(row.dataset.id);
    this.#markActive();
  }

  #key(event) {
    if (event.key !== 'Enter' || !event.target.matches('tr[data-id]')) return;
    event.preventDefault();
    this.#choose(event.target);
  }

  #choose(row) {
    if (row) this.emit('chosen', Number(row.dataset.id));
  }
}
