// Rows as marks on a canvas: the color and the shape of their fate, dashed where the place is only
// roughly known. Twenty thousand of them are drawn in one go.
import { CanvasLayer } from '../map/canvas-layer.js';
import { colors } from '../map/theme-colors.js';

const BOX = 12;
const NEAR_ZOOM = 9;
const [NEAR_PX, FAR_PX] = [13, 9];
const REACH_PX = 12;
const [RING_PX, RING_DASH] = [10, [3, 2.5]];

const COLORS = {
  new: '--fate-new', changed: '--fate-changed', confirmed: '--fate-confirmed', unchanged: '--fate-unchanged',
  held: '--fate-held', refused: '--fate-refused', left_out: '--fate-left_out', repeated: '--fate-repeated',
  older: '--fate-older', chosen: '--accent', halo: '--map-halo',
};

export const PointsLayer = CanvasLayer.extend({
  options: { padding: 0.25, pane: 'overlayPane' },

  /** @param {object} fates of the page's settings: the path of each mark */
  initialize(fates) {
    CanvasLayer.prototype.initialize.call(this, this.options);
    this.paths = Object.fromEntries(Object.entries(fates).map(([fate, { path }]) => [fate, new Path2D(path)]));
    this.points = [];
    this.chosen = null;
  },

  /** @param {{row, fate, lat, lon, approximate}[]} points */
  show(points) {
    this.points = points;
    this.repaint();
  },

  /** Ring one of them, or none. */
  choose(row) {
    this.chosen = row;
    this.repaint();
  },

  /** The point nearest to a place in the window, if one is within reach. */
  at(containerPoint) {
    let [best, reach] = [null, REACH_PX];
    for (const point of this.points) {
      const distance = this._map.latLngToContainerPoint([point.lat, point.lon]).distanceTo(containerPoint);
      if (distance <= reach) [best, reach] = [point, distance];
    }
    return best;
  },

  paint(context) {
    const color = colors(COLORS);
    const size = this._map.getZoom() >= NEAR_ZOOM ? NEAR_PX : FAR_PX;
    const view = this._map.getBounds().pad(0.3);
    for (const point of this.points) {
      if (view.contains([point.lat, point.lon])) this._mark(context, color, point, size);
    }
  },

  _mark(context, color, { row, fate, lat, lon, approximate }, size) {
    const { x, y } = this._map.latLngToLayerPoint([lat, lon]);
    if (approximate || row === this.chosen) this._ring(context, color, { x, y, fate, dashed: row !== this.chosen });
    const scale = size / BOX;
    context.save();
    context.translate(x - size / 2, y - size / 2);
    context.scale(scale, scale);
    context.lineWidth = 2.4;
    context.strokeStyle = color.halo;
    context.fillStyle = color[fate];
    context.stroke(this.paths[fate]);
    context.fill(this.paths[fate]);
    context.restore();
  },

  _ring(context, color, { x, y, fate, dashed }) {
    context.beginPath();
    context.arc(x, y, RING_PX, 0, 2 * Math.PI);
    context.setLineDash(dashed ? RING_DASH : []);
    context.lineWidth = dashed ? 1.4 : 3;
    context.strokeStyle = dashed ? color[fate] : color.chosen;
    context.stroke();
    context.setLineDash([]);
  },
});
