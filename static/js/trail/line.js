// A trail on the map: a line, a dot for each position, and the one that the list points at.
import * as L from 'leaflet';
import { secondOrDay } from '../words/clock.js';

const DOT_PX = 3.5;
const EDGE_PX = 48;
/** More dots than this only hide the line. */
const MOST_DOTS = 400;

export class TrailLine {
  /** @param {string} zone for the times; @param {() => object} covered {right, bottom} px of the map */
  constructor(map, zone, covered) {
    Object.assign(this, { map, zone, covered });
    this.layer = L.layerGroup();
  }

  /** Draw these fixes and go where they are. */
  show(fixes) {
    this.clear();
    const points = fixes.map(({ lat, lon }) => [lat, lon]);
    L.polyline(points, { className: 'trail-line', interactive: false }).addTo(this.layer);
    const step = Math.ceil(fixes.length / MOST_DOTS);
    fixes.forEach((fix, i) => { if (i % step === 0 || i === fixes.length - 1) this.#dot(fix); });
    this.layer.addTo(this.map);
    if (points.length) this.map.fitBounds(L.latLngBounds(points), { maxZoom: 15, ...this.#free() });
  }

  /** Ring one position. */
  point({ lat, lon }) {
    this.ring ??= L.circleMarker([lat, lon], { radius: 9, className: 'trail-here', interactive: false });
    this.ring.setLatLng([lat, lon]).addTo(this.layer);
    this.map.panInside([lat, lon], this.#free());
  }

  clear() {
    this.layer.clearLayers().remove();
    this.ring = null;
  }

  // Where nothing lies over the map.
  #free() {
    const { right = 0, bottom = 0 } = this.covered();
    return { paddingTopLeft: [EDGE_PX, EDGE_PX], paddingBottomRight: [right + EDGE_PX, bottom + EDGE_PX] };
  }

  #dot({ lat, lon, at }) {
    L.circleMarker([lat, lon], { radius: DOT_PX, className: 'trail-dot' })
      .bindTooltip(secondOrDay(at, this.zone)).addTo(this.layer);
  }
}
