// Where a shape lies, and where in it a label can stand.

/** The polygons of a GeoJSON (multi)polygon. */
export const polygons = ({ type, coordinates }) => (type === 'Polygon' ? [coordinates] : coordinates);

function extent(ring) {
  const none = [Infinity, Infinity, -Infinity, -Infinity];
  return ring.reduce(([west, south, east, north], [lon, lat]) => (
    [Math.min(west, lon), Math.min(south, lat), Math.max(east, lon), Math.max(north, lat)]), none);
}

// Where a line through the middle of the largest part lies inside it longest: its middle.
function inside(ring, [, south, , north]) {
  const lat = (south + north) / 2 + 1e-9;
  const cuts = [];
  for (let i = 1; i < ring.length; i++) {
    const [[x1, y1], [x2, y2]] = [ring[i - 1], ring[i]];
    if ((y1 > lat) !== (y2 > lat)) cuts.push(x1 + ((x2 - x1) * (lat - y1)) / (y2 - y1));
  }
  cuts.sort((a, b) => a - b);
  let best = [0, 0];
  for (let i = 0; i + 1 < cuts.length; i += 2) if (cuts[i + 1] - cuts[i] > best[1] - best[0]) best = [cuts[i], cuts[i + 1]];
  return [lat, (best[0] + best[1]) / 2];
}

/** Bounds [west, south, east, north] of a shape and a place [lat, lon] inside its largest part. */
export function measure(geometry) {
  const parts = polygons(geometry).map(([ring]) => ({ ring, box: extent(ring) }));
  const size = ({ box: [west, south, east, north] }) => (east - west) * (north - south);
  const largest = parts.reduce((a, b) => (size(b) > size(a) ? b : a));
  const bounds = extent(parts.flatMap(({ box: [west, south, east, north] }) => [[west, south], [east, north]]));
  return { bounds, middle: inside(largest.ring, largest.box) };
}
