// The place of an incident that is being written down, on the map before anything is made of it.
import * as L from 'leaflet';
import { el } from '../core/dom.js';

export class Spot {
  constructor(stage) {
    this.stage = stage;
    this.layer = L.layerGroup().addTo(stage.map);
  }

  /** @param {?{lat, lon, radius_m}} place null takes it away */
  show(place, covered = {}) {
    this.layer.clearLayers();
    if (!place) return;
    const at = [place.lat, place.lon];
    if (place.radius_m) L.circle(at, { radius: place.radius_m, className: 'spot-ring', interactive: false }).addTo(this.layer);
    const html = el('div', { class: 'spot' });
    L.marker(at, { icon: L.divIcon({ html, className: '', iconSize: [28, 28] }), interactive: false,
      keyboard: false }).addTo(this.layer);
    this.stage.reveal(place, covered);
  }
}
