// TopoJSON into canvas paths: the borders of static/geo/<state>/basemap.json, projected once.
// Paths are kept in pixels of REFERENCE_ZOOM around the middle of the state, so that the single
// precision of a canvas is still a twentieth of a pixel at the closest zoom.
const TILE = 256;
export const REFERENCE_ZOOM = 8;
const WORLD = TILE * 2 ** REFERENCE_ZOOM;

/** Web Mercator in pixels of REFERENCE_ZOOM. */
function project(lon, lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [
    ((lon + 180) / 360) * WORLD,
    (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD,
  ];
}

// Arcs hold whole grid steps, each the difference to the one before.
function decodeArc(arc, { scale, translate }) {
  let x = 0;
  let y = 0;
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
}

export class Topology {
  /** @param {object} topology TopoJSON with a `transform`; @param {number[]} bounds of the state */
  constructor(topology, [west, south, east, north]) {
    this.objects = topology.objects;
    this.origin = project((west + east) / 2, (south + north) / 2);
    this.arcs = topology.arcs.map((arc) => decodeArc(arc, topology.transform)
      .map(([lon, lat]) => this.#local(lon, lat)));
  }

  /** The path of a whole object or of one of its geometries; undefined when there is none. */
  path(geometry) {
    if (!geometry) return undefined;
    const path = new Path2D();
    for (const ring of this.#rings(geometry)) this.#trace(path, ring);
    return path;
  }

  /** The middle of the largest ring of a geometry, in pixels of REFERENCE_ZOOM around `origin`. */
  middle(geometry) {
    let best = null;
    for (const ring of this.#rings(geometry)) {
      const points = ring.flatMap((number) => this.arcs[number < 0 ? ~number : number]);
      const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
      const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      const size = (east - west) * (south - north);
      if (!best || size > best.size) best = { size, x: (west + east) / 2, y: (north + south) / 2, width: east - west };
    }
    return best;
  }

  #local(lon, lat) {
    const [x, y] = project(lon, lat);
    return [x - this.origin[0], y - this.origin[1]];
  }

  // Lists of arc numbers, whatever the type.
  #rings({ type, arcs, geometries }) {
    if (type === 'GeometryCollection') return geometries.flatMap((geometry) => this.#rings(geometry));
    if (type === 'MultiPolygon') return arcs.flat();
    return type === 'LineString' ? [arcs] : arcs;
  }

  // A negative number is the same arc walked backward.
  #trace(path, ring) {
    let started = false;
    for (const number of ring) {
      const arc = number < 0 ? this.arcs[~number].slice().reverse() : this.arcs[number];
      for (const [x, y] of arc) {
        if (started) path.lineTo(x, y);
        else path.moveTo(x, y);
        started = true;
      }
    }
  }
}
