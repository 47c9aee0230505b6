// The ground under the symbols: borders and names from files we serve ourselves, or tiles where
// the installation has some. A file that is missing leaves a plain ground, never a broken page.
import * as L from 'leaflet';
import { isDark } from '../core/theme.js';
import { Ground } from './ground.js';
import { Labels } from './labels.js';

async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

// An old-fashioned script, which expects a global Leaflet and leaves a global behind.
function script(url) {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = url;
    element.addEventListener('load', resolve);
    element.addEventListener('error', () => reject(new Error(`${url} did not load`)));
    document.head.append(element);
  });
}

export class Basemap {
  /** @param {HTMLElement} words where the sources are named besides the corner of the map */
  constructor(map, settings, words) {
    Object.assign(this, { map, settings, words });
    this.credits = L.control.attribution({ position: 'bottomright', prefix: false }).addTo(map);
    addEventListener('themechange', () => this.#repaint());
  }

  async start() {
    const { tile_url: tiles, pmtiles, geo_url: geo } = this.settings;
    const foreign = Boolean(tiles || pmtiles);
    if (tiles) this.#raster(tiles);
    if (pmtiles) await this.#vector(pmtiles).catch(console.warn);
    await Promise.all([
      json(`${geo}/basemap.json`).then((basemap) => this.#ground(basemap, foreign)),
      foreign ? null : json(`${geo}/places.json`).then((places) => this.#labels(places)),
    ]).catch(console.warn);
  }

  /** Tint the counties that the filter names. */
  choose(fipsCodes) {
    this.chosen = fipsCodes;
    this.ground?.choose(fipsCodes);
  }

  /** Shade the counties where too few units are left: [{counties, short}]. */
  uncovered(holes) {
    this.holes = holes;
    this.ground?.uncovered(holes);
  }

  /** A county as a place to go to; null while the borders are not here. */
  countyOf(fips) {
    return this.ground?.countyOf(fips) ?? null;
  }

  /** Keep the names clear of the symbols: [lat, lon, radius in pixels]. */
  avoid(symbols) {
    this.symbols = symbols;
    this.labels?.avoid(symbols);
  }

  #ground(basemap, foreign) {
    this.ground = new Ground(basemap, { bounds: this.settings.bounds, overTiles: foreign }).addTo(this.map);
    this.ground.choose(this.chosen ?? []);
    this.ground.uncovered(this.holes ?? []);
    this.#credit(basemap.attribution?.join(' · '));
  }

  #labels(places) {
    this.labels = new Labels(places, this.settings.state.name).addTo(this.map);
    this.labels.avoid(this.symbols ?? []);
  }

  #raster(url) {
    L.tileLayer(url, { pane: 'tilePane', maxZoom: 19 }).addTo(this.map);
    this.#credit(this.settings.tile_attribution);
  }

  async #vector(url) {
    window.L = L;
    await script(new URL('../../vendor/protomaps-leaflet/protomaps-leaflet.js', import.meta.url));
    const flavor = isDark() ? 'dark' : 'light';
    window.protomapsL.leafletLayer({ url, flavor, lang: 'en' }).addTo(this.map);
    this.#credit(this.settings.tile_attribution || '© OpenStreetMap');
  }

  #credit(text) {
    if (!text) return;
    this.credits.addAttribution(text);
    this.words.textContent = `${this.words.textContent || 'Map:'} ${text}`;
  }

  #repaint() {
    this.ground?.repaint();
    this.labels?.repaint();
  }
}
