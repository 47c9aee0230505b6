// Symbols and clusters on the map. The worker says what to draw; this file changes as little as
// it can, so that nothing flickers while data arrives.
import * as L from 'leaflet';
import { Emitter } from '../core/emitter.js';
import { el } from '../core/dom.js';
import { plural, short } from '../words/numbers.js';
import { ringRadius, ringSize } from '../words/rings.js';
import { lookInWords, symbol } from '../ui/symbol.js';
import { madeMarker } from './made-marker.js';
import { mixInWords, ring } from './ring.js';
import { Walk } from './walk.js';

const POINT_RADIUS_PX = 12;
/** As long as the transition in css/map.css. */
const GLIDE_MS = 500;

const keyOf = (item) => (item.id === undefined
  ? `c${item.lat.toFixed(5)},${item.lon.toFixed(5)}` : `r${item.id}`);
// Two items with one signature look the same, wherever they are.
const signatureOf = ({ count, mix, kind, status, stale, approximate, danger }) => (
  count ? `${count}|${mix.join(';')}|${danger}` : `${kind}|${status}|${stale}|${approximate}|${danger}`);

/**
 * Events: `chosen` {id}, `opened` {cluster, lat, lon, element}, `pointed` {item, element} or null.
 */
export class Markers extends Emitter {
  constructor(map, catalog) {
    super();
    this.map = map;
    this.catalog = catalog;
    this.layer = L.layerGroup().addTo(map);
    this.markers = new Map();
    this.items = [];
    this.selected = null;
    this.walk = new Walk(map, map.getPane('markerPane'), {
      label: 'Symbols in view: arrow keys move between them, Enter opens one',
      entries: () => this.markers.values(),
      activate: ({ item, marker }) => this.#activate(item, marker.getElement()),
    });
  }

  /** Draw these items and no others. */
  show(items) {
    this.items = items;
    const wanted = this.#withSelected(items);
    for (const [key, { marker }] of this.markers) {
      if (!wanted.has(key)) {
        this.layer.removeLayer(marker);
        this.markers.delete(key);
      }
    }
    for (const [key, item] of wanted) this.#draw(key, item);
    this.walk.keepOneTabStop();
  }

  /** Ring the selected one; it is drawn even where a cluster has swallowed it. */
  select(item) {
    this.selected = item;
    this.show(this.items);
  }

  /** What is drawn as [lat, lon, radius in pixels], for names to keep clear of. */
  get occupied() {
    return [...this.markers.values()].map(({ item: { lat, lon, count } }) => (
      [lat, lon, count ? ringRadius(count) : POINT_RADIUS_PX]));
  }

  #withSelected(items) {
    const wanted = new Map(items.map((item) => [keyOf(item), item]));
    if (this.selected && this.selected.lat !== null) {
      wanted.set(keyOf(this.selected), { ...this.selected, chosen: true });
    }
    return wanted;
  }

  #draw(key, item) {
    const signature = `${signatureOf(item)}|${item.chosen}`;
    const known = this.markers.get(key);
    if (known && known.signature === signature) this.#move(known, item);
    else {
      if (known) this.layer.removeLayer(known.marker);
      this.markers.set(key, { signature, item, marker: this.#make(item) });
    }
  }

  #move(known, item) {
    const { lat, lng } = known.marker.getLatLng();
    known.item = item;
    known.marker.item = item;
    if (lat === item.lat && lng === item.lon) return;
    if (item.id !== undefined) this.#glide(known.marker.getElement());
    known.marker.setLatLng([item.lat, item.lon]);
  }

  // The one motion on the page: it shows where something went.
  #glide(element) {
    element.classList.add('glide');
    setTimeout(() => element.classList.remove('glide'), GLIDE_MS);
  }

  #make(item) {
    const marker = madeMarker([item.lat, item.lon], () => this.#element(item), {
      zIndexOffset: item.chosen ? 10_000 : 0,
    });
    marker.item = item;
    marker.on('click', () => this.#activate(marker.item, marker.getElement()));
    marker.on('mouseover', () => this.emit('pointed', { item: marker.item, element: marker.getElement() }));
    marker.on('mouseout', () => this.emit('pointed', null));
    return marker.addTo(this.layer);
  }

  #element(item) {
    const element = item.count ? this.#cluster(item) : this.#point(item);
    element.tabIndex = -1;
    element.setAttribute('role', 'button');
    element.addEventListener('focus', () => this.emit('pointed', { item, element }));
    element.addEventListener('blur', () => this.emit('pointed', null));
    return element;
  }

  #cluster(item) {
    const words = mixInWords(this.catalog, item.mix);
    if (item.danger) words.push(`${short(item.danger)} in danger areas`);
    return ring(this.catalog, el('div', {
      class: `leaflet-marker-icon marker cluster ${ringSize(item.count)}`,
      'aria-label': `${short(item.count)}: ${plural(item.count, 'resource')}. ${words.join('. ')}`,
    }), item);
  }

  #point(item) {
    return el('div', {
      class: `leaflet-marker-icon marker point${item.chosen ? ' selected' : ''}`,
      'aria-label': lookInWords(this.catalog, item),
      'aria-current': item.chosen ? 'true' : null,
    }, symbol(this.catalog, item));
  }

  #activate(item, element) {
    if (item.count) this.emit('opened', { ...item, element });
    else this.emit('chosen', { id: item.id });
  }
}
