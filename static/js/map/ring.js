// A cluster: how many in the middle, around it an arc for each kind, and in the arc the colors of
// what state that kind is in. The small shapes under the number say which kinds, clockwise.
import { el, svg } from '../core/dom.js';
import { count as inWords, short } from '../words/numbers.js';
import { TONE_TITLES } from '../words/tones.js';

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

// One gradient draws all arcs: a map full of rings is then a map of few elements.
function gradient(mix) {
  const stops = [];
  let at = 0;
  for (const [tone, start, length] of arcs(mix)) {
    if (start > at) stops.push(`var(--ring-gap) ${at}% ${start}%`);
    at = start + length;
    stops.push(`var(--tone-${tone}) ${start}% ${at}%`);
  }
  if (at < 99.9) stops.push(`var(--ring-gap) ${at}% 100%`);
  return `conic-gradient(${stops.join(', ')})`;
}

function shapes(catalog, kinds) {
  const uses = kinds.map((kind, i) => svg('use', {
    href: `${catalog.symbolsUrl}#${kind}`, x: i * 26, width: 24, height: 24,
  }));
  return svg('svg', { viewBox: `0 0 ${kinds.length * 26 - 2} 24`, 'aria-hidden': 'true' }, ...uses);
}

/** Draw a cluster {count, mix, danger} into its element. */
export function ring(catalog, element, { count, mix, danger }) {
  element.style.background = gradient(mix);
  element.append(el('span', { class: 'disc', 'aria-hidden': 'true' }, short(count), shapes(catalog, [...byKind(mix).keys()])));
  if (danger) {
    element.append(svg('svg', { class: 'danger-mark', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
      svg('use', { href: `${catalog.symbolsUrl}#danger` })));
  }
  return element;
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
