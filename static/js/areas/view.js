// One area in the panel: what it is, since when, what is in it, and what can be done about it.
import { Emitter } from '../core/emitter.js';
import { ApiError } from '../core/api.js';
import { button, el } from '../core/dom.js';
import { Notice } from '../ui/notice.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { timeOrDay } from '../words/clock.js';
import { extentInWords } from '../words/distance.js';
import { InsideBlock } from './inside-block.js';
import { areas } from './requests.js';

const SENSITIVITY = { restricted: 'Signed-in staff only', confidential: 'Named roles only', public: 'Everybody sees it' };
const ago = (moment) => agoInWords(Date.now() / 1000 - epochOf(moment));

/** Events: `edit`, `changed` area, `removed`, `chosen` {id}, `incident` {id}, `report` area (new incident). */
export class AreaView extends Emitter {
  constructor(catalog, area) {
    super();
    Object.assign(this, { catalog, zone: catalog.settings.zone });
    this.notice = new Notice(catalog);
    this.inside = new InsideBlock(catalog, area).on('chosen', (one) => this.emit('chosen', one));
    this.facts = el('div', { class: 'area-facts' });
    this.actions = el('footer', { class: 'detail-actions in-a-row' });
    this.root = el('div', { class: 'area-view' }, this.notice.root,
      el('div', { class: 'detail-body' }, this.facts, this.inside.root), this.actions);
    this.show(area);
  }

  /** The area as it is now; what is inside is counted again when its shape is another one. */
  show(area) {
    const moved = this.area && JSON.stringify(this.area.geometry) !== JSON.stringify(area.geometry);
    this.area = area;
    this.facts.replaceChildren(this.#times(), ...this.#about());
    this.actions.replaceChildren(...this.#buttons());
    this.actions.hidden = !this.actions.childElementCount;
    if (moved) this.inside.refresh();
  }

  #time(moment) {
    return el('time', { title: `${clockTime(moment)}, ${ago(moment)}` }, timeOrDay(epochOf(moment), this.zone));
  }

  #times() {
    const { state, starts_at: start, ends_at: end } = this.area;
    const since = { planned: ['Begins at ', this.#time(start)], 'in force': ['Since ', this.#time(start), `, ${ago(start)}`] };
    const until = end ? [state === 'over' ? 'ended at ' : 'until ', this.#time(end)] : ['until further notice'];
    return el('p', {}, el('strong', { class: 'status-now' }, { planned: 'Planned', 'in force': 'In force', over: 'Over' }[state]),
      el('br'), ...(since[state] ?? ['From ', this.#time(start)]), ', ', ...until);
  }

  #about() {
    const { incident, notes, sq_km: sqKm, sensitivity, agency, created_by: by } = this.area;
    const drawn = [by && `drawn by ${by}`, agency?.name].filter(Boolean).join(', ');
    return [
      incident ? el('p', {}, 'For ', button('name-link', () => this.emit('incident', incident),
        `${incident.number} ${incident.title}`), incident.status === 'closed' ? ' (closed)' : '') : null,
      notes ? el('p', { class: 'notes' }, notes) : null,
      this.#places(),
      el('p', { class: 'quietly' }, [extentInWords(sqKm), SENSITIVITY[sensitivity], drawn].filter(Boolean).join(' · ')),
    ].filter(Boolean);
  }

  // Who is staff plans where its people go.
  #places() {
    const { id, state } = this.area;
    if (state === 'over' || !this.catalog.isStaff) return null;
    return el('p', {}, el('a', { href: `/place/area/${id}` }, 'Find places for its people'));
  }

  #buttons() {
    const { editable, state } = this.area;
    if (!editable) return [];
    return [
      button('button', () => this.emit('edit'), 'Change'),
      state === 'in force' ? button('button', () => this.#end(), 'End now') : null,
      button('button', () => this.emit('report', this.area), 'New incident'),
      button('button danger', () => this.#ask(), 'Remove'),
    ].filter(Boolean);
  }

  async #end() {
    const { id, version, ends_at: before } = this.area;
    const ended = await this.#write(() => areas.change(id, version, { ends_at: 'now' }), () => this.#end());
    if (ended) {
      this.notice.say('Ended. Nothing inside is flagged any more.', {
        title: 'Undo',
        run: () => this.#write(() => areas.change(id, ended.version, { ends_at: before }), () => {}),
      });
    }
  }

  async #write(request, again) {
    try {
      const area = await request();
      this.notice.clear();
      this.show(area);
      this.emit('changed', area);
      return area;
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      if (problem.code === 'conflict') this.show(problem.data.current);
      this.notice.fail(problem, again);
      return null;
    }
  }

  // Removing is for what was drawn by mistake; it asks why.
  #ask() {
    const reason = el('input', { id: 'area-reason', type: 'text', required: true, autocomplete: 'off' });
    const form = el('form', {
      class: 'banner removing', onsubmit: (event) => { event.preventDefault(); this.#remove(reason.value); },
    }, el('label', { for: reason.id }, 'Why is it removed? The journal keeps it. What is over is better ended.'), reason,
    el('div', { class: 'row-of-buttons' }, el('button', { type: 'submit', class: 'button danger' }, 'Remove the area'),
      button('button', () => this.notice.clear(), 'Keep it')));
    this.notice.show(form);
    reason.focus();
  }

  async #remove(reason) {
    const { id, version } = this.area;
    try {
      await areas.remove(id, version, reason);
      this.emit('removed', this.area);
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      this.notice.fail(problem, () => this.#ask());
    }
  }
}
