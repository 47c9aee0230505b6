// Borders and rivers, in two grays and thin lines.
import { CanvasLayer } from './canvas-layer.js';
import { colors } from './theme-colors.js';
import { Topology, REFERENCE_ZOOM } from './topology.js';

const COLORS = {
  land: '--map-land', county: '--map-county', state: '--map-state', water: '--map-water',
  chosen: '--accent',
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
    this.chosen = [];
  },

  /** Tint these counties. */
  choose(fipsCodes) {
    this.chosen = fipsCodes;
    this.repaint();
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
    for (const line of this.lines) this._line(context, color, line, { zoom, scale });
    this._tint(context, color, { zoom, scale });
    context.restore();
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
});
