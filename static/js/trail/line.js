// A trail on the map: a line, a dot for each position, and the one that the list points at.
import * as L from 'leaflet';
import { clockTime } from '../words/age.js';

const DOT_PX = 3.5;
/** More dots than this only hide the line. */
const MOST_DOTS = 400;

export class TrailLine {
  constructor(map) {
    this.map = map;
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
    if (points.length) this.map.fitBounds(L.latLngBounds(points).pad(0.2), { maxZoom: 15 });
  }

  /** Ring one position. */
  point({ lat, lon }) {
    this.ring ??= L.circleMarker([lat, lon], { radius: 9, className: 'trail-here', interactive: false });
    this.ring.setLatLng([lat, lon]).addTo(this.layer);
    this.map.panInside([lat, lon], { padding: [80, 80] });
  }

  clear() {
    this.layer.clearLayers().remove();
    this.ring = null;
  }

  #dot({ lat, lon, at }) {
    L.circleMarker([lat, lon], { radius: DOT_PX, className: 'trail-dot' })
      .bindTooltip(clockTime(at)).addTo(this.layer);
  }
}
