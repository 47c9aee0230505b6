// Around the selected unit, a circle as wide as its device says that it may be off.
import * as L from 'leaflet';

export class AccuracyCircle {
  constructor(map) {
    this.map = map;
    this.circle = null;
  }

  /** @param {?{lat, lon, radius}} place in meters; null, or no radius: no circle */
  show(place) {
    if (!place?.radius || place.lat === null) {
      this.circle?.remove();
      this.circle = null;
      return;
    }
    const at = [place.lat, place.lon];
    this.circle ??= L.circle(at, { radius: place.radius, className: 'accuracy', interactive: false }).addTo(this.map);
    this.circle.setLatLng(at).setRadius(place.radius);
  }
}
