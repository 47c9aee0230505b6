// In a bad hour the state has more open incidents than symbols a person can read or a browser can
// move. Those in view that matter most keep theirs; every other one is a point at its own place.
import { isOverdue } from '../words/incidents.js';

/** So many symbols fill a screen, and stay quick to move. */
export const MOST_SYMBOLS = 120;

/** What matters most first: by priority, those who wait too long before others, then the newest. */
function urgency(a, b, now) {
  return a.priority - b.priority || isOverdue(b, now) - isOverdue(a, now) || b.id - a.id;
}

/**
 * Which incidents get a symbol and which a point.
 * @param {object[]} incidents with a position
 * @param {{isInView: function(object): boolean, chosen: ?number, now: number, most?: number}} rule
 *   the one in hand keeps its symbol wherever it is
 * @returns {{symbols: object[], points: object[]}} together all of them, each once
 */
export function ofCrowd(incidents, { isInView, chosen, now, most = MOST_SYMBOLS }) {
  if (incidents.length <= most) return { symbols: incidents, points: [] };
  const seen = incidents.filter((incident) => incident.id !== chosen && isInView(incident));
  const inHand = incidents.filter(({ id }) => id === chosen);
  const symbols = [...inHand, ...seen.sort((a, b) => urgency(a, b, now))].slice(0, most);
  const kept = new Set(symbols);
  return { symbols, points: incidents.filter((incident) => !kept.has(incident)) };
}
