// Borders and rivers, in two grays and thin lines.
import { CanvasLayer } from './canvas-layer.js';
import { colors } from './theme-colors.js';
import { Topology, REFERENCE_ZOOM } from './topology.js';

const COLORS = {
  land: '--map-land', county: '--map-county', state: '--map-state', water: '--map-water',
  chosen: '--accent', hole: '--cover-hole', holeInk: '--cover-hole-ink', halo: '--map-halo',
};
const TINT_UNTIL = 10.5;
/** Lines from the quietest to the loudest: object, color, width in pixels, opacity, zooms. */
const LINES = [
  ['rivers', 'water', 1.4, 1, 0, 10], // closer, their error of a kilometer would show
  ['neighbor_county_lines', 'county', 0.6, 0.7, 7, 99],
  ['county_lines', 'county', 0.9, 1, 0, 99],
  ['neighbor_state_lines', 'state', 1, 0.55, 0, 99],
  ['state_line', 'state', 1.6, 1, 0, 99],
];

export const Ground = CanvasLayer.extend({
  /** @param {object} basemap TopoJSON; @param {{bounds, overTiles}} options no fill over tiles */
  initialize(basemap, { bounds, overTiles }) {
    CanvasLayer.prototype.initialize.call(this, this.options);
    const topology = new Topology(basemap, bounds);
    this.origin = topology.origin;
    this.overTiles = overTiles;
    this.land = topology.path(topology.objects.state);
    this.lines = LINES.map(([name, ...rest]) => [topology.path(topology.objects[name]), ...rest]);
    this.countyPaths = new Map(topology.objects.counties.geometries
      .map((geometry) => [geometry.id, topology.path(geometry)]));
    this.countyMiddles = new Map(topology.objects.counties.geometries
      .map((geometry) => [geometry.id, topology.middle(geometry)]));
    this.chosen = [];
    this.holes = [];
  },

  /** Tint these counties. */
  choose(fipsCodes) {
    this.chosen = fipsCodes;
    this.repaint();
  },

  /** Shade counties where too few units are left: [{counties, short}]. */
  uncovered(holes) {
    const same = holes.length === this.holes.length
      && holes.every((hole, i) => hole.short === this.holes[i].short && hole.counties.join() === this.holes[i].counties.join());
    this.holes = holes;
    if (!same) this.repaint();
  },

  /** {lat, lon, zoom} of a county. */
  countyOf(fips) {
    const middle = this.countyMiddles.get(fips);
    if (!middle) return null;
    const { lat, lng } = this._map.unproject([this.origin[0] + middle.x, this.origin[1] + middle.y], REFERENCE_ZOOM);
    return { lat, lon: lng, zoom: 10 };
  },

  paint(context) {
    const color = colors(COLORS);
    const zoom = this._map.getZoom();
    const scale = 2 ** (zoom - REFERENCE_ZOOM);
    const pixelOrigin = this._map.getPixelOrigin();
    context.save();
    context.translate(this.origin[0] * scale - pixelOrigin.x, this.origin[1] * scale - pixelOrigin.y);
    context.scale(scale, scale);
    this._fill(context, color);
    this._shade(context, color, { zoom, scale });
    for (const line of this.lines) this._line(context, color, line, { zoom, scale });
    this._tint(context, color, { zoom, scale });
    context.restore();
    this._name(context, color, { scale, pixelOrigin });
  },

  _fill(context, color) {
    if (this.overTiles) return;
    context.fillStyle = color.land;
    context.fill(this.land, 'evenodd');
  },

  _line(context, color, [path, name, width, opacity, firstZoom, endZoom], { zoom, scale }) {
    if (!path || zoom < firstZoom || zoom >= endZoom) return;
    context.globalAlpha = opacity;
    context.strokeStyle = color[name];
    context.lineWidth = width / scale;
    context.lineJoin = 'round';
    context.stroke(path);
    context.globalAlpha = 1;
  },

  // Close up the tint would fill the screen: the outline is enough.
  _tint(context, color, { zoom, scale }) {
    for (const fips of this.chosen) {
      const path = this.countyPaths.get(fips);
      if (!path) continue;
      context.fillStyle = color.chosen;
      context.strokeStyle = color.chosen;
      context.lineWidth = 1.4 / scale;
      context.globalAlpha = TINT_UNTIL > zoom ? 0.09 : 0;
      context.fill(path, 'evenodd');
      context.globalAlpha = 0.8;
      context.stroke(path);
      context.globalAlpha = 1;
    }
  },

  // Upright bars, which no kind of area has.
  _shade(context, color, { zoom, scale }) {
    const counties = new Set(this.holes.flatMap(({ counties: fips }) => fips));
    if (!counties.size) return;
    const bars = context.createPattern(tile(color.hole), 'repeat');
    bars.setTransform(new DOMMatrix().scale(1 / scale / (devicePixelRatio || 1)));
    for (const fips of counties) {
      const path = this.countyPaths.get(fips);
      if (!path) continue;
      context.fillStyle = color.hole;
      context.globalAlpha = 0.07;
      context.fill(path, 'evenodd');
      context.globalAlpha = TINT_UNTIL > zoom ? 0.4 : 0.16; // close up the county fills the screen
      context.fillStyle = bars;
      context.fill(path, 'evenodd');
      context.globalAlpha = 1;
    }
  },

  // What is short, in the middle of its counties, where there is room for it.
  _name(context, color, { scale, pixelOrigin }) {
    const lines = new Map();
    for (const { counties, short } of this.holes) {
      const middles = counties.map((fips) => this.countyMiddles.get(fips)).filter(Boolean);
      if (!middles.length) continue;
      const mean = (axis) => middles.reduce((sum, middle) => sum + middle[axis], 0) / middles.length;
      const width = middles.reduce((sum, middle) => sum + middle.width, 0) * scale;
      const key = counties.join();
      const known = lines.get(key) ?? { x: mean('x'), y: mean('y'), width, words: [] };
      known.words.push(short);
      lines.set(key, known);
    }
    context.font = `600 11px ${getComputedStyle(document.body).fontFamily}`;
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.textAlign = 'center';
    for (const { x, y, width, words } of lines.values()) {
      const at = [(this.origin[0] + x) * scale - pixelOrigin.x, (this.origin[1] + y) * scale - pixelOrigin.y];
      if (width >= LEAST_NAMED_PX) words.forEach((word, i) => this._word(context, color, word, at[0], at[1] + 10 + i * 13));
    }
    context.textAlign = 'start';
  },

  _word(context, color, word, x, y) {
    context.strokeStyle = color.halo;
    context.fillStyle = color.holeInk;
    context.strokeText(word, x, y);
    context.fillText(word, x, y);
  },
});

const TILE_PX = 7;
const LEAST_NAMED_PX = 46;
const tiles = new Map();

// One upright bar of the pattern, in pixels of the screen.
function tile(color) {
  const scale = devicePixelRatio || 1;
  const key = `${color} ${scale}`;
  if (!tiles.has(key)) {
    const canvas = Object.assign(document.createElement('canvas'), { width: TILE_PX * scale, height: TILE_PX * scale });
    const context = canvas.getContext('2d');
    context.fillStyle = color;
    context.fillRect(0, 0, scale, TILE_PX * scale);
    tiles.set(key, canvas);
  }
  return tiles.get(key);
}
