// The kinds as layers with live counts; under each its statuses and types to narrow by.
import { Emitter } from '../core/emitter.js';
import { el, icon } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { count } from '../words/numbers.js';
import { Chips } from './chips.js';
import { symbol } from './symbol.js';

class Layer extends Emitter {
  constructor(catalog, kind) {
    super();
    this.catalog = catalog;
    this.kind = kind;
    this.statuses = new Chips({ label: `Status of ${kind.title.toLowerCase()}`, columns: true })
      .on('chosen', (codes) => this.emit('status', codes));
    this.types = new Chips({ label: `Type of ${kind.title.toLowerCase()}` })
      .on('chosen', (codes) => this.emit('type', codes));
    this.root = this.#root();
    // what can be chosen is known before how many there are: nothing moves when the numbers come
    this.statuses.show(this.#choices(), []);
    this.#tellTypes([]);
  }

  /** Its statuses, each with its number where there are `counts`. */
  #choices(counts) {
    const { code, statuses } = this.kind;
    return statuses.map((status) => ({
      ...status, picture: () => symbol(this.catalog, { kind: code, status: status.code }),
      ...(counts ? { number: counts.status[`${code}.${status.code}`] ?? 0 } : {}),
    }));
  }

  show(filter, counts) {
    const { code, types } = this.kind;
    this.box.checked = !filter.hidden.includes(code);
    this.root.classList.toggle('off', !this.box.checked);
    this.number.textContent = count(this.box.checked ? counts.kind[code] ?? 0 : 0);
    const stale = this.box.checked ? counts.staleKind[code] ?? 0 : 0;
    this.old.textContent = stale ? `${count(stale)} out of date` : '';
    this.statuses.show(this.#choices(counts), filter.status[code] ?? []);
    const untyped = counts.type[`${code}.`] ?? 0;
    const choices = types.map((type) => ({ ...type, number: counts.type[`${code}.${type.code}`] ?? 0 }));
    this.types.show([...choices, ...(untyped ? [{ code: '', title: 'Type unknown', number: untyped }] : [])],
      filter.type[code] ?? []);
    this.#tellTypes(filter.type[code] ?? []);
  }

  #tellTypes(chosen) {
    this.typeWords.textContent = chosen.length
      ? chosen.map((code) => this.catalog.typeTitle(this.kind.code, code)).join(', ') : 'all';
  }

  #root() {
    const { code, title } = this.kind;
    this.box = el('input', { type: 'checkbox', onchange: () => this.emit('visible', this.box.checked) });
    this.number = el('span', { class: 'number' });
    this.old = el('span', { class: 'old' });
    this.typeWords = el('span', { class: 'quietly' });
    const open = recall(`layer.${code}`, true);
    const fold = el('button', {
      type: 'button', class: 'icon-button fold', 'aria-expanded': String(open),
      'aria-label': `Statuses of ${title.toLowerCase()}`,
      onclick: () => this.#fold(fold),
    }, icon('down', this.catalog.symbolsUrl));
    this.inside = el('div', { class: 'layer-inside', hidden: !open },
      this.statuses.root,
      el('details', {}, el('summary', {}, 'Type: ', this.typeWords), this.types.root));
    return el('section', { class: 'layer', 'aria-label': title },
      el('div', { class: 'layer-head' },
        el('label', {}, this.box, symbol(this.catalog, { kind: code }), el('span', { class: 'title' }, title),
          this.old, this.number),
        fold),
      this.inside);
  }

  #fold(button) {
    this.inside.hidden = !this.inside.hidden;
    button.setAttribute('aria-expanded', String(!this.inside.hidden));
    remember(`layer.${this.kind.code}`, !this.inside.hidden);
  }
}

/** Event: `filter` (the part that changes). */
export class Layers extends Emitter {
  constructor(catalog) {
    super();
    this.layers = catalog.kinds.map((kind) => this.#layer(catalog, kind));
    this.root = el('div', { class: 'layers' }, this.layers.map(({ root }) => root));
  }

  show(filter, counts) {
    this.filter = filter;
    for (const layer of this.layers) layer.show(filter, counts);
  }

  #layer(catalog, kind) {
    const part = (name) => (codes) => (
      this.emit('filter', { [name]: { ...this.filter[name], [kind.code]: codes } }));
    return new Layer(catalog, kind)
      .on('status', part('status'))
      .on('type', part('type'))
      .on('visible', (visible) => this.#visible(kind.code, visible));
  }

  #visible(code, visible) {
    const others = this.filter.hidden.filter((other) => other !== code);
    this.emit('filter', { hidden: visible ? others : [...others, code] });
  }
}
