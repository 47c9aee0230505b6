// The map on paper: the list as a plain table (the one on the screen has only the rows in sight),
// when it was printed, and how old it is.
import { el } from '../core/dom.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { decimal } from '../words/position.js';
import { plural } from '../words/numbers.js';
import { incidentFacts } from '../words/incidents.js';
import { dangerNames, dangerOf } from '../words/areas.js';
import { Legend } from './legend.js';
import { symbol } from './symbol.js';

/** More rows than this are a job for an export, not for a printer. */
const MOST_ROWS = 400;
const HEADINGS = ['Name', 'Status', 'Confirmed', 'Now', 'City', 'County', 'Place'];

export class Paper {
  constructor(root, parts) {
    Object.assign(this, { root }, parts);
    addEventListener('beforeprint', () => this.#write());
    addEventListener('afterprint', () => this.stage.resized());
  }

  /** Fetch what the printed list needs, then open the browser's dialog. */
  async print() {
    await this.summaries.load([...this.list.listed.slice(0, MOST_ROWS)]).catch(() => {});
    window.print();
  }

  #write() {
    const ids = [...this.list.listed];
    const legend = new Legend(this.catalog).root;
    legend.open = true;
    this.root.replaceChildren(
      el('p', {}, `Printed ${clockTime(Date.now() / 1000)}. ${plural(ids.length, 'resource')} listed`,
        ids.length > MOST_ROWS ? `, the first ${MOST_ROWS} below.` : '.'),
      legend, this.#incidents(), this.#table(ids.slice(0, MOST_ROWS)));
  }

  // The open incidents, the most urgent first, whatever part of the map is printed.
  #incidents() {
    const { incidents, types } = this.client.dispatch;
    const rows = [...incidents.values()].sort((a, b) => a.priority - b.priority || a.reported_at - b.reported_at);
    if (!rows.length) return '';
    const row = (incident) => el('tr', {}, el('th', { scope: 'row' }, incident.number), el('td', {}, String(incident.priority)),
      el('td', {}, types[incident.type]?.title ?? incident.type), el('td', {}, incident.status.replace('_', ' ')),
      el('td', {}, [incident.title, ...incidentFacts(incident, this.client.now())].join(', ')));
    return el('table', { class: 'table' },
      el('thead', {}, el('tr', {}, ['Incident', 'Priority', 'Type', 'Status', 'What and where'].map((title) => (
        el('th', { scope: 'col' }, title))))), el('tbody', {}, rows.map(row)));
  }

  #table(ids) {
    const rows = ids.map((id) => this.summaries.peek(id)).filter(Boolean);
    return el('table', { class: 'table' },
      el('thead', {}, el('tr', {}, HEADINGS.map((title) => el('th', { scope: 'col' }, title)))),
      el('tbody', {}, rows.map((resource) => this.#row(resource))));
  }

  #row(resource) {
    const { kind, status, name, confirmed_at: confirmed, summary, city, county, lat, dangers } = resource;
    return el('tr', {},
      el('th', { scope: 'row' }, symbol(this.catalog, { kind, status, danger: dangerOf(dangers) }), ` ${name}`),
      el('td', {}, this.catalog.status(kind, status).title),
      el('td', {}, confirmed ? agoInWords(Date.now() / 1000 - epochOf(confirmed)) : 'never'),
      el('td', {}, [dangerNames(dangers), summary].filter(Boolean).join(' · ')),
      el('td', {}, city ?? ''), el('td', {}, county?.name ?? county ?? ''),
      el('td', {}, typeof lat === 'number' ? decimal(resource) : 'not on the map'));
  }
}
