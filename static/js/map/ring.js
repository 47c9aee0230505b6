// A cluster: how many in the middle, around it an arc for each kind, and in the arc the colors of
// what state that kind is in. The small shapes under the number say which kinds, clockwise.
import { svg } from '../core/dom.js';
import { count as inWords, short } from '../words/numbers.js';
import { TONE_TITLES } from '../words/tones.js';

const BOX = 48;
const RING_RADIUS = 20.5;
const RING_WIDTH = 5;
/** Hundredths of the circle left free between two kinds. */
const GAP = 2.2;
/** An arc shorter than this could not be seen. */
const LEAST_ARC = 1.6;

function byKind(mix) {
  const kinds = new Map();
  for (const [kind, tone, number] of mix) {
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push([tone, number]);
  }
  return kinds;
}

function arc(tone, start, length) {
  return svg('circle', {
    class: `arc ${tone}`, cx: BOX / 2, cy: BOX / 2, r: RING_RADIUS, pathLength: 100,
    'stroke-width': RING_WIDTH, 'stroke-dasharray': `${length} ${100 - length}`,
    'stroke-dashoffset': -start,
  });
}

/** [tone, start, length] of every arc, in hundredths of the circle. */
export function arcs(mix) {
  const kinds = byKind(mix);
  const free = 100 - (kinds.size > 1 ? kinds.size * GAP : 0);
  const weights = mix.map(([, , number]) => number);
  const total = weights.reduce((sum, number) => sum + number, 0);
  const lengths = weights.map((number) => Math.max(LEAST_ARC, (number / total) * free));
  const stretch = free / lengths.reduce((sum, length) => sum + length, 0);
  const placed = [];
  let at = kinds.size > 1 ? GAP / 2 : 0;
  mix.forEach(([kind, tone], i) => {
    if (i > 0 && mix[i - 1][0] !== kind) at += GAP;
    placed.push([tone, at, lengths[i] * stretch]);
    at += lengths[i] * stretch;
  });
  return placed;
}

function shapes(catalog, kinds) {
  const size = 8;
  const left = BOX / 2 - (kinds.length * (size + 1) - 1) / 2;
  return kinds.map((kind, i) => svg('use', {
    href: `${catalog.symbolsUrl}#${kind}`, x: left + i * (size + 1), y: 28, width: size, height: size,
  }));
}

/** The picture of a cluster {count, mix}. */
export function ring(catalog, { count, mix }) {
  const picture = svg('svg', { class: 'ring', viewBox: `0 0 ${BOX} ${BOX}`, 'aria-hidden': 'true' },
    svg('circle', { class: 'disc', cx: BOX / 2, cy: BOX / 2, r: RING_RADIUS + RING_WIDTH / 2 + 0.5 }));
  for (const [tone, start, length] of arcs(mix)) picture.append(arc(tone, start, length));
  picture.append(
    svg('text', { x: BOX / 2, y: 26 }, short(count)),
    ...shapes(catalog, [...byKind(mix).keys()]),
  );
  return picture;
}

/** The size class of a cluster: the number of digits shows in its size. */
export function ringSize(count) {
  if (count < 10) return 'few';
  if (count < 100) return 'some';
  return count < 1000 ? 'many' : 'most';
}

/** Lines for the tooltip and the screen reader: "12 shelters: 8 ready, 4 closed …". */
export function mixInWords(catalog, mix) {
  return [...byKind(mix)].map(([kind, tones]) => {
    const total = tones.reduce((sum, [, number]) => sum + number, 0);
    const { title, one } = catalog.kind(kind);
    const parts = tones.map(([tone, number]) => `${inWords(number)} ${TONE_TITLES[tone]}`);
    return `${inWords(total)} ${total === 1 ? one : title.toLowerCase()}: ${parts.join(', ')}`;
  });
}
