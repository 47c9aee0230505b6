// One button for each status a kind can have; the present one is pressed. One click changes it; at
// the keyboard they are one stop, in which the arrows choose and Enter sets.
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { symbol } from './symbol.js';
import { walkWithArrows } from './walk.js';

/** Event: `chosen` code. */
export class StatusButtons extends Emitter {
  /** @param {object} detail; its `moves` are the statuses that may follow the present one */
  constructor(catalog, { kind, status, moves }) {
    super();
    const buttons = catalog.kind(kind).statuses.map(({ code, title }) => {
      const now = code === status.code;
      const barred = !now && moves && !moves.includes(code);
      return el('button', {
        type: 'button', class: 'status-button', 'aria-pressed': String(now), disabled: barred,
        dataset: { keep: `status-${code}` },
        title: barred ? `${status.title} cannot become ${title}` : title, onclick: () => { if (!now) this.emit('chosen', code); },
      }, symbol(catalog, { kind, status: code }), el('span', {}, title));
    });
    this.root = el('div', { class: 'status-buttons', role: 'toolbar', 'aria-label': 'Set the status' }, buttons);
    walkWithArrows(this.root, 'button:enabled', { oneStop: true });
  }

  /** At the present status, or where it cannot stay, at the first that may follow. */
  focus() {
    this.root.querySelector('button[tabindex="0"]')?.focus();
  }
}
