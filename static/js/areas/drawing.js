// The area that is being drawn: an outline on the map that Geoman makes, edits and cuts.
import * as L from 'leaflet';
import { Emitter } from '../core/emitter.js';
import { DrawBar } from './draw-bar.js';
import { geoman } from './geoman.js';
import { distanceInWords } from '../words/distance.js';
import { multiPolygon, polygonsOf, ringAround } from './outline.js';

const STYLE = { className: 'draft-area', pmIgnore: false, bubblingMouseEvents: false, smoothFactor: 0.2 };
const DRAWING = {
  snappable: false, allowSelfIntersection: true, continueDrawing: false, tooltips: true,
  templineStyle: { className: 'draft-line' }, hintlineStyle: { className: 'draft-line hint' }, pathOptions: STYLE,
};
/** Handles on all corners of a county would hide it: as many as are near the pointer. */
const EDITING = { snappable: false, allowSelfIntersection: true, limitMarkersToCount: 60, hideMiddleMarkers: false };

const WORDS = {
  Polygon: 'Click the corners of the area. Enter or the first corner finishes.',
  Rectangle: 'Click one corner, then the opposite one.',
  Circle: 'Click the middle, then the edge.',
  Cut: 'Click the corners of what is to be taken out. Enter or the first corner finishes.',
  edit: 'Drag a corner to move it, a small one between two to add one. Right click a corner to remove it.',
};

/** Events: `changed` geometry or null, `failed` {message}, `idle` when a tool was put away. */
export class Drawing extends Emitter {
  constructor(stage, page, box) {
    super();
    Object.assign(this, { map: stage.map, stage, page, tool: null });
    this.bar = new DrawBar(box);
    this.group = L.featureGroup([], { pmIgnore: false });
    this.onKey = (event) => this.#key(event);
    this.onMove = ({ latlng }) => this.#measure(latlng);
  }

  /** The outline as GeoJSON, or null. */
  get geometry() {
    return multiPolygon(this.group.getLayers().flatMap((layer) => polygonsOf(layer.toGeoJSON(6))));
  }

  /** Take this outline (or none) in place of what is there. */
  show(geometry) {
    this.rest();
    this.#set(geometry);
    this.group.addTo(this.map);
  }

  /** Everything of it in view. */
  fit({ right = 0, bottom = 0 } = {}) {
    if (!this.group.getLayers().length) return;
    this.map.fitBounds(this.group.getBounds(), {
      maxZoom: 15, paddingTopLeft: [40, 40], paddingBottomRight: [40 + right, 40 + bottom], animate: false,
    });
  }

  /** Draw anew: Polygon, Rectangle or Circle. */
  draw(shape) {
    return this.#take(shape, () => {
      this.map.once('pm:create', this.#made, this);
      this.map.pm.enableDraw(shape, DRAWING);
    });
  }

  /** Take a piece out of the outline. */
  cut() {
    return this.#take('Cut', () => {
      this.map.once('pm:cut', this.#cutOut, this);
      this.map.pm.enableDraw('Cut', { ...DRAWING, layersToCut: this.group.getLayers() });
    });
  }

  /** Move, add and remove corners. */
  edit() {
    return this.#take('edit', () => this.group.eachLayer((layer) => {
      globalThis.L.PM.reInitLayer(layer);
      layer.pm.enable(EDITING);
      layer.on('pm:edit', this.#edited, this);
    }));
  }

  /** Put the tool away; what is drawn stays. */
  rest() {
    if (!this.tool) return;
    this.tool = null;
    this.map.off('pm:create', this.#made, this).off('pm:cut', this.#cutOut, this).off('mousemove', this.onMove)
      .off('pm:drawstart', this.#started, this);
    this.map.pm.disableDraw();
    this.group.eachLayer((layer) => layer.off('pm:edit', this.#edited, this).pm?.disable());
    document.removeEventListener('keydown', this.onKey, true);
    this.page.classList.remove('drawing');
    this.bar.hide();
    this.emit('idle');
  }

  /** Nothing is drawn any more. */
  end() {
    this.rest();
    this.group.clearLayers().remove();
  }

  async #take(tool, begin) {
    try {
      await geoman(this.map);
    } catch (problem) {
      this.emit('failed', problem);
      return;
    }
    this.rest();
    this.group.addTo(this.map);
    this.tool = tool;
    this.page.classList.add('drawing');
    this.map.on('pm:drawstart', this.#started, this);
    begin();
    document.addEventListener('keydown', this.onKey, true);
    this.bar.show(WORDS[tool], this.#actions(tool));
    this.map.getContainer().focus();
  }

  #actions(tool) {
    const leave = () => this.rest();
    if (tool === 'edit') return [['Done', leave]];
    if (tool === 'Polygon' || tool === 'Cut') {
      return [['Finish', () => this.#finish()], ['Undo the last corner', () => this.#back()], ['Cancel', leave]];
    }
    return [['Cancel', leave]];
  }

  get #tool() {
    return this.map.pm.Draw[this.tool];
  }

  #finish() {
    this.#tool._finishShape(); // what the buttons of its own toolbar call
  }

  #back() {
    this.#tool._removeLastVertex();
  }

  #key(event) {
    if (event.target.closest?.('input, textarea, select, button')) return;
    const isOutline = this.tool === 'Polygon' || this.tool === 'Cut';
    if (event.key === 'Escape') this.rest();
    else if (event.key === 'Enter' && isOutline) this.#finish();
    else if (event.key === 'Backspace' && isOutline) this.#back();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #started({ workingLayer }) {
    if (this.tool !== 'Circle') return;
    workingLayer.once('pm:centerplaced', ({ latlng }) => {
      this.middle = latlng;
      this.map.on('mousemove', this.onMove);
    });
  }

  // How large the circle is going to be, while it grows.
  #measure(latlng) {
    this.bar.say(`Radius ${distanceInWords(this.map.distance(this.middle, latlng))}. Click to finish.`);
  }

  #made({ layer, shape }) {
    const circle = shape === 'Circle'
      ? { middle: layer.getLatLng(), meters: layer.getRadius() } : null;
    const drawn = circle
      ? multiPolygon([[ringAround({ lat: circle.middle.lat, lon: circle.middle.lng }, circle.meters / 1000)]])
      : layer.toGeoJSON(6);
    layer.remove();
    this.rest();
    this.#set(drawn);
    this.emit('changed', this.geometry);
  }

  #cutOut({ layer, originalLayer }) {
    const rest = this.group.getLayers().filter((one) => one !== originalLayer).flatMap((one) => polygonsOf(one.toGeoJSON(6)));
    const left = layer.toGeoJSON ? this.#polygonsIn(layer.toGeoJSON(6)) : [];
    layer.remove();
    originalLayer.remove();
    this.rest();
    this.#set(multiPolygon([...rest, ...left]));
    this.emit('changed', this.geometry);
  }

  #polygonsIn(geojson) {
    return geojson.type === 'FeatureCollection' ? geojson.features.flatMap(polygonsOf) : polygonsOf(geojson);
  }

  #edited() {
    this.emit('changed', this.geometry);
  }

  #set(geometry) {
    this.group.clearLayers();
    for (const rings of polygonsOf(geometry)) {
      const corners = rings.map((ring) => ring.slice(0, -1).map(([lon, lat]) => [lat, lon]));
      this.group.addLayer(L.polygon(corners, STYLE));
    }
  }
}
