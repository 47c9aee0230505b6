// Which resources lie in a hazard, an evacuation or an exclusion area. 50,000 points against areas
// of thousands of corners: boxes sort out most of the points, and each area keeps its edges by
// bands of latitude, so that a point meets only the few edges beside it.
import { DANGER, isInForce } from '../words/areas.js';
import { NOWHERE } from './columns.js';

/** In the store's column: not worked out yet. */
export const UNKNOWN_DANGER = 255;
const EDGES_PER_BAND = 4;
const MOST_BANDS = 2048;

/** Areas that endanger who is in them, at `now`. */
export function dangerous(areas, now) {
  return [...areas].filter((area) => DANGER[area.kind] && isInForce(area, now));
}

// Edges as four numbers each, in hundred-thousandths of a degree like the store's columns; a ring
// in a polygon is a hole by the even-odd rule, so rings need not be told apart.
function edgesOf({ type, coordinates }) {
  const rings = type === 'Polygon' ? coordinates : coordinates.flat();
  const edges = [];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [[x1, y1], [x2, y2]] = [ring[i - 1], ring[i]];
      if (y1 !== y2) edges.push([x1 * 1e5, y1 * 1e5, x2 * 1e5, y2 * 1e5]);
    }
  }
  return edges;
}

/** One area, ready to be asked about points. */
export class Ground {
  /** @param {{kind: string, geometry: object}} area GeoJSON (multi)polygon in degrees */
  constructor({ kind, geometry }) {
    this.bit = DANGER[kind];
    const edges = edgesOf(geometry);
    this.west = this.south = Infinity;
    this.east = this.north = -Infinity;
    for (const [x1, y1, x2, y2] of edges) {
      this.west = Math.min(this.west, x1, x2);
      this.east = Math.max(this.east, x1, x2);
      this.south = Math.min(this.south, y1, y2);
      this.north = Math.max(this.north, y1, y2);
    }
    this.bands = this.#banded(edges);
  }

  /** @param {number} x longitude, @param {number} y latitude, in hundred-thousandths of a degree */
  holds(x, y) {
    if (x < this.west || x > this.east || y < this.south || y > this.north) return false;
    let isInside = false;
    const band = this.bands[this.#band(y)];
    for (let i = 0; i < band.length; i += 4) {
      const y1 = band[i + 1];
      const y2 = band[i + 3];
      if ((y1 > y) !== (y2 > y) && x < ((band[i + 2] - band[i]) * (y - y1)) / (y2 - y1) + band[i]) isInside = !isInside;
    }
    return isInside;
  }

  #band(y) {
    return Math.min(this.count - 1, Math.floor(((y - this.south) / (this.north - this.south)) * this.count));
  }

  #banded(edges) {
    this.count = Math.min(MOST_BANDS, Math.max(1, Math.ceil(edges.length / EDGES_PER_BAND)));
    const bands = Array.from({ length: this.count }, () => []);
    for (const edge of edges) {
      const [, y1, , y2] = edge;
      const last = this.#band(Math.max(y1, y2));
      for (let i = this.#band(Math.min(y1, y2)); i <= last; i++) bands[i].push(...edge);
    }
    return bands.map((band) => Float64Array.from(band));
  }
}

function dangerAt(grounds, lon, lat) {
  if (lat === NOWHERE) return 0;
  let bits = 0;
  for (const ground of grounds) if (!(bits & ground.bit) && ground.holds(lon, lat)) bits |= ground.bit;
  return bits;
}

/** Keeps the store's column `danger` true. */
export class Dangers {
  constructor() {
    this.grounds = new Map(); // by id and version: a new area does not measure the others again
    this.key = '';
  }

  /**
   * Look at the areas and the clock again.
   * @returns {boolean} whether other areas are in force than before; all rows are then to be
   *   worked out anew
   */
  survey(areas, now) {
    const inForce = dangerous(areas, now);
    const keys = inForce.map(({ id, version }) => `${id}.${version}`);
    if (keys.join() === this.key) return false;
    this.key = keys.join();
    this.grounds = new Map(inForce.map((area, i) => [keys[i], this.grounds.get(keys[i]) ?? new Ground(area)]));
    return true;
  }

  /**
   * Work out the rows that are not known, or all of them.
   * @returns {number[]} ids of the resources whose danger is another one than before
   */
  mark(store, { all = false } = {}) {
    const grounds = [...this.grounds.values()];
    const turned = [];
    for (let row = 0; row < store.size; row++) {
      const before = store.danger[row];
      if (!all && before !== UNKNOWN_DANGER) continue;
      const now = dangerAt(grounds, store.lon[row], store.lat[row]);
      store.danger[row] = now;
      if (before !== now && before !== UNKNOWN_DANGER) turned.push(store.id[row]);
    }
    return turned;
  }
}
