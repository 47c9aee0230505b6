// Incidents that have no symbol where the map is crowded: small diamonds on one canvas, in the color
// of their priority. Thousands cost as much as one; a pointer finds them as it finds a symbol.
import { framed } from '../core/dom.js';
import { CanvasLayer } from './canvas-layer.js';
import { colors } from './theme-colors.js';

const PANE = 'incident-points';
const COLORS = Object.freeze({
  1: '--priority-1', 2: '--priority-2', 3: '--priority-3', 4: '--priority-4', edge: '--map-halo', line: '--text',
});
const RADIUS_PX = 4;
/** With its edges. */
const SIDE_PX = 13;
/** How near a pointer has to come. */
const GRAB_PX = 7;

const Points = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, { padding: 0.25, pane: PANE });
    this.incidents = [];
    this.spots = [];
  },

  show(incidents) {
    this.incidents = incidents;
    this.repaint();
  },

  paint(context) {
    const pictures = picturesOf(colors(COLORS));
    this.spots = this._inSight();
    const half = SIDE_PX / 2;
    for (const { incident: { priority }, x, y } of this.spots) {
      context.drawImage(pictures[priority], x - half, y - half, SIDE_PX, SIDE_PX);
    }
  },

  /** The uppermost at a point of the map's box, in its pixels, or null. */
  at(point) {
    const { x, y } = this._map.containerPointToLayerPoint(point);
    let best = null;
    for (const spot of this.spots) {
      const far = Math.hypot(spot.x - x, spot.y - y);
      if (far <= GRAB_PX && (!best || far <= best.far)) best = { ...spot, far };
    }
    return best;
  },

  // The most urgent last, on top.
  _inSight() {
    return this.incidents.map((incident) => {
      const { x, y } = this._map.latLngToLayerPoint([incident.lat, incident.lon]);
      return { incident, x, y };
    }).filter((spot) => this._bounds.contains([spot.x, spot.y]))
      .sort((a, b) => b.incident.priority - a.incident.priority);
  },
});

const pictures = new Map();

// One small picture for each priority, in pixels of the screen: drawn anew it would be thousands of edges.
function picturesOf(color) {
  const scale = devicePixelRatio || 1;
  const key = `${Object.values(color).join()} ${scale}`;
  if (!pictures.has(key)) {
    pictures.set(key, Object.fromEntries([1, 2, 3, 4].map((priority) => [priority, picture(color, priority, scale)])));
  }
  return pictures.get(key);
}

function picture(color, priority, scale) {
  const canvas = Object.assign(document.createElement('canvas'), { width: SIDE_PX * scale, height: SIDE_PX * scale });
  const context = canvas.getContext('2d');
  context.setTransform(scale, 0, 0, scale, SIDE_PX * scale / 2, SIDE_PX * scale / 2);
  context.lineJoin = 'round';
  context.beginPath();
  for (const [x, y] of [[0, -RADIUS_PX], [RADIUS_PX, 0], [0, RADIUS_PX], [-RADIUS_PX, 0]]) context.lineTo(x, y);
  context.closePath();
  for (const [ink, width] of [[color.edge, 3], [color.line, 1]]) {
    Object.assign(context, { strokeStyle: ink, lineWidth: width });
    context.stroke();
  }
  context.fillStyle = color[priority];
  context.fill();
  return canvas;
}

export class IncidentPoints {
  /** @param {L.Map} map; @param {{chosen: function(object), pointed: function(?object)}} tell */
  constructor(map, tell) {
    Object.assign(this, { map, tell, under: null });
    map.createPane(PANE).style.zIndex = 610; // above the resources' 600, below the incidents' symbols
    this.layer = new Points().addTo(map);
    const box = map.getContainer();
    // before the symbols below them hear of it
    box.addEventListener('click', (event) => this.#click(event), true);
    const point = framed((event) => this.#over(event && this.#under(event)));
    box.addEventListener('mousemove', point);
    box.addEventListener('mouseleave', () => point(null));
    map.on('movestart', () => this.#over(null));
    addEventListener('themechange', () => this.layer.repaint());
  }

  /** Draw these and no others. */
  show(incidents) {
    if (incidents.length || this.layer.incidents.length) this.layer.show(incidents);
  }

  // The pane lets the pointer through: what it hits is asked here.
  #under(event) {
    const busy = event.target.closest('.incident-mark') || this.map.getContainer().closest('.picking, .drawing');
    return this.layer.spots.length && !busy ? this.layer.at(this.map.mouseEventToContainerPoint(event)) : null;
  }

  #click(event) {
    const spot = this.map.dragging.moved() ? null : this.#under(event);
    if (!spot) return;
    event.stopPropagation();
    this.tell.chosen(spot.incident);
  }

  #over(spot) {
    const id = spot?.incident.id ?? null;
    if (id === this.under) return;
    this.under = id;
    this.map.getContainer().classList.toggle('on-point', Boolean(spot));
    this.tell.pointed(spot && { incident: spot.incident, element: this.#anchor(spot) });
  }

  // Where words about it stand: all that is asked of an element.
  #anchor({ x, y }) {
    const { map } = this;
    return {
      isConnected: true,
      getBoundingClientRect() {
        const box = map.getContainer().getBoundingClientRect();
        const at = map.layerPointToContainerPoint([x, y]);
        const side = 2 * RADIUS_PX;
        return new DOMRect(box.left + at.x - RADIUS_PX, box.top + at.y - RADIUS_PX, side, side);
      },
    };
  }
}
