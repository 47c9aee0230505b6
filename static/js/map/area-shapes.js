// Areas on the map: a quiet tint, hatched by kind, an edge that is dashed until the area is in
// force, and a label with the kind's letter. Color alone says nothing here.
import * as L from 'leaflet';
import { Emitter } from '../core/emitter.js';
import { el, svg } from '../core/dom.js';
import { AREA_LETTERS, areaInWords, isInForce } from '../words/areas.js';
import { madeMarker } from './made-marker.js';
import { measure, polygons } from './measure.js';
import { Walk } from './walk.js';

const SHAPES = 'areas';
const LABELS = 'area-labels';
/** An area smaller than this on the screen, or looked at from afar, has only its letter. */
const NAMED_FROM_PX = 70;
const NAMED_FROM = 8;
/** Labels stand over resources, from afar under them. */
const OVER = 610;
const UNDER = 595;
const TILE_PX = 12;
/** The hatch of each kind, as paths in a tile of 12 pixels. */
const HATCHES = Object.freeze({
  hazard: 'M-3 15 15 -3M-3 3 3 -3M9 15 15 9',
  evacuation: 'M-3 -3 15 15M-3 9 3 15M9 -3 15 3',
  exclusion: 'M-3 15 15 -3M-3 3 3 -3M9 15 15 9M-3 -3 15 15M-3 9 3 15M9 -3 15 3',
  closure: 'M0 6H12',
  staging: 'M5 6H7M-1 0H1M11 0H13M-1 12H1M11 12H13',
});

/** A hatch to hang into any SVG: the map's, the legend's. */
export function hatch(kind, id) {
  return svg('pattern', { id, width: TILE_PX, height: TILE_PX, patternUnits: 'userSpaceOnUse' },
    svg('rect', { class: `hatch-tint ${kind}`, width: TILE_PX, height: TILE_PX }),
    svg('path', { class: `hatch-lines ${kind}`, d: HATCHES[kind] }));
}

/** Events: `chosen` {id}, `pointed` {area, element} or null. */
export class AreaShapes extends Emitter {
  /** @param {function(): number} now epoch seconds */
  constructor(map, { now }) {
    super();
    Object.assign(this, { map, now, areas: [], drawn: new Map(), chosen: null });
    map.createPane(SHAPES).style.zIndex = 350; // over the ground, under everything that stands on it
    const labels = map.createPane(LABELS);
    this.labels = labels;
    this.renderer = L.svg({ pane: SHAPES, padding: 0.25 });
    this.layer = L.layerGroup().addTo(map);
    this.walk = new Walk(map, labels, {
      label: 'Areas in view: arrow keys move between them, Enter opens one',
      entries: () => this.drawn.values(), activate: ({ area }) => this.emit('chosen', { id: area.id }),
    });
    map.on('zoomend', () => this.#draw());
  }

  /** Draw these and no others. */
  show(areas) {
    this.areas = areas;
    this.#draw();
  }

  /** Make the edge of the one in hand heavier. */
  choose(id) {
    this.chosen = id;
    this.#draw();
  }

  /** Some are in force by now that were not. */
  tick() {
    const turned = [...this.drawn.values()].some(({ area, signature }) => signature !== this.#signature(area));
    if (turned) this.#draw();
  }

  #signature(area) {
    const { kind, name, version, starts_at: start, ends_at: end, id } = area;
    return [kind, name, version, start, end, isInForce(area, this.now()), id === this.chosen, this.#isNamed(area)].join('|');
  }

  #isNamed({ bounds }) {
    if (this.map.getZoom() < NAMED_FROM) return false;
    const [west, south, east, north] = bounds;
    const [a, b] = [this.map.project([north, west]), this.map.project([south, east])];
    return Math.max(b.x - a.x, b.y - a.y) >= NAMED_FROM_PX;
  }

  #draw() {
    this.labels.style.zIndex = this.map.getZoom() < NAMED_FROM ? UNDER : OVER;
    const wanted = new Map(this.areas.map((area) => [area.id, this.#measured(area)]));
    for (const [id, known] of this.drawn) if (!wanted.has(id)) this.#drop(id, known);
    for (const [id, area] of wanted) {
      const known = this.drawn.get(id);
      const signature = this.#signature(area);
      if (known?.signature === signature) continue;
      const focused = known?.marker.getElement() === document.activeElement;
      if (known) this.#drop(id, known);
      this.drawn.set(id, { area, signature, ...this.#make(area) });
      if (focused) this.drawn.get(id).marker.getElement().focus({ preventScroll: true });
    }
    this.#define();
    this.walk.keepOneTabStop();
  }

  #drop(id, { shape, marker }) {
    this.layer.removeLayer(shape);
    this.layer.removeLayer(marker);
    this.drawn.delete(id);
  }

  // Bounds and the place of the label, worked out once for a shape.
  #measured(area) {
    const known = this.drawn.get(area.id)?.area;
    if (known && known.geometry === area.geometry) return { ...area, bounds: known.bounds, middle: known.middle };
    return { ...area, ...measure(area.geometry) };
  }

  #make(area) {
    const isForce = isInForce(area, this.now());
    const classes = ['area-shape', area.kind, !isForce && 'planned', area.id === this.chosen && 'selected'].filter(Boolean);
    const shape = L.polygon(latLngs(area.geometry), {
      pane: SHAPES, renderer: this.renderer, className: classes.join(' '), fillColor: `url(#hatch-${area.kind})`, fillOpacity: 1,
    });
    const marker = madeMarker(area.middle, () => this.#label(area, isForce), { pane: LABELS });
    const { id } = area;
    const pointed = () => this.emit('pointed', { area: this.drawn.get(id).area, element: marker.getElement() });
    for (const layer of [shape, marker]) {
      layer.on('click', (event) => {
        L.DomEvent.stopPropagation(event);
        this.emit('chosen', { id });
      });
      layer.on('mouseover', pointed).on('mouseout', () => this.emit('pointed', null)).addTo(this.layer);
    }
    const element = marker.getElement();
    element.addEventListener('focus', pointed);
    element.addEventListener('blur', () => this.emit('pointed', null));
    return { shape, marker };
  }

  #label(area, isForce) {
    const { kind, name, id } = area;
    const element = el('div', {
      class: `leaflet-marker-icon marker area-label ${kind}${isForce ? '' : ' planned'}${id === this.chosen ? ' selected' : ''}`,
      role: 'button', 'aria-label': areaInWords(area, this.now()), dataset: { area: String(id) },
    }, el('span', { class: 'area-letter', 'aria-hidden': 'true', dataset: { letter: AREA_LETTERS[kind] } }),
    this.#isNamed(area) ? el('span', { class: 'area-name', 'aria-hidden': 'true' }, name) : null);
    element.tabIndex = -1;
    return element;
  }

  // The renderer's SVG appears with its first shape.
  #define() {
    const root = this.renderer._container;
    if (!root || root.querySelector('defs')) return;
    root.prepend(svg('defs', {}, ...Object.keys(HATCHES).map((kind) => hatch(kind, `hatch-${kind}`))));
  }
}

function latLngs(geometry) {
  return polygons(geometry).map((rings) => rings.map((ring) => ring.map(([lon, lat]) => [lat, lon])));
}
