// Areas on the map page: which one is open in the panel at the right, which one is being drawn, and
// who is told. What the panel is made of is no part of the page's load; it is fetched when the first
// area is opened, and for who draws once the map stands and the line is free.
import { Emitter } from '../core/emitter.js';
import { $, button, el, icon, whenIdle } from '../core/dom.js';
import { giveBack } from '../core/focus.js';
import { clockTime, epochOf } from '../words/age.js';
import { AREA_LETTERS, AREA_TITLES } from '../words/areas.js';
import { timeOrDay } from '../words/clock.js';
import { areas } from './requests.js';

/** Resources move all the time: what is inside is counted at most so often. */
const COUNT_MS = 3000;
const WHERE_ASKED = 'Where is the middle of the circle?';

function tools() {
  return Promise.all([import('./form.js'), import('./drawing.js'), import('./view.js')]);
}

/** Events: `opened` {id}, `closed`, `drawing`, `incident` {id}, `report` {area_id, place} for a new incident. */
export class AreaDesk extends Emitter {
  /** @param {object} parts of the page: client, catalog, address, stage, panels, selection, pick, announcer, page */
  constructor(parts) {
    super();
    Object.assign(this, parts, { root: $('#area'), view: null, form: null });
    this.may = this.catalog.settings.viewer.may?.dispatch ?? false;
    this.address.on('moved', ({ area }) => this.#follow(area));
    this.client.on('dispatch', ({ changed }) => this.#heard(changed)).on('refreshed', ({ changed }) => this.#moved(changed));
    this.root.addEventListener('keydown', (event) => this.#key(event));
    $('#draw-area')?.addEventListener('click', () => this.draw());
  }

  /** What the address bar says when the page opens. */
  start() {
    if (this.address.state.area) this.#show(this.address.state.area, { reveal: true });
  }

  get id() {
    return this.address.state.area;
  }

  /** The key for the page's table. */
  get keys() {
    return this.may ? [{ key: 'a', group: 'On the map', title: 'Draw an area', run: () => this.draw() }] : [];
  }

  /** Show an area in the panel. `focus` moves the focus to its name, `reveal` the map to its shape. */
  open(id, { focus = true, reveal = false } = {}) {
    if (this.form && !this.#leaveForm()) return;
    const { area, selected, incident } = this.address.state;
    this.opener ??= document.activeElement;
    this.selection.drop();
    this.address.set({ area: id, selected: null }, { push: !area && !selected && !incident });
    this.#show(id, { focus, reveal });
  }

  /** Put the panel away; a form is asked first. */
  close() {
    if (this.form) this.#unwrite();
    else if (this.address.state.area) {
      this.closing = true;
      if (this.address.pushed) history.back();
      else this.#follow(null);
    }
  }

  /** Something else takes the place of the panel, such as an incident. */
  drop() {
    if (this.form || !this.id) return;
    this.address.set({ area: null });
    this.#hide();
  }

  /** Whether the panel is in sight. */
  get showing() {
    return !this.root.hidden;
  }

  /** Draw a new area, perhaps of a kind, perhaps for an incident {id, number, title}. */
  async draw({ incident = null, kind = null } = {}) {
    if (!this.may || this.form) return;
    if (this.address.state.selected) {
      this.selection.drop();
      this.address.set({ selected: null });
    }
    this.opener ??= document.activeElement;
    this.panels.turnTo('map');
    await this.#write({ incident, kind });
  }

  /** What a resource's detail says of the areas it is in; null when it is in none. */
  block({ dangers }) {
    if (!dangers?.length) return null;
    const line = ({ area, name, kind, since }) => el('p', {}, 'Inside ', `${kind} area `,
      button('name-link', () => this.open(area, { reveal: true }), name), ' since ',
      el('time', { title: clockTime(since) }, timeOrDay(epochOf(since), this.catalog.settings.zone)));
    return el('div', { class: 'in-danger', role: 'note' },
      icon('alarm', this.catalog.symbolsUrl), el('div', {}, dangers.map(line)));
  }

  async #show(id, { focus = false, reveal = false } = {}) {
    this.panels.turnTo('map');
    this.emit('opened', { id });
    this.root.hidden = false;
    const before = document.activeElement;
    try {
      const [area, { AreaView }] = await Promise.all([areas.one(id), import('./view.js')]);
      if (this.id !== id || this.form) return;
      this.View = AreaView;
      this.#draw(area);
      if (reveal || this.panels.phone || !this.#inSight(area)) this.#reveal(area);
      // whoever has begun to type elsewhere meanwhile goes on there
      if (focus && [before, document.body].includes(document.activeElement)) this.root.querySelector('h2').focus();
    } catch (problem) {
      if (this.id === id) this.#frame({ title: 'Area' }, el('p', { class: 'detail-body problem' }, problem.message));
    }
  }

  #draw(area) {
    this.view = new this.View(this.catalog, area)
      .on('edit', () => this.#edit()).on('removed', (gone) => this.#removed(gone))
      .on('chosen', ({ id }) => this.selection.set(id, { focus: true, reveal: true }))
      .on('incident', ({ id }) => this.emit('incident', { id }))
      .on('changed', (changed) => this.#head(changed))
      .on('report', (about) => this.#report(about));
    this.#frame({ ...area, title: area.name }, this.view.root);
  }

  // A new incident in the middle of the area; the panel makes room for its form.
  #report({ id, name, bounds: [west, south, east, north] }) {
    this.drop();
    this.emit('report', { area_id: id, place: name, lat: (south + north) / 2, lon: (west + east) / 2 });
  }

  async #edit() {
    await this.#write({ area: this.view.area });
    this.drawing?.fit(this.#covered);
  }

  async #write({ area = null, incident = null, kind = null }) {
    try {
      const [{ AreaForm }, { Drawing }, { AreaView }] = await tools();
      this.View = AreaView;
      this.drawing ??= new Drawing(this.stage, this.page, $('#stage'));
      if (!this.form) this.#begin(AreaForm, { area, incident, kind });
    } catch {
      this.announcer.say('The drawing tools could not be loaded. Try again when the line is back.');
    }
  }

  #begin(AreaForm, { area, incident, kind }) {
    if (!area) this.drawing.show(null);
    this.form = new AreaForm({
      catalog: this.catalog, drawing: this.drawing, area, incident, kind, incidents: [...this.client.dispatch.incidents.values()],
    }).on('closed', () => this.#unwrite()).on('saved', (saved) => this.#saved(saved)).on('pick', () => this.#pickMiddle())
      .on('drawn', () => this.drawing.fit(this.#covered));
    this.root.hidden = false;
    this.page.classList.add('writing-area');
    this.emit('drawing');
    this.#frame({ ...area, title: area ? `Change ${area.name}` : 'New area' }, this.form.root);
    this.form.focus();
  }

  #frame({ kind = null, title, kind_title: kindTitle }, content) {
    const mark = kind && el('span', { class: `area-mark ${kind}`, 'aria-hidden': 'true' }, AREA_LETTERS[kind]);
    this.root.replaceChildren(el('header', { class: 'detail-head' }, mark,
      el('div', { class: 'detail-title' }, el('h2', { tabIndex: -1, id: 'area-title' }, title),
        kind && el('p', { class: 'quietly' }, `${kindTitle ?? AREA_TITLES[kind]} area`)),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close the area', onclick: () => this.close() },
        icon('close', this.catalog.symbolsUrl))), content);
  }

  #head({ name }) {
    this.root.querySelector('h2').textContent = name;
  }

  #saved(area) {
    this.announcer.say(`Saved: ${area.name}.`);
    this.#endForm();
    this.address.set({ area: area.id, selected: null });
    this.emit('opened', { id: area.id });
    this.#draw(area);
    this.root.querySelector('h2').focus();
  }

  // Nothing that was typed or drawn is thrown away without a word.
  #leaveForm() {
    if (this.form.touched && !confirm('Throw away what you drew?')) return false;
    this.#endForm();
    return true;
  }

  #unwrite() {
    if (!this.#leaveForm()) return;
    if (this.view && this.id) this.#draw(this.view.area);
    else this.#hide();
  }

  #endForm() {
    this.form = null;
    this.drawing.end();
    this.page.classList.remove('writing-area');
  }

  #removed({ name }) {
    this.announcer.say(`Removed: ${name}.`);
    this.close();
  }

  #hide() {
    this.view = null;
    this.root.hidden = true;
    this.root.replaceChildren();
    this.emit('closed');
    if (this.opener) giveBack(this.opener, this.stage.map.getContainer());
    this.opener = null;
  }

  // The address changed by Back or by closing.
  #follow(id) {
    if (this.form) return;
    const closing = this.closing;
    this.closing = false;
    if (id && !closing) {
      if (id !== this.view?.area.id) this.#show(id);
      return;
    }
    if (this.address.state.area) this.address.set({ area: null });
    if (this.showing) this.#hide();
  }

  // An area changed: show it as it is. What is being written stays; saving tells who was first.
  async #heard(changed) {
    if (!this.view || this.form) return;
    const { id } = this.view.area;
    if (changed !== null && !changed.areas.includes(id)) return;
    try {
      const area = await areas.one(id);
      if (this.view?.area.id !== id || this.form) return;
      this.view.show(area);
      this.#head(area);
    } catch (problem) {
      if (this.view?.area.id === id) this.view.notice.fail(problem, () => this.#heard(null));
    }
  }

  #moved(changed) {
    this.#prepare();
    if (!this.view || this.waiting || (changed !== null && !changed.length)) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      if (!this.form) this.view?.inside.refresh();
    }, COUNT_MS);
  }

  // So that the form is there when somebody presses the key and goes on typing.
  #prepare() {
    if (this.prepared || !this.may) return;
    this.prepared = true;
    whenIdle(() => tools().catch(() => { this.prepared = false; }));
  }

  #key(event) {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  async #pickMiddle() {
    this.panels.turnTo('map');
    this.page.classList.add('picking');
    const position = await this.pick.ask(WHERE_ASKED);
    this.page.classList.remove('picking');
    this.form?.picked(position);
  }

  get #covered() {
    const { offsetWidth, offsetHeight } = this.root;
    return this.panels.phone ? { bottom: offsetHeight } : { right: offsetWidth };
  }

  #inSight({ bounds: [west, south, east, north] }) {
    return this.stage.map.getBounds().intersects([[south, west], [north, east]]);
  }

  #reveal({ bounds: [west, south, east, north] }) {
    const { right = 0, bottom = 0 } = this.#covered;
    this.stage.map.fitBounds([[south, west], [north, east]], {
      maxZoom: 13, paddingTopLeft: [40, 40], paddingBottomRight: [40 + right, 40 + bottom],
    });
  }
}
