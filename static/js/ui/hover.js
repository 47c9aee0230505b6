// What a symbol or a ring is, beside it, while the pointer or the focus is on it.
import { el } from '../core/dom.js';
import { agoInWords, epochOf } from '../words/age.js';
import { plural } from '../words/numbers.js';
import { areaParts, dangerInWords, dangerNames } from '../words/areas.js';
import { incidentFacts } from '../words/incidents.js';
import { mixInWords } from '../map/ring.js';

const PAUSE_MS = 90;

export class Hover {
  /** @param {HTMLElement} box the stage; @param {Summaries} summaries; @param {function(): number} now */
  constructor(box, catalog, summaries, now) {
    Object.assign(this, { box, catalog, summaries, now });
    this.root = el('div', { class: 'hover', role: 'tooltip', hidden: true });
    box.append(this.root);
    document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') this.hide(); });
  }

  /** @param {?{item: object, element: HTMLElement}} target null when it is left; also `incident` or `area` */
  point(target) {
    clearTimeout(this.timer);
    if (!target) this.hide();
    else this.timer = setTimeout(() => this.#show(target), PAUSE_MS);
  }

  hide() {
    this.target = null;
    this.root.hidden = true;
  }

  async #show(target) {
    this.target = target;
    if (!target.item) this.#draw(this.#ofBoard(target));
    else if (target.item.count) this.#draw(this.#cluster(target.item));
    else await this.#point(target);
  }

  async #point(target) {
    const { id } = target.item;
    await this.summaries.load([id]).catch(() => {});
    const summary = this.summaries.peek(id);
    if (this.target === target && summary) this.#draw(this.#resource(summary, target.item));
  }

  // The first words are what it is, the rest what is known of it.
  #ofBoard({ incident, area }) {
    const [head, ...facts] = incident ? [incident.title, ...incidentFacts(incident, this.now())]
      : areaParts(area, this.now());
    return [el('strong', {}, head), el('div', {}, facts.join(', '))];
  }

  #cluster({ count, mix, danger }) {
    return [el('strong', {}, plural(count, 'resource')),
      danger ? el('div', { class: 'endangered' }, `${plural(danger, 'resource')} in a danger area`) : null,
      ...mixInWords(this.catalog, mix).map((line) => el('div', {}, line))].filter(Boolean);
  }

  #resource({ kind, name, status, summary, confirmed_at: confirmed, dangers = [] }, { danger }) {
    const age = confirmed ? agoInWords(Date.now() / 1000 - epochOf(confirmed)) : 'never confirmed';
    return [el('strong', {}, name),
      el('div', {}, [this.catalog.status(kind, status).title, age].join(' · ')),
      danger ? el('div', { class: 'endangered' }, dangerNames(dangers) ?? dangerInWords(danger)) : null,
      summary ? el('div', { class: 'quietly' }, summary) : null].filter(Boolean);
  }

  // Above the symbol, or below it where the edge of the map is near.
  #draw(lines) {
    if (!this.target.element.isConnected) return;
    this.root.replaceChildren(...lines);
    this.root.hidden = false;
    const box = this.box.getBoundingClientRect();
    const at = this.target.element.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const left = at.left + at.width / 2 - box.left - width / 2;
    const above = at.top - box.top - height - 6;
    this.root.style.left = `${Math.max(8, Math.min(box.width - width - 8, left))}px`;
    this.root.style.top = `${above > 8 ? above : at.bottom - box.top + 6}px`;
  }
}
