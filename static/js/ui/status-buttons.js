// One button for each status a kind can have; the present one is pressed. One click changes it.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { symbol } from './symbol.js';

/** Event: `chosen` code. */
export class StatusButtons extends Emitter {
  constructor(catalog, { kind, status }) {
    super();
    const buttons = catalog.kind(kind).statuses.map(({ code, title }) => el('button', {
      type: 'button', class: 'status-button', 'aria-pressed': String(code === status.code), dataset: { keep: `status-${code}` },
      title, onclick: () => { if (code !== status.code) this.emit('chosen', code); },
    }, symbol(catalog, { kind, status: code }), el('span', {}, title)));
    this.root = el('div', { class: 'status-buttons', role: 'group', 'aria-label': 'Set the status' }, buttons);
  }
}
