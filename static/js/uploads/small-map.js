// A map beside a list: the house's ground, no markers of its own, and a way to fit what is shown.
import * as L from 'leaflet';
import { $ } from '../core/dom.js';
import { Basemap } from '../map/basemap.js';
import { Stage } from '../map/stage.js';
import { PointsLayer } from './points-layer.js';

const CLOSEST = 11;

/** The middle nine tenths: one stray point does not shrink all others to a dot. */
function middle(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const cut = sorted.length > 20 ? Math.floor(sorted.length * 0.05) : 0;
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}

export class SmallMap {
  /** @param {HTMLElement} box holds `[data-map]` and a `[data-credits]` for the map's sources */
  constructor(box, settings) {
    this.stage = new Stage($('[data-map]', box), settings, null);
    this.map = this.stage.map;
    this.map.scrollWheelZoom.disable(); // the page scrolls; Ctrl and the wheel zoom
    this.map.getContainer().addEventListener('wheel', (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.map.setZoomAround(this.map.mouseEventToLatLng(event), this.map.getZoom() - Math.sign(event.deltaY));
    }, { passive: false });
    this.basemap = new Basemap(this.map, settings, $('[data-credits]', box));
    this.layer = new PointsLayer(settings.fates).addTo(this.map);
    this.basemap.start();
    new ResizeObserver(() => this.stage.resized()).observe($('[data-map]', box));
    addEventListener('themechange', () => this.layer.repaint());
    for (const [name, run] of [['in', () => this.map.zoomIn()], ['out', () => this.map.zoomOut()], ['fit', () => this.fit()]]) {
      $(`[data-zoom=${name}]`, box)?.addEventListener('click', run);
    }
  }

  show(points) {
    this.layer.show(points);
  }

  /** As close as most of the points allow; the whole state without any. */
  fit() {
    const { points } = this.layer;
    if (!points.length) {
      this.stage.goHome();
      return;
    }
    const [south, north] = middle(points.map(({ lat }) => lat));
    const [west, east] = middle(points.map(({ lon }) => lon));
    this.map.fitBounds(L.latLngBounds([[south, west], [north, east]]).pad(0.15), { maxZoom: CLOSEST, animate: false });
  }
}
