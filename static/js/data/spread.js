// Rings that lie on each other cannot be read. A ring stands for a neighborhood and not for a
// spot, so it may step aside by a few pixels; single symbols never do.
const WORLD_PX = 256;
const ROUNDS = 4;

const toX = (lon, size) => ((lon + 180) / 360) * size;
const toLon = (x, size) => (x / size) * 360 - 180;
const toY = (lat, size) => {
  const sine = Math.sin((lat * Math.PI) / 180);
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size;
};
const toLat = (y, size) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / size))) * 180) / Math.PI;

// Push two discs apart, each by half of what they overlap.
function part(one, other) {
  const dx = other.x - one.x || 0.01;
  const dy = other.y - one.y;
  const far = Math.hypot(dx, dy);
  const overlap = one.radius + other.radius - far;
  if (overlap <= 0) return;
  const [sx, sy] = [(dx / far) * overlap / 2, (dy / far) * overlap / 2];
  one.x -= sx;
  one.y -= sy;
  other.x += sx;
  other.y += sy;
}

/**
 * @param {{lat, lon}[]} items; they are moved in place
 * @param {number} zoom of the map
 * @param {function(object): number} radiusOf a ring in pixels
 */
export function spread(items, zoom, radiusOf) {
  const size = WORLD_PX * 2 ** zoom;
  const discs = items.map((item) => ({
    item, x: toX(item.lon, size), y: toY(item.lat, size), radius: radiusOf(item),
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < discs.length; i++) for (let j = i + 1; j < discs.length; j++) part(discs[i], discs[j]);
  }
  for (const { item, x, y } of discs) {
    item.lat = toLat(y, size);
    item.lon = toLon(x, size);
  }
}
