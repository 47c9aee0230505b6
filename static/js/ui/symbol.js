// One symbol, wherever it stands: on the map, in the list, in the legend, in a title. Kind is
// shape; status is color and letter; stale is hollow; an approximate place is dashed.
import { svg } from '../core/dom.js';
import { dangerInWords } from '../words/areas.js';

/** Where the letter sits in each shape, in a box of 24. */
const BASELINE = { shelter: 18, supply_site: 17.8, unit: 15.9, incident: 16 };

/**
 * @param {Catalog} catalog
 * @param {{kind, status, stale?, approximate?, danger?}} look `danger` in bits (data/dangers.js)
 * @returns {SVGElement} decoration: whatever it stands beside has the words
 */
export function symbol(catalog, { kind, status, stale = false, approximate = false, danger = 0 }) {
  const glyph = status ? catalog.status(kind, status).glyph : '';
  const classes = ['symbol', stale && 'stale', approximate && 'approximate'].filter(Boolean);
  const picture = svg('svg', {
    viewBox: '0 0 24 24', class: classes.join(' '), 'data-status': status, 'aria-hidden': 'true',
  }, svg('use', { href: `${catalog.symbolsUrl}#${kind}` }));
  if (glyph) picture.append(svg('text', { x: 12, y: BASELINE[kind] ?? 16 }, glyph));
  if (danger) {
    const corner = { class: 'danger-mark', x: 12, y: -5, width: 16, height: 16 };
    picture.append(svg('use', { href: `${catalog.symbolsUrl}#danger`, ...corner }));
  }
  return picture;
}

/** The same in words, for a name that is read aloud: "shelter, Open, not confirmed in time". */
export function lookInWords(catalog, { kind, status, stale, approximate, danger }) {
  return [
    catalog.kind(kind).one, catalog.status(kind, status).title,
    stale && 'not confirmed in time', approximate && 'approximate place', danger && dangerInWords(danger),
  ].filter(Boolean).join(', ');
}
