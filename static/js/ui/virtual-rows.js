// A long list of equally high rows of which only those in sight exist. Keyboard: up, down, page,
// Home, End walk; Enter chooses. The row that has the focus keeps it while data arrives.
import { Emitter } from '../core/emitter.js';
import { framed } from '../core/dom.js';

const SPARE = 8;
/** Browsers lose count of taller boxes than this. */
const TALLEST_PX = 8_000_000;

function same(some, others) {
  return some.length === others.length && some.every((id, i) => id === others[i]);
}

/** Event: `chosen` id. */
export class VirtualRows extends Emitter {
  /** @param {HTMLElement} box scrolls; @param {{make(id, index), wanted(ids)}} options */
  constructor(box, { make, wanted }) {
    super();
    Object.assign(this, { box, make, wanted, ids: [], active: 0, drawn: new Map() });
    this.space = box.firstElementChild;
    const draw = framed(() => this.#draw());
    box.addEventListener('scroll', draw, { passive: true });
    new ResizeObserver(() => {
      this.height = null; // a phone has higher rows
      draw();
    }).observe(box);
    box.addEventListener('click', (event) => this.#click(event));
    box.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Show these ids; the scroll position stays, and so does everything when they are the same. */
  show(ids) {
    if (same(this.ids, ids) && this.drawn.size) return;
    this.ids = ids;
    this.active = Math.min(this.active, Math.max(0, ids.length - 1));
    this.box.closest('[role="grid"]')?.setAttribute('aria-rowcount', String(ids.length + 1));
    this.redraw();
  }

  /** Make the rows in sight anew, or only those of some ids. */
  redraw(ids = null) {
    const focused = this.space.contains(document.activeElement);
    const old = ids && new Set(ids);
    for (const [i, element] of this.drawn) {
      if (old && !old.has(Number(element.dataset.id))) continue;
      element.remove();
      this.drawn.delete(i);
    }
    this.#draw();
    if (focused) this.focus();
  }

  toTop() {
    this.box.scrollTop = 0;
    this.active = 0;
  }

  focus() {
    this.#scrollTo(this.active);
    this.#draw();
    this.drawn.get(this.active)?.focus({ preventScroll: true });
  }

  /** The element of the row at hand; undefined where it is out of sight. */
  get at() {
    return this.drawn.get(this.active);
  }

  get #rowHeight() {
    this.height ??= parseFloat(getComputedStyle(this.box).getPropertyValue('--row-height')) || 32;
    return this.height;
  }

  #draw() {
    const height = this.#rowHeight;
    this.space.style.height = `${Math.min(TALLEST_PX, this.ids.length * height)}px`;
    const first = Math.max(0, Math.floor(this.box.scrollTop / height) - SPARE);
    const last = Math.min(this.ids.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / height) + SPARE);
    this.#drop(first, last);
    for (let i = first; i < last; i++) if (!this.drawn.has(i)) this.#place(i, height);
    this.drawn.forEach((element, i) => { element.tabIndex = i === this.active ? 0 : -1; });
    if (last > first) this.wanted([...this.ids.slice(first, last)]);
  }

  #drop(first, last) {
    for (const [i, element] of this.drawn) {
      if (i >= first && i < last) continue;
      if (element === document.activeElement) this.box.focus({ preventScroll: true });
      element.remove();
      this.drawn.delete(i);
    }
  }

  #place(i, height) {
    const element = this.make(this.ids[i], i);
    element.style.transform = `translateY(${i * height}px)`;
    this.drawn.set(i, element);
    this.space.append(element);
  }

  #click(event) {
    const element = event.target.closest('[role="row"]');
    if (!element) return;
    const [i] = [...this.drawn].find(([, drawn]) => drawn === element) ?? [];
    if (i !== undefined) this.active = i;
    this.emit('chosen', Number(element.dataset.id));
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.#rowHeight) - 1);
    const to = {
      ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page,
      PageUp: this.active - page, Home: 0, End: this.ids.length - 1,
    }[event.key];
    if (to !== undefined && this.ids.length) {
      this.active = Math.max(0, Math.min(this.ids.length - 1, to));
      this.focus();
    } else if (event.key === 'Enter' && this.ids.length) this.emit('chosen', this.ids[this.active]);
    else return;
    event.preventDefault();
  }

  #scrollTo(i) {
    const height = this.#rowHeight;
    const { scrollTop, clientHeight } = this.box;
    if (i * height < scrollTop) this.box.scrollTop = i * height;
    else if ((i + 1) * height > scrollTop + clientHeight) this.box.scrollTop = (i + 1) * height - clientHeight;
  }
}
