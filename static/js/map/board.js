// What dispatchers have on the map: incidents, areas, the lines to the units of the incident in
// hand, and holes in the cover. Each can be switched off; who is told what is decided here.
import { Emitter } from '../core/emitter.js';
import { AreaShapes } from './area-shapes.js';
import { Cover, holeInShort } from './cover.js';
import { IncidentMarks } from './incidents.js';
import { Links } from './links.js';

/** Incidents turn overdue and areas begin by the clock. */
const TICK_MS = 5_000;

/**
 * Events: `incident` {id}, `area` {id}, `pointed` {incident or area, element} or null,
 * `told` {incidents, unplaced, asPoints} numbers, {areas, holes} rows for the rail.
 */
export class BoardLayers extends Emitter {
  /**
   * @param {{client, stage, basemap, symbolsUrl: string, isStaff: boolean}} parts; `titleOf(type)`
   *   the title of a type of unit
   */
  constructor({ client, stage, basemap, symbolsUrl, titleOf, isStaff }) {
    super();
    Object.assign(this, { client, basemap, titleOf, isStaff, inHandId: null });
    this.shown = { incidents: true, areas: true, cover: false };
    const now = () => client.now();
    this.incidents = new IncidentMarks(stage.map, { symbolsUrl, now }).on('chosen', ({ id }) => this.emit('incident', { id }))
      .on('pointed', (target) => this.emit('pointed', target)).on('crowd', () => this.#coverDrawn());
    this.areas = new AreaShapes(stage.map, { now }).on('chosen', ({ id }) => this.emit('area', { id }))
      .on('pointed', (target) => this.emit('pointed', target));
    this.links = new Links(stage.map, (id) => client.locate(id));
    this.cover = new Cover().on('holes', () => this.#coverDrawn());
    client.on('dispatch', (news) => this.#heard(news));
    client.on('refreshed', ({ changed, moved }) => this.#moved(changed && [...changed, ...moved]));
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Draw what came before anybody listened. */
  start() {
    this.#draw();
  }

  /** Show or hide 'incidents', 'areas' or 'cover'. */
  toggle(name, on) {
    this.shown = { ...this.shown, [name]: on };
    if (name === 'cover') this.cover.watch(on && this.isStaff);
    this.#draw();
  }

  /** The incident in hand: ringed, with lines to its units. Null: none. */
  inHand(id) {
    this.inHandId = id;
    this.incidents.choose(id);
    this.#link();
  }

  /** The area in hand: its edge is heavier. */
  chooseArea(id) {
    this.areas.choose(id);
  }

  /** What is drawn as [lat, lon, radius in pixels], for names to keep clear of. */
  get occupied() {
    return this.incidents.occupied;
  }

  #heard({ changed, coverRules }) {
    this.#draw();
    if (coverRules || changed === null || changed.assignments.length) this.cover.ask();
  }

  // Units drive about, and their status says whether they count as cover.
  #moved(changed) {
    const { dispatch } = this.client;
    const units = this.inHandId === null ? [] : dispatch.unitsOf(this.inHandId).map(({ unit }) => unit);
    if (changed === null || units.some((id) => changed.includes(id))) this.#link();
    if (changed === null || changed.length) this.cover.ask();
  }

  #draw() {
    const { incidents, areas, types } = this.client.dispatch;
    this.incidents.show(this.shown.incidents ? [...incidents.values()] : [], types);
    this.areas.show(this.shown.areas ? [...areas.values()] : []);
    this.#link();
    this.#coverDrawn();
  }

  #link() {
    const { dispatch } = this.client;
    const incident = this.shown.incidents ? dispatch.incidents.get(this.inHandId) : null;
    this.links.show(incident ?? null, incident ? dispatch.unitsOf(incident.id) : []);
  }

  #coverDrawn() {
    const { incidents, areas } = this.client.dispatch;
    const { holes } = this.cover;
    const shaded = this.shown.cover ? holes : [];
    this.basemap.uncovered(shaded.map((hole) => ({ counties: hole.counties, short: holeInShort(hole, this.titleOf) })));
    const unplaced = [...incidents.values()].filter(({ lat }) => lat === null).length;
    const { asPoints } = this.incidents;
    this.emit('told', {
      incidents: incidents.size, unplaced, asPoints, areas: [...areas.values()], holes, now: this.client.now(),
    });
  }

  #tick() {
    if (this.shown.incidents) this.incidents.tick();
    if (this.shown.areas) this.areas.tick();
  }
}
