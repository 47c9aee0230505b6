// A canvas that pans and zooms with the map. Leaflet's Renderer does the hard part, padding and
// animation; who extends this writes `paint(context)` in layer pixels.
import * as L from 'leaflet';

export const CanvasLayer = L.Renderer.extend({
  options: { padding: 0.25, pane: 'tilePane' },

  repaint() {
    if (this._map) this._update();
  },

  _initContainer() {
    this._layers = {}; // the Renderer asks for them; we have none
    this._container = document.createElement('canvas');
    this._container.setAttribute('aria-hidden', 'true');
    this._container.style.pointerEvents = 'none';
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    this.paint(this._fit());
  },

  // Size the canvas to the padded view, at the real resolution of the screen.
  _fit() {
    const { min } = this._bounds;
    const size = this._bounds.getSize();
    const scale = devicePixelRatio || 1;
    const canvas = this._container;
    L.DomUtil.setPosition(canvas, min);
    if (canvas.width !== size.x * scale || canvas.height !== size.y * scale) {
      canvas.width = size.x * scale;
      canvas.height = size.y * scale;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    const context = canvas.getContext('2d');
    context.setTransform(scale, 0, 0, scale, -min.x * scale, -min.y * scale);
    context.clearRect(min.x, min.y, size.x, size.y);
    return context;
  },
});
