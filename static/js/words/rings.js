// How large a ring is: the number of digits shows in its size. css/map.css has the same figures.

/** The size class of a cluster of so many. */
export function ringSize(count) {
  if (count < 10) return 'few';
  if (count < 100) return 'some';
  return count < 1000 ? 'many' : 'most';
}

const RADIUS_PX = Object.freeze({ few: 18, some: 21, many: 24, most: 28 });

/** Half the width of that ring in pixels. */
export function ringRadius(count) {
  return RADIUS_PX[ringSize(count)];
}
