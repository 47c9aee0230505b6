// Open incidents on the map: a diamond with the priority, a tag with the type, a ring when nobody
// has come in time. Always above the resources, and never merged into a ring; where they crowd, the
// less urgent are points (`crowd.js`).
import * as L from 'leaflet';
import { Emitter } from '../core/emitter.js';
import { el, framed, svg } from '../core/dom.js';
import { incidentInWords, isOverdue, sizeOf } from '../words/incidents.js';
import { ofCrowd } from './crowd.js';
import { IncidentPoints } from './incident-points.js';
import { madeMarker } from './made-marker.js';
import { apart } from './offsets.js';
import { Walk } from './walk.js';

const PANE = 'incidents';
const LEADERS = 'incident-leaders';
/** From this zoom on they are large and tell their type; from afar the resources' rings must stay readable. */
const NEAR = 9;
/** The whole state on a phone. */
const TINY = 6.5;
/** Half of what each needs to be seen, in pixels. */
const RADIUS_PX = Object.freeze({ near: 13.5, small: 6.5, dot: 3.5 });
/** A symbol farther than this from its place gets a line to it. */
const LEADER_FROM_PX = 7;

/** Events: `chosen` {id}, `pointed` {incident, element} or null, `crowd` when other numbers of those in view are points. */
export class IncidentMarks extends Emitter {
  /** @param {string} symbolsUrl; @param {function(): number} now epoch seconds */
  constructor(map, { symbolsUrl, now }) {
    super();
    Object.assign(this, { map, symbolsUrl, now, types: {}, chosen: null });
    Object.assign(this, { incidents: [], symbols: [], asPoints: 0, isCrowded: false, open: new Set(), entries: new Map() });
    const pane = map.createPane(PANE);
    pane.style.zIndex = 620; // above the resources' 600
    map.createPane(LEADERS).style.zIndex = 590;
    this.layer = L.layerGroup().addTo(map);
    this.points = new IncidentPoints(map, {
      chosen: ({ id }) => this.emit('chosen', { id }), pointed: (target) => this.emit('pointed', target),
    });
    this.leaders = L.layerGroup().addTo(map);
    this.walk = new Walk(map, pane, {
      label: 'Incidents in view: arrow keys move between them, Enter opens one',
      entries: () => this.entries.values(), activate: ({ incident }) => this.emit('chosen', { id: incident.id }),
    });
    // the borders, names and rings of the new view come first: all in one go would be felt
    const drawSoon = framed(() => this.#draw());
    map.on('zoomend', drawSoon);
    // without a crowd only the zoom decides where they stand
    map.on('moveend', () => this.isCrowded && drawSoon());
  }

  /** Draw these and no others. */
  show(incidents, types) {
    this.open = new Set(incidents.map(({ id }) => id));
    this.incidents = incidents.filter(({ lat }) => lat !== null);
    this.types = types;
    this.#draw();
  }

  /** Ring the one in hand. */
  choose(id) {
    this.chosen = id;
    this.#draw();
  }

  /** Some are overdue by now that were not. */
  tick() {
    const now = this.now();
    const turned = [...this.entries.values()].some(({ incident, signature }) => signature !== this.#signature(incident, now));
    if (turned) this.#draw();
  }

  /** What is drawn as [lat, lon, radius in pixels]. */
  get occupied() {
    return [...this.entries.values()].map(({ marker, incident }) => {
      const { lat, lng } = marker.getLatLng();
      return [lat, lng, RADIUS_PX[this.#size(incident)] + 2];
    });
  }

  #size(incident) {
    if (incident.id === this.chosen) return 'near';
    const zoom = this.map.getZoom();
    return sizeOf(incident, { isNear: zoom >= NEAR, isTiny: zoom < TINY, isOpen: (id) => this.open.has(id) });
  }

  #signature(incident, now) {
    const { version, priority, status, type, title, place, units, id } = incident;
    return [version, priority, status, type, title, place, units, isOverdue(incident, now), id === this.chosen,
      this.#size(incident), this.types[type]?.short].join('|');
  }

  #draw() {
    const now = this.now();
    this.#choose(now);
    const places = this.#places();
    for (const [id, { marker }] of this.entries) {
      if (places.has(id)) continue;
      this.layer.removeLayer(marker);
      this.entries.delete(id);
    }
    for (const incident of this.symbols) this.#place(incident, places.get(incident.id), now);
    this.#lead(places);
    this.walk.keepOneTabStop();
  }

  #choose(now) {
    const view = this.map.getBounds();
    const isInView = ({ lat, lon }) => view.contains([lat, lon]);
    const { symbols, points } = ofCrowd(this.incidents, { isInView, chosen: this.chosen, now });
    this.symbols = symbols;
    this.points.show(points);
    this.isCrowded = points.length > 0;
    const asPoints = points.filter(isInView).length;
    if (asPoints === this.asPoints) return;
    this.asPoints = asPoints;
    this.emit('crowd');
  }

  // Where each is drawn, in pixels of this zoom; only the zoom and the incidents decide it.
  #places() {
    const zoom = this.map.getZoom();
    return apart(this.symbols.map((incident) => {
      const { x, y } = this.map.project([incident.lat, incident.lon], zoom);
      return { id: incident.id, x, y, radius: RADIUS_PX[this.#size(incident)] };
    }));
  }

  #place(incident, { x, y }, now) {
    const zoom = this.map.getZoom();
    const at = this.map.unproject([x, y], zoom);
    const signature = this.#signature(incident, now);
    const known = this.entries.get(incident.id);
    if (known?.signature === signature) {
      known.incident = incident;
      known.marker.setLatLng(at);
    } else this.#renew(known, incident, { at, signature, now });
  }

  #renew(known, incident, { at, signature, now }) {
    const focused = known && known.marker.getElement() === document.activeElement;
    const tabIndex = known?.marker.getElement().tabIndex ?? -1;
    if (known) this.layer.removeLayer(known.marker);
    const marker = this.#make(incident, at, now);
    this.entries.set(incident.id, { marker, incident, signature });
    const element = marker.getElement();
    element.tabIndex = tabIndex;
    if (focused) element.focus({ preventScroll: true });
  }

  // Lines back to the places of those that stepped aside; drawn anew only where they are others.
  #lead(places) {
    const zoom = this.map.getZoom();
    const far = this.symbols.filter(({ id, lat, lon }) => {
      const { x, y } = places.get(id);
      return this.map.project([lat, lon], zoom).distanceTo([x, y]) > LEADER_FROM_PX;
    });
    const key = far.map(({ id, lat, lon }) => [id, lat, lon, places.get(id).x, places.get(id).y, zoom].join()).join(';');
    if (key === this.led) return;
    this.led = key;
    this.leaders.clearLayers();
    for (const { id, lat, lon } of far) {
      const { x, y } = places.get(id);
      const line = { className: 'incident-leader', pane: LEADERS, interactive: false };
      L.polyline([[lat, lon], this.map.unproject([x, y], zoom)], line).addTo(this.leaders);
      const spot = { className: 'incident-spot', pane: LEADERS, radius: 2.5, interactive: false };
      L.circleMarker([lat, lon], spot).addTo(this.leaders);
    }
  }

  #make(incident, at, now) {
    const { priority, id } = incident;
    const marker = madeMarker(at, () => this.#element(incident, now), {
      pane: PANE, zIndexOffset: id === this.chosen ? 10_000 : (5 - priority) * 1000,
    });
    const pointed = () => this.emit('pointed', { incident: this.entries.get(id).incident, element: marker.getElement() });
    marker.on('click', () => this.emit('chosen', { id }));
    marker.on('mouseover', pointed);
    marker.on('mouseout', () => this.emit('pointed', null));
    marker.addTo(this.layer);
    const element = marker.getElement();
    element.addEventListener('focus', pointed);
    element.addEventListener('blur', () => this.emit('pointed', null));
    return marker;
  }

  #element(incident, now) {
    const overdue = isOverdue(incident, now);
    const chosen = incident.id === this.chosen;
    const short = this.types[incident.type]?.short ?? incident.type;
    const size = this.#size(incident);
    const classes = ['leaflet-marker-icon', 'marker', 'incident-mark', size,
      overdue && 'overdue', chosen && 'selected'].filter(Boolean);
    const element = el('div', {
      class: classes.join(' '), dataset: { incident: String(incident.id) }, role: 'button',
      'aria-label': incidentInWords(incident, now), 'aria-current': chosen ? 'true' : null,
    }, this.#diamond(incident, overdue && (size !== 'dot' || incident.priority === 1)),
    el('span', { class: 'incident-tag', dataset: { tag: short.toUpperCase() } }));
    element.tabIndex = -1;
    return element;
  }

  #diamond({ priority, status, radius_m: radius }, overdue) {
    const use = (name, attributes = {}) => svg('use', { href: `${this.symbolsUrl}#${name}`, ...attributes });
    const picture = svg('svg', {
      viewBox: '0 0 24 24', 'aria-hidden': 'true', 'data-priority': String(priority), 'data-incident': status,
      class: `symbol diamond${radius ? ' approximate' : ''}`,
    }, use('incident'));
    picture.append(svg('text', { x: 12, y: 16 }, String(priority)));
    if (overdue) picture.prepend(use('overdue', { x: -4, y: -4, width: 32, height: 32 }));
    return picture;
  }
}
