// A board on the wall: nobody scrolls there. As many rows as fit stand at once, in the order of the
// board; what is left over comes page by page at a stated pace that can be stopped.
import { el } from '../core/dom.js';

export const PAGE_SECONDS = 15;
const TICK_MS = 1_000;

/** Which rows stand together: [first, last) of each page, by their heights and the room there is. */
export function pagesOf(heights, room) {
  const pages = [];
  let first = 0;
  let used = 0;
  heights.forEach((height, i) => {
    if (i > first && used + height > room) {
      pages.push([first, i]);
      first = i;
      used = 0;
    }
    used += height;
  });
  pages.push([first, heights.length]);
  return pages;
}

/** "14:02:31" there, and the name of that zone at this moment. */
export function clockWords(epoch, zone) {
  const parts = (options) => new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...options })
    .formatToParts(epoch * 1000);
  const of = (name, from) => from.find(({ type }) => type === name)?.value ?? '';
  const time = parts({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return {
    time: ['hour', 'minute', 'second'].map((name) => of(name, time)).join(':'),
    zone: of('timeZoneName', parts({ hour: '2-digit', timeZoneName: 'short' })),
    day: parts({ weekday: 'short', month: 'short', day: 'numeric' }).map(({ value }) => value).join(''),
  };
}

export class Wall {
  /** @param {{sheet, box, now, zone, version}} parts `now()` by the server's clock */
  constructor({ sheet, box, now, zone, version }) {
    Object.assign(this, { sheet, box, now, zone, version, page: 0, left: PAGE_SECONDS, paused: false });
    this.clock = document.getElementById('wall-clock');
    this.told = document.getElementById('wall-page');
    this.progress = document.getElementById('wall-progress');
    this.calm = matchMedia('(prefers-reduced-motion: reduce)');
    this.pause = el('button', { type: 'button', class: 'button', onclick: () => this.toggle() }, 'Stop turning');
    this.words = el('span');
    this.told.append(this.words, ' ', this.pause);
    new ResizeObserver(() => this.fit()).observe(box);
    setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /** Hold the page that is shown, or go on. */
  toggle() {
    this.paused = !this.paused;
    this.pause.textContent = this.paused ? 'Turn pages' : 'Stop turning';
    this.#tell();
  }

  /** Go a page on (or back). */
  turn(by = 1) {
    this.left = PAGE_SECONDS;
    this.page = (this.page + by + this.pages.length) % this.pages.length;
    this.#show();
  }

  /** The rows have changed, or the screen: which of them stand together? */
  fit() {
    const { rows, head } = this.sheet;
    for (const row of this.sheet.table.querySelectorAll('tbody tr')) row.hidden = false;
    const room = this.box.clientHeight - head.offsetHeight;
    this.pages = pagesOf(rows.map((row) => row.offsetHeight + this.#headingOf(row)), room);
    this.page = Math.min(this.page, this.pages.length - 1);
    this.#show();
  }

  /** A new version of MERIS was installed: its page is another one. */
  versionIs(version) {
    if (version && version !== this.version) location.reload();
  }

  #headingOf(row) {
    const before = row.previousElementSibling;
    return before?.classList.contains('group') ? before.offsetHeight : 0;
  }

  #show() {
    const [first, last] = this.pages[this.page];
    this.sheet.rows.forEach((row, i) => { row.hidden = i < first || i >= last; });
    for (const body of this.sheet.table.tBodies) {
      const heading = body.querySelector('.group');
      if (heading) heading.hidden = ![...body.querySelectorAll('tr[data-id]')].some((row) => !row.hidden);
    }
    this.#tell();
  }

  #tick() {
    const { time, zone, day } = clockWords(this.now(), this.zone);
    this.clock.replaceChildren(el('span', { class: 'day' }, day), ' ', el('b', {}, time), ' ',
      el('span', { class: 'zone' }, zone));
    if (!this.pages || this.pages.length < 2 || this.paused) return;
    this.left -= 1;
    if (this.left <= 0) this.turn();
    else this.#tell();
  }

  #tell() {
    const many = this.pages.length > 1;
    this.told.hidden = !many;
    this.progress.hidden = !many || this.calm.matches;
    if (!many) return;
    const pace = this.paused ? 'held' : `next in ${this.left} s`;
    const [first, last] = this.pages[this.page];
    const [page, all] = [this.page + 1, this.pages.length];
    this.words.textContent = `${first + 1}–${last} of ${this.pages.at(-1)[1]} · page ${page} of ${all}, ${pace}`;
    this.progress.firstElementChild.style.width = `${((PAGE_SECONDS - this.left) / PAGE_SECONDS) * 100}%`;
  }
}
