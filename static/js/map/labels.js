// Names of towns, counties and states: few and small. The file says from which zoom on a town is
// named; here two names are kept from lying on each other.
import { CanvasLayer } from './canvas-layer.js';
import { colors } from './theme-colors.js';

const COLORS = { town: '--map-label', village: '--map-label-2', halo: '--map-halo' };
const CITY = 60_000;
const COUNTIES_FROM = 8;
const STATES_UNTIL = 7;
const GAP_PX = 5;
const DOT_PX = 1.7;

/** Columns {name: […], lat: […], …} as rows. */
function rows(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, columns[name][i]])));
}

/** Remembers boxes and tells whether a new one is free. */
class Crowd {
  constructor(boxes) {
    this.boxes = boxes;
  }

  admits([left, top, right, bottom]) {
    const free = !this.boxes.some((box) => left < box[2] && right > box[0] && top < box[3] && bottom > box[1]);
    if (free) this.boxes.push([left, top, right, bottom]);
    return free;
  }
}

export const Labels = CanvasLayer.extend({
  initialize({ towns, counties, states }, ourState) {
    CanvasLayer.prototype.initialize.call(this, this.options);
    this.towns = rows(towns);
    this.counties = rows(counties);
    this.states = rows(states).filter(({ name }) => name !== ourState);
    this.symbols = [];
  },

  /** Keep clear of what is drawn on top: [lat, lon, radius in pixels]. */
  avoid(symbols) {
    const same = symbols.length === this.symbols.length
      && symbols.every((symbol, i) => symbol.every((number, j) => number === this.symbols[i][j]));
    this.symbols = symbols;
    if (!same) this.repaint();
  },

  paint(context) {
    const zoom = this._map.getZoom();
    const pen = {
      context, color: colors(COLORS), crowd: new Crowd(this._taken()),
      font: getComputedStyle(document.body).fontFamily, view: this._map.getBounds().pad(0.2),
    };
    context.lineJoin = 'round';
    context.strokeStyle = pen.color.halo;
    context.lineWidth = 3;
    for (const town of this.towns) if (town.zoom <= zoom) this._town(pen, town);
    if (zoom >= COUNTIES_FROM) for (const county of this.counties) this._area(pen, county, 10);
    if (zoom <= STATES_UNTIL) for (const state of this.states) this._area(pen, state, 11);
  },

  _taken() {
    return this.symbols.map(([lat, lon, radius]) => {
      const { x, y } = this._map.latLngToLayerPoint([lat, lon]);
      return [x - radius, y - radius, x + radius, y + radius];
    });
  },

  _town({ context, color, crowd, font, view }, town) {
    if (!view.contains([town.lat, town.lon])) return;
    const city = town.population >= CITY;
    const size = city ? 12 : 11;
    context.font = `${city ? 600 : 400} ${size}px ${font}`;
    context.letterSpacing = '0px';
    const { x, y } = this._map.latLngToLayerPoint([town.lat, town.lon]);
    const left = this._side(crowd, context.measureText(town.name).width, { x, y, size });
    if (left === null) return;
    context.fillStyle = city ? color.town : color.village;
    this._dot(context, x, y);
    context.strokeText(town.name, left, y + size * 0.36);
    context.fillText(town.name, left, y + size * 0.36);
  },

  // Where the name begins: right of its dot, else left of it, else nowhere.
  _side(crowd, width, { x, y, size }) {
    const right = [x - GAP_PX, y - size * 0.7, x + width + 2 * GAP_PX, y + size * 0.7];
    if (crowd.admits(right)) return x + GAP_PX;
    const left = [x - width - 2 * GAP_PX, right[1], x + GAP_PX, right[3]];
    return crowd.admits(left) ? x - width - GAP_PX : null;
  },

  _dot(context, x, y) {
    context.beginPath();
    context.arc(x, y, DOT_PX, 0, 2 * Math.PI);
    context.fill();
  },

  // Areas are named in spaced capitals, in their middle, where nothing else stands.
  _area({ context, color, crowd, font, view }, { name, lat, lon }, size) {
    if (!view.contains([lat, lon])) return;
    const text = name.toUpperCase();
    context.font = `400 ${size}px ${font}`;
    context.letterSpacing = '1.5px';
    const { x, y } = this._map.latLngToLayerPoint([lat, lon]);
    const half = context.measureText(text).width / 2;
    if (!crowd.admits([x - half, y - size, x + half, y + size])) return;
    context.fillStyle = color.village;
    context.fillText(text, x - half, y + size * 0.36);
  },
});
