// The dispatcher's desk on the map page: which incident is in hand, what the panel shows of it, and
// who is told. Everything that begins here can also be begun by a key or the command bar.
import { Emitter } from '../core/emitter.js';
import { $ } from '../core/dom.js';
import { giveBack } from '../core/focus.js';
import { recall, remember } from '../core/storage.js';
import { now, setAhead } from './ages.js';
import { Glossary } from './glossary.js';
import { IncidentList } from './incident-list.js';
import { InHand } from './in-hand.js';
import { MapMenu } from './map-menu.js';
import { IncidentPanel } from './panel.js';
import { Spot } from './spot.js';
import { UnitBlock } from './unit-block.js';

const IN_HAND = 'incident.in-hand';
/** What one had in hand yesterday is not what one has in hand today. */
const IN_HAND_S = 12 * 3600;
const WHERE_ASKED = 'Where did it happen?';
/** What the help calls the groups of keys. */
const [DISPATCH, IN_INCIDENT, IN_UNIT] = ['Incidents', 'In an incident', 'In a unit'];

/** Events: `opened` {id}, `handed` {id}, `closed`, `draw` {incident}, `area` {id}. */
export class Desk extends Emitter {
  /**
   * @param {object} parts of the page: client, catalog, address, stage, panels, selection, detail, list,
   *   pick, summaries, announcer, page
   */
  constructor(parts) {
    super();
    Object.assign(this, parts);
    this.incidents = new Map();
    this.glossary = new Glossary(this.catalog);
    this.panel = this.#panel();
    this.chip = new InHand($('#in-hand'), this.glossary).on('open', ({ id }) => this.open(id, { focus: true }));
    this.table = new IncidentList($('#list'), this.glossary, this.list)
      .on('chosen', ({ id }) => this.open(id, { focus: true })).on('asked', () => this.newIncident());
    this.menu = new MapMenu($('#stage'), this.stage, this.glossary.may.dispatch)
      .on('incident', (point) => this.newIncident(point));
    this.spot = new Spot(this.stage);
    this.units = this.#unitBlock();
    this.address.on('moved', ({ incident }) => this.#follow(incident));
    this.client.on('dispatch', (news) => this.#heard(news)).on('connection', ({ ahead }) => setAhead(ahead ?? 0));
    for (const id of ['new-incident', 'new-incident-phone']) $(`#${id}`)?.addEventListener('click', () => this.newIncident());
  }

  /** What the address bar says when the page opens, and what was in hand before. */
  start() {
    const { id, at } = recall(IN_HAND, {});
    if (id && now() - at < IN_HAND_S) this.#take(id);
    if (this.client.dispatch) this.#heard({ ...this.client.dispatch, changed: null });
    if (this.address.state.incident) this.#show(this.address.state.incident, { reveal: true });
  }

  /** The incident in hand {id, number, title, type, priority, status, …}, or null. */
  get inHand() {
    return this.handed?.number ? this.handed : null;
  }

  /** Its id, from the moment that somebody takes it: its facts may still be on their way. */
  get idInHand() {
    return this.handed?.id ?? null;
  }

  /** Open incidents as the board has them. */
  get others() {
    return [...this.incidents.values()];
  }

  /** Take an incident in hand and show it. `focus` moves the focus to its title. */
  open(id, { focus = false } = {}) {
    const { incident, selected } = this.address.state;
    this.opener ??= document.activeElement;
    this.selection.drop();
    this.address.set({ incident: id, selected: null }, { push: !incident && !selected });
    return this.#show(id, { focus, reveal: true });
  }

  /** Put the panel away; the incident stays in hand. */
  close() {
    if (this.panel.form) {
      this.#unwrite();
      return;
    }
    if (!this.address.state.incident) return;
    this.closing = true;
    if (this.address.pushed) history.back();
    else this.#follow(null);
  }

  /** Write down a new one: {type, place, lat, lon, resource_id, area_id, parent_id}. */
  newIncident(known = {}) {
    if (!this.glossary.may.dispatch) return;
    if (this.address.state.selected) {
      this.selection.drop();
      this.address.set({ selected: null });
    }
    this.opener ??= document.activeElement;
    this.panels.turnTo('map');
    this.panel.write(known);
  }

  /** Choose exactly these units for the incident in hand; Enter or `s` sends them. */
  async select(unitIds) {
    const incident = this.inHand;
    if (!incident) return;
    await this.open(incident.id);
    await this.summaries.load(unitIds).catch(() => {});
    this.panel.view.recommend.only(unitIds.map((id) => this.#pick(id)));
  }

  /** The run card's picks; the focus goes to the button that sends them. */
  sendPicks() {
    this.panel.view.recommend.card();
  }

  send() {
    this.panel.view.recommend.dispatch();
  }

  reserve() {
    this.panel.view.recommend.hold();
  }

  log() {
    this.panel.view.log.focus();
  }

  /** The keys of the panels, for the page's table. */
  get keys() {
    const list = [{ key: 'i', group: DISPATCH, title: 'Incidents, as a list', run: () => this.toList() }];
    if (!this.glossary.may.dispatch) return list;
    const key = (letter, title, run, when) => ({ key: letter, title, run, when, group: IN_INCIDENT });
    const when = () => this.panel.showing && this.panel.view.editable;
    const unit = () => this.units.sendable(this.selection.id);
    return [
      { key: 'n', group: DISPATCH, title: 'New incident', run: () => this.newIncident() }, ...list,
      key('c', 'Choose what the run card says; Enter sends it', () => this.sendPicks(), when),
      key('s', 'Send the chosen units', () => this.send(), when),
      key('r', 'Reserve the chosen units', () => this.reserve(), when),
      key('e', 'All that were sent are en route', () => this.panel.view.allEnRoute(), when),
      key('g', 'Write in the log', () => this.log(), when),
      key('x', 'Close it', () => this.panel.view.askToClose(), when),
      { key: 's', group: IN_UNIT, title: 'Send it to the incident in hand', when: unit, run: () => this.units.send() },
      { key: 'r', group: IN_UNIT, title: 'Reserve it for the incident in hand', when: unit, run: () => this.units.reserve() },
    ];
  }

  /** Turn to the list of incidents. */
  toList() {
    this.panels.reveal('list');
    this.table.focus();
  }

  /** What a resource's detail says about work, and what can be begun from there. */
  block(detail) {
    if (detail.kind === 'unit') return this.units.of(detail);
    return null;
  }

  #pick(id) {
    const { name = `Unit ${id}`, type, status } = this.summaries.peek(id) ?? {};
    return { unit_id: id, name, unit_type: type, status, reasons: ['chosen by hand'] };
  }

  #panel() {
    const unit = ({ id }) => this.selection.set(id, { focus: true, reveal: true });
    return new IncidentPanel($('#incident'), this.glossary, () => this.others)
      .on('closed', () => this.close()).on('unwritten', () => this.#unwrite())
      .on('goto', ({ lat, lon }) => this.stage.goTo({ lat, lon, zoom: 15 }))
      .on('incident', ({ id }) => this.open(id, { focus: true })).on('unit', unit)
      .on('draw', (incident) => this.emit('draw', { incident })).on('area', (area) => this.emit('area', area))
      .on('child', ({ id }) => this.newIncident({ parent_id: id })).on('said', (words) => this.announcer.say(words))
      .on('drawn', (detail) => this.#drawn(detail))
      .on('made', (detail) => this.#made(detail)).on('open', ({ id }) => this.open(id, { focus: true }))
      .on('pick', () => this.#pickPlace()).on('seen', (place) => this.spot.show(place, this.#covered));
  }

  #unitBlock() {
    return new UnitBlock(this.glossary, () => this.inHand)
      .on('incident', ({ id }) => this.open(id, { focus: true })).on('moved', () => this.detail.refresh())
      .on('instead', async ({ picks }) => {
        await this.open(this.inHand.id, { focus: true });
        this.panel.view.recommend.add(picks);
      });
  }

  // Rows replace by id; what the panel shows is asked for anew where something of it moved.
  #heard({ types, incidents, assignments, changed }) {
    this.glossary.learn(types);
    this.incidents = incidents;
    this.assignments = assignments;
    const mine = this.handed && incidents.get(this.handed.id);
    if (mine) this.#hand({ ...this.handed, ...mine });
    this.table.show(this.others);
    const { view } = this.panel;
    if (view && this.#touches(view, changed)) view.hear(incidents.get(view.id), this.#linesOf(view.id));
    if (this.units.unit && this.selection.id === this.units.unit.id && this.#works(changed)) this.units.refresh();
  }

  #touches({ id, detail }, changed) {
    if (changed === null) return true;
    const known = new Set(detail?.assignments.map((line) => line.id) ?? []);
    return changed.incidents.includes(id)
      || changed.assignments.some((one) => known.has(one) || this.assignments.get(one)?.incident === id)
      || changed.areas.length > 0;
  }

  #linesOf(id) {
    return [...this.assignments.values()].filter(({ incident }) => incident === id);
  }

  #works(changed) {
    return changed === null || changed.assignments.length > 0;
  }

  async #show(id, { focus = false, reveal = false } = {}) {
    this.#take(id);
    this.panels.turnTo('map');
    this.spot.show(null);
    this.table.select(id);
    this.emit('opened', { id });
    this.sought = reveal ? id : null;
    await this.panel.show(id, { focus });
  }

  #drawn({ incident }) {
    this.#hand(incident);
    if (this.sought !== incident.id) return;
    this.sought = null;
    if (incident.lat !== null) this.stage.reveal(incident, this.#covered);
  }

  // How much of the map the panel covers: its right side, on a phone its lower part.
  get #covered() {
    const { offsetWidth, offsetHeight } = this.panel.root;
    return this.panels.phone ? { bottom: offsetHeight } : { right: offsetWidth };
  }

  // The address changed by Back or by closing.
  #follow(id) {
    const closing = this.closing;
    this.closing = false;
    if (closing && id) this.address.set({ incident: null });
    if (id && !closing) {
      if (id !== this.panel.view?.id || this.panel.form) this.#show(id);
      return;
    }
    if (this.address.state.incident) this.address.set({ incident: null });
    this.panel.hide();
    this.table.select(null);
    this.emit('closed');
    this.#return();
  }

  #return() {
    if (this.opener) giveBack(this.opener, this.stage.map.getContainer());
    this.opener = null;
  }

  // At once, with what the board knows: who types on must not reach what was in hand before.
  #take(id) {
    if (this.idInHand === id) return;
    const known = this.incidents.get(id);
    if (known) this.#hand(known);
    else this.#turn({ id });
  }

  #hand(incident) {
    remember(IN_HAND, { id: incident.id, at: now() });
    this.#turn(incident);
  }

  #turn(incident) {
    const before = this.idInHand;
    this.handed = incident;
    this.chip.show(this.inHand);
    this.units.draw();
    if (before !== incident.id) this.emit('handed', { id: incident.id });
  }

  #unwrite() {
    this.spot.show(null);
    if (!this.panel.unwrite()) this.#return();
    else this.panel.view.focus();
  }

  #made({ incident }) {
    this.announcer.say(`${incident.number} is open: ${incident.title}.`);
    this.panel.forget();
    this.open(incident.id, { focus: true });
  }

  async #pickPlace() {
    this.panels.turnTo('map');
    this.page.classList.add('picking');
    const position = await this.pick.ask(WHERE_ASKED);
    this.page.classList.remove('picking');
    this.panel.form?.picked(position);
  }
}
