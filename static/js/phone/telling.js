// What the line above the page says of its age, its line and its person. One sentence, the worst first.
import { agoInWords } from '../words/age.js';
import { timeOfDay } from '../words/clock.js';

/** Older than this a page that could not be renewed is called old. */
const FRESH_S = 90;

/** "1 report", "3 reports". */
export function reports(count) {
  return count === 1 ? '1 report' : `${count} reports`;
}

/** "As of 14:05, 3 min ago, offline". */
export function asOf({ epoch, age, zone, isOnline }) {
  const parts = [`As of ${timeOfDay(epoch, zone)}`];
  if (!isOnline || age >= FRESH_S) parts.push(agoInWords(age));
  if (!isOnline) parts.push('offline');
  return parts.join(', ');
}

const LOG_IN = { href: '/log-in?next=/m', text: 'Log in' };

/**
 * @param {object} state {epoch, age: seconds by the phone's own clock, zone, isOnline, isSignedOut,
 *   isElsewhere: another account is logged in, waiting: number, isKept, hasUpdate}
 * @returns {{state: string, text: string, link: ?{href, text}, action: ?{name, text}}}
 */
export function banner(state) {
  const age = asOf(state);
  if (state.isElsewhere) {
    const link = { href: '/m', text: 'Open their page' };
    return { state: 'problem', text: 'Somebody else is logged in on this phone now.', link };
  }
  if (state.isSignedOut) {
    const why = state.waiting ? `Log in again to send ${reports(state.waiting)}` : 'Your log-in has ended';
    return { state: 'signed-out', text: `${why}. ${age}`, link: LOG_IN };
  }
  if (!state.isKept) {
    const text = `This browser keeps nothing. What you report is sent at once, and lost if that fails. ${age}`;
    return { state: 'problem', text };
  }
  if (!state.isOnline) return { state: 'offline', text: age };
  const action = { name: 'update', text: 'Update' };
  if (state.hasUpdate) return { state: 'update', text: `${age}. A new version is here.`, action };
  return { state: state.age >= FRESH_S ? 'old' : 'fresh', text: age };
}

/** What came of a report, for the line above the buttons. */
export function outcome({ words }, { outcome: what, message }) {
  if (what === 'applied') return { tone: 'good', text: `Sent: ${words}` };
  if (what === 'older') return { tone: 'warn', text: message || `${words}: kept, but something newer is known.` };
  if (what === 'conflict') return { tone: 'bad', text: `${words}: somebody else changed it meanwhile. Decide under "not sent".` };
  return { tone: 'bad', text: `${words}: refused. ${message}` };
}

/** What is said at once, before any answer. */
export function taken({ words }, { isOnline, isKept }) {
  if (!isKept) return { tone: 'warn', text: `${words} · sending, not kept on this phone` };
  return isOnline ? { tone: 'good', text: `${words} · sending` } : { tone: 'warn', text: `${words} · waiting to send` };
}
