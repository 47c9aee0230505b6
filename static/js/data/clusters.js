// Clusters of what passes the filter, each with the mix of what is in it. Supercluster does the
// clustering; this file feeds it rows of the store and reads its answers back as rows.
//
// From afar one index of everything answers every view. Close up an index of everything would
// take half a second to build and is hardly looked at, so there only the surroundings of the
// view are indexed, when they are looked at. Surroundings are cut along a fixed grid, so that
// panning does not make other clusters of the same points.
import { DEGREE } from './columns.js';
import { ringRadius } from '../words/rings.js';
import { TONES, toneOf } from '../words/tones.js';
import { spread } from './spread.js';

/** A Leaflet world is 256 px wide at zoom 0. */
const WORLD_PX = 256;

export const MIN_ZOOM = 5;
export const MAX_ZOOM = 18;

/** Points nearer than `radius` pixels become one: rings need room, single symbols less. */
const FAR = Object.freeze({ minZoom: MIN_ZOOM, maxZoom: 9, radius: 58 });
const NEAR_RADIUS = 32;

function addMix(total, part) {
  for (const bin in part) total[bin] = (total[bin] ?? 0) + part[bin];
}

/** The view grown to whole cells of a grid (a degree at zoom 10, half at 11 …) and one cell more. */
export function surroundings([west, south, east, north], zoom) {
  const cell = 2 ** (10 - zoom);
  const down = (degrees) => (Math.floor(degrees / cell) - 1) * cell;
  const up = (degrees) => (Math.ceil(degrees / cell) + 1) * cell;
  return [down(west), down(south), up(east), up(north)];
}

export class Clusters {
  /** @param {Function} Supercluster its constructor; @param {string[]} kinds in the order drawn */
  constructor(Supercluster, kinds) {
    this.Supercluster = Supercluster;
    this.kinds = kinds;
    // One shared object a bin: the mix of a single point. Supercluster copies it before adding.
    this.single = Array.from({ length: kinds.length * TONES.length }, (_, bin) => ({ [bin]: 1 }));
    this.inDanger = this.single.map((single) => ({ ...single, danger: 1 }));
  }

  /** Index the given rows (all of them located). */
  build(store, rows) {
    Object.assign(this, { store, rows, near: null, far: null });
    this.binOfLook = store.looks.values.map((look) => this.#bin(look));
  }

  /** What to draw in [west, south, east, north] at a zoom: {cluster, count, mix, danger, lat, lon} or {row}. */
  query(bounds, zoom) {
    const level = Math.floor(zoom);
    this.shown = level <= FAR.maxZoom ? this.#far() : this.#near(bounds, level);
    const items = this.shown.getClusters(bounds, level).map((feature) => this.#item(feature));
    spread(items.filter(({ count }) => count), zoom, ({ count }) => ringRadius(count));
    return items;
  }

  /**
   * The rows in a cluster of the last query, at most `limit`; none when there is no such cluster
   * any more, because the data changed since it was drawn.
   */
  leaves(cluster, limit = Infinity) {
    try {
      return this.shown.getLeaves(cluster, limit).map((feature) => feature.id);
    } catch {
      return [];
    }
  }

  #far() {
    this.far ??= this.#index(this.rows, FAR);
    return this.far;
  }

  #near(bounds, level) {
    const area = surroundings(bounds, level);
    const key = [level, ...area].join();
    if (this.near?.key !== key) {
      const options = { minZoom: level, maxZoom: level, radius: NEAR_RADIUS };
      this.near = { key, index: this.#index(this.#inside(area), options) };
    }
    return this.near.index;
  }

  #inside(area) {
    const [west, south, east, north] = area.map((degrees) => degrees * DEGREE);
    const { lat, lon } = this.store;
    return this.rows.filter((row) => (
      lon[row] >= west && lon[row] < east && lat[row] >= south && lat[row] < north));
  }

  #index(rows, options) {
    const { lat, lon, look, danger } = this.store;
    const points = Array.from(rows, (row) => ({
      id: row,
      properties: (danger[row] ? this.inDanger : this.single)[this.binOfLook[look[row]]],
      geometry: { coordinates: [lon[row] / DEGREE, lat[row] / DEGREE] },
    }));
    return new this.Supercluster({ ...options, extent: WORLD_PX, reduce: addMix }).load(points);
  }

  #bin([kind, status]) {
    return this.kinds.indexOf(kind) * TONES.length + TONES.indexOf(toneOf(status));
  }

  #item({ id, properties, geometry }) {
    if (!properties.cluster) return { row: id };
    const [lon, lat] = geometry.coordinates;
    return {
      cluster: properties.cluster_id, count: properties.point_count, mix: this.#mix(properties),
      danger: properties.danger ?? 0, lat, lon,
    };
  }

  // [[kind, tone, count], …] in the order of kinds and tones, without the empty ones.
  #mix(properties) {
    const mix = [];
    for (let bin = 0; bin < this.single.length; bin++) {
      if (!properties[bin]) continue;
      const kind = this.kinds[Math.floor(bin / TONES.length)];
      mix.push([kind, TONES[bin % TONES.length], properties[bin]]);
    }
    return mix;
  }
}
