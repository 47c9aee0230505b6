// The list of rows: its filters, pages and search turn without the page being loaded anew.
import { $, settled } from '../core/dom.js';
import { look, Trouble } from './steps.js';
import { take } from './swap.js';

const SEARCH_PAUSE_MS = 250;

export class Listing {
  #asking = null;

  /** @param {() => void} drawn the list was drawn anew; @param {(trouble) => void} failed */
  constructor({ drawn, failed }) {
    Object.assign(this, { drawn, failed });
    document.addEventListener('click', (event) => this.#click(event));
    document.addEventListener('submit', (event) => this.#submit(event));
    const search = settled((form) => this.#search(form), SEARCH_PAUSE_MS);
    document.addEventListener('input', ({ target }) => {
      if (target.matches('[data-search] input[type=search]')) search(target.form);
    });
    addEventListener('popstate', () => this.turn(location.href, { keep: false }));
  }

  /** Show what another address of this page lists. */
  async turn(url, { keep = true, replace = false } = {}) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const page = await look(url, { signal });
      if (keep) history[replace ? 'replaceState' : 'pushState'](null, '', url);
      take(page, ['changes']);
      this.drawn();
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      if (!(problem instanceof Trouble)) throw problem;
      this.failed(problem, () => this.turn(url, { keep, replace }));
    }
  }

  #click(event) {
    const link = event.target.closest('a[href*="#changes"], a[data-turn]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !$('#changes')) return;
    const url = new URL(link.href);
    if (url.pathname !== location.pathname) return;
    event.preventDefault();
    const inside = Boolean(link.closest('#changes'));
    const shown = $('[data-search] input[name=show]');
    if (shown) shown.value = url.searchParams.get('show') ?? '';
    this.turn(url.href).then(() => {
      if (!inside) $('#changes').scrollIntoView({ block: 'start' });
    });
  }

  #submit(event) {
    if (!event.target.matches('[data-search]')) return;
    event.preventDefault();
    this.#search(event.target);
  }

  #search(form) {
    const url = new URL(location.pathname, location.href);
    url.search = new URLSearchParams(new FormData(form));
    if (url.search !== location.search) this.turn(url.href, { replace: true });
  }
}
