// Incidents are never merged into one symbol. Where several would lie on each other, each steps
// aside as far as it must, and a thin line leads back to its place.
const ROUNDS = 24;
/** Turns of the golden angle: who stands on one spot leaves it in all directions. */
const TURN = 2.399963;
const NUDGE = 0.1;

function part(one, other) {
  const least = one.radius + other.radius;
  if (Math.abs(other.x - one.x) >= least || Math.abs(other.y - one.y) >= least) return false;
  const dx = other.x - one.x;
  const dy = other.y - one.y;
  const far = Math.hypot(dx, dy) || 1e-6;
  const push = (least - far) / 2;
  if (push <= 0) return false;
  one.x -= (dx / far) * push;
  one.y -= (dy / far) * push;
  other.x += (dx / far) * push;
  other.y += (dy / far) * push;
  return true;
}

/**
 * Where to draw symbols so that none hides another.
 * @param {{id: number, x: number, y: number, radius: number}[]} points in pixels, in any order
 * @returns {Map<number, {x: number, y: number}>} by id; the same for the same points
 */
export function apart(points) {
  const placed = [...points].sort((a, b) => a.id - b.id).map(({ id, x, y, radius }, i) => ({
    id, radius, x: x + NUDGE * Math.cos(i * TURN), y: y + NUDGE * Math.sin(i * TURN),
  }));
  for (let round = 0, moved = true; moved && round < ROUNDS; round++) {
    moved = false;
    for (let i = 0; i < placed.length; i++) {
      for (let j = i + 1; j < placed.length; j++) moved = part(placed[i], placed[j]) || moved;
    }
  }
  return new Map(placed.map(({ id, x, y }) => [id, { x, y }]));
}
