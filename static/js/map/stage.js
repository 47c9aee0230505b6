// The Leaflet map itself, without anything on it.
import * as L from 'leaflet';
import { Emitter } from '../core/emitter.js';
import { MAX_ZOOM, MIN_ZOOM } from '../data/clusters.js';
import { framed } from '../core/dom.js';

/** How far past the state a person may pan, as a part of its size. */
const MARGIN = 0.8;
/** Nearer than this to an edge of what can be seen, a point counts as hidden. */
const EDGE_PX = 24;
/** From farther away there is no room to bring a point above a sheet: the map ends at its bounds. */
const CLOSE = 10;

/**
 * Events: `moved` {bounds, zoom, center}, `pointed` {lat, lon} or null, `clicked` {lat, lon}, `here`
 * {lat, lon, x, y} on a right click, a long press or the menu key.
 */
export class Stage extends Emitter {
  /** @param {HTMLElement} element; @param {object} settings of the page; @param {?object} view */
  constructor(element, settings, view) {
    super();
    this.home = settings.view;
    const [west, south, east, north] = settings.bounds;
    this.stateBounds = L.latLngBounds([[south, west], [north, east]]);
    this.map = L.map(element, {
      zoomControl: false, attributionControl: false, minZoom: MIN_ZOOM, maxZoom: MAX_ZOOM,
      maxBounds: this.stateBounds.pad(MARGIN), maxBoundsViscosity: 0.6,
      zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fadeAnimation: false, boxZoom: true, zoomSnap: 0.5, wheelPxPerZoomLevel: 100,
    });
    if (view) this.map.setView([view.lat, view.lon], view.zoom);
    else this.goHome();
    this.#listen();
  }

  get view() {
    const { lat, lng } = this.map.getCenter();
    const bounds = this.map.getBounds();
    return {
      zoom: this.map.getZoom(), center: { lat, lon: lng },
      bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
    };
  }

  /** The whole state, as large as it fits. */
  goHome() {
    this.map.fitBounds(this.stateBounds, { animate: false });
  }

  /** Show a place: its bounds when it has an extent, else close enough to see the street. */
  goTo(place) {
    if (!place) return;
    const { lat, lon, bounds, zoom } = place;
    if (bounds) {
      const [west, south, east, north] = bounds;
      this.map.fitBounds([[south, west], [north, east]], { maxZoom: 15 });
    } else this.map.setView([lat, lon], zoom ?? Math.max(this.map.getZoom(), 13));
  }

  /** Closer, so far that a cluster of this extent falls apart. */
  open([west, south, east, north]) {
    const bounds = L.latLngBounds([[south, west], [north, east]]);
    const fitting = this.map.getBoundsZoom(bounds, false, L.point(120, 120));
    const zoom = Math.min(MAX_ZOOM, Math.max(fitting, this.map.getZoom() + 1));
    this.map.setView(bounds.getCenter(), zoom);
  }

  /** Pan only if the point is hidden: outside, or under a panel at the right or the bottom. */
  reveal({ lat, lon }, { right = 0, bottom = 0 } = {}) {
    if (bottom) this.#bringAbove([lat, lon], bottom);
    else this.map.panInside([lat, lon], {
      paddingTopLeft: [48, 48], paddingBottomRight: [48 + right, 48],
    });
  }

  // On a phone a sheet covers most of the map: the point comes into the middle of what it leaves.
  #bringAbove(latLng, bottom) {
    const { map } = this;
    const { x: width, y: height } = map.getSize();
    const at = map.latLngToContainerPoint(latLng);
    const isBetween = (value, most) => value >= EDGE_PX && value <= most - EDGE_PX;
    if (isBetween(at.x, width) && isBetween(at.y, height - bottom)) return;
    const zoom = Math.max(map.getZoom(), CLOSE);
    const center = map.project(latLng, zoom).add([0, Math.min(bottom, height - 2 * EDGE_PX) / 2]);
    map.setView(map.unproject(center, zoom), zoom, { animate: false });
  }

  /** The box around it has another size now; what is in the top left corner stays there. */
  resized() {
    this.map.invalidateSize({ pan: false, animate: false });
  }

  #listen() {
    this.map.on('moveend', () => this.emit('moved', this.view));
    this.map.on('resize', () => this.emit('moved', this.view));
    const point = framed((latlng) => this.emit('pointed', latlng && { lat: latlng.lat, lon: latlng.lng }));
    this.map.on('mousemove', ({ latlng }) => point(latlng));
    this.map.on('mouseout', () => point(null));
    this.map.on('contextmenu', (event) => this.#here(event));
    this.map.getContainer().addEventListener('keydown', (event) => this.#menuKey(event));
    this.map.on('click', ({ latlng }) => this.emit('clicked', { lat: latlng.lat, lon: latlng.lng }));
  }

  #here({ latlng, containerPoint, originalEvent }) {
    originalEvent?.preventDefault();
    this.emit('here', { lat: latlng.lat, lon: latlng.lng, x: containerPoint.x, y: containerPoint.y });
  }

  // The keyboard means the middle of the map.
  #menuKey(event) {
    const asked = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (!asked || event.target !== this.map.getContainer()) return;
    event.preventDefault();
    this.#here({ latlng: this.map.getCenter(), containerPoint: this.map.getSize().divideBy(2) });
  }
}
