// Markers whose element we make ourselves, all of them in the layer of their pane.
import * as L from 'leaflet';

const MadeIcon = L.Icon.extend({
  createIcon() { return this.options.make(); },
  createShadow() { return null; },
});

// Leaflet places each by translate3d, for which the browser keeps a picture of its own: with two
// hundred of them it spends more on putting those together than on anything else while the map moves.
const FlatMarker = L.Marker.extend({
  _setPos(pos) {
    L.Marker.prototype._setPos.call(this, pos);
    this._icon.style.transform = `translate(${pos.x}px, ${pos.y}px)`;
  },
});

/** A marker at [lat, lon], not yet on the map; `make()` returns its element. */
export function madeMarker(at, make, options = {}) {
  return new FlatMarker(at, { icon: new MadeIcon({ make }), keyboard: false, ...options });
}
