// Clusters of what passes the filter, each with the mix of what is in it. Supercluster does the
// clustering; this file feeds it rows of the store and reads its answers back as rows.
import { DEGREE } from './columns.js';
import { TONES, toneOf } from '../words/tones.js';

/** Points nearer than this on the screen become one. */
const RADIUS_PX = 54;
/** A Leaflet world is 256 px wide at zoom 0. */
const WORLD_PX = 256;

export const MAX_ZOOM = 18;

function addMix(total, part) {
  for (const bin in part) total[bin] = (total[bin] ?? 0) + part[bin];
}

export class Clusters {
  /** @param {Function} Supercluster its constructor; @param {string[]} kinds in the order drawn */
  constructor(Supercluster, kinds) {
    this.Supercluster = Supercluster;
    this.kinds = kinds;
    // One shared object a bin: the mix of a single point. Supercluster copies it before adding.
    this.single = Array.from({ length: kinds.length * TONES.length }, (_, bin) => ({ [bin]: 1 }));
  }

  /** Index the given rows (all of them located). */
  build(store, rows) {
    const ofLook = store.looks.values.map((look) => this.single[this.#bin(look)]);
    this.store = store;
    this.index = new this.Supercluster({
      radius: RADIUS_PX, extent: WORLD_PX, maxZoom: MAX_ZOOM, reduce: addMix,
    });
    this.index.load(Array.from(rows, (row) => ({
      id: row,
      properties: ofLook[store.look[row]],
      geometry: { coordinates: [store.lon[row] / DEGREE, store.lat[row] / DEGREE] },
    })));
  }

  #bin([kind, status]) {
    return this.kinds.indexOf(kind) * TONES.length + TONES.indexOf(toneOf(status));
  }

  /** What to draw in [west, south, east, north] at a zoom: {cluster, count, mix, lat, lon} or {row}. */
  query(bounds, zoom) {
    return this.index.getClusters(bounds, zoom).map((feature) => this.#item(feature));
  }

  /** The rows in a cluster, at most `limit`. */
  leaves(cluster, limit) {
    return this.index.getLeaves(cluster, limit).map((feature) => feature.id);
  }

  /** The zoom at which a cluster falls apart; above MAX_ZOOM it never does. */
  expansionZoom(cluster) {
    return this.index.getClusterExpansionZoom(cluster);
  }

  #item({ id, properties, geometry }) {
    if (!properties.cluster) return { row: id };
    const [lon, lat] = geometry.coordinates;
    return {
      cluster: properties.cluster_id, count: properties.point_count, mix: this.#mix(properties),
      lat, lon,
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
