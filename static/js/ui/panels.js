// Which panels are open, how high the list is, and on a phone which one sheet covers the map.
import { $ } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';

const LEAST_LIST_PX = 96;
const STEP_PX = 32;
const PHONE = matchMedia('(width <= 720px)');
/** With both rail and panel open a tablet has no map left: it begins without the rail. */
const TABLET = matchMedia('(width <= 900px)');

export class Panels {
  constructor(page) {
    this.page = page;
    this.handle = $('[data-resize]', page);
    this.open = recall('panels', { rail: !TABLET.matches, list: true });
    this.height = recall('list.height', 264);
    this.sheet = 'map';
    for (const button of page.querySelectorAll('[data-toggle]')) {
      button.addEventListener('click', () => this.toggle(button.dataset.toggle));
    }
    for (const button of page.querySelectorAll('[data-sheet]')) {
      button.addEventListener('click', () => this.turnTo(button.dataset.sheet));
    }
    PHONE.addEventListener('change', () => this.#apply());
    this.#resizing();
    this.#apply();
  }

  get phone() {
    return PHONE.matches;
  }

  /** Open or close the rail or the list; on a phone, turn to it or back to the map. */
  toggle(name) {
    if (this.phone) this.turnTo(this.sheet === name ? 'map' : name);
    else this.#set(name, !this.open[name]);
  }

  /** Make sure that it can be seen. */
  reveal(name) {
    if (this.phone) this.turnTo(name);
    else if (!this.open[name]) this.#set(name, true);
  }

  /** On a phone: the map, the rail or the list fills the screen. */
  turnTo(sheet) {
    this.sheet = sheet;
    this.#apply();
  }

  #set(name, open) {
    this.open = { ...this.open, [name]: open };
    remember('panels', this.open);
    this.#apply();
  }

  #apply() {
    const shown = this.phone
      ? { rail: this.sheet === 'rail', list: this.sheet === 'list' } : this.open;
    this.page.classList.toggle('no-rail', !shown.rail);
    this.page.classList.toggle('no-list', !shown.list);
    this.page.dataset.sheet = this.sheet;
    this.page.dataset.panels = 'known'; // until then the style sheet guesses by the width
    this.page.style.setProperty('--list-height', `${this.height}px`);
    for (const button of this.page.querySelectorAll('[data-toggle]')) {
      button.setAttribute('aria-expanded', String(shown[button.dataset.toggle]));
    }
    for (const button of this.page.querySelectorAll('[data-sheet]')) {
      button.setAttribute('aria-pressed', String(button.dataset.sheet === this.sheet));
    }
  }

  // The edge of the list can be dragged, and moved with the arrow keys.
  #resizing() {
    this.handle.addEventListener('pointerdown', (event) => this.#drag(event));
    this.handle.addEventListener('keydown', (event) => {
      const step = { ArrowUp: STEP_PX, ArrowDown: -STEP_PX }[event.key];
      if (!step) return;
      event.preventDefault();
      this.#setHeight(this.height + step);
    });
  }

  #drag(event) {
    const bottom = this.page.getBoundingClientRect().bottom;
    const move = ({ clientY }) => this.#setHeight(bottom - clientY);
    this.handle.setPointerCapture(event.pointerId);
    this.handle.addEventListener('pointermove', move);
    this.handle.addEventListener('lostpointercapture', () => {
      this.handle.removeEventListener('pointermove', move);
    }, { once: true });
  }

  #setHeight(height) {
    const most = this.page.clientHeight * 0.75;
    this.height = Math.round(Math.max(LEAST_LIST_PX, Math.min(most, height)));
    this.handle.setAttribute('aria-valuenow', String(this.height));
    remember('list.height', this.height);
    this.#apply();
  }
}
