// What the line above the page says of its age, its line and its person. One sentence, the worst first.
import { agoInWords } from '../words/age.js';
import { timeOfDay } from '../words/clock.js';
import { _, ngettext } from '../words/language.js';

/** Older than this a page that could not be renewed is called old. */
const FRESH_S = 90;

/** "1 report", "3 reports". */
export function reports(count) {
  return ngettext('{num} report', '{num} reports', count);
}

/** "As of 14:05, 3 min ago, offline". */
export function asOf({ epoch, age, zone, isOnline }) {
  const parts = [_('As of {time}', { time: timeOfDay(epoch, zone) })];
  if (!isOnline || age >= FRESH_S) parts.push(agoInWords(age));
  if (!isOnline) parts.push(_('offline'));
  return parts.join(', ');
}

/**
 * @param {object} state {epoch, age: seconds by the phone's own clock, zone, isOnline, isSignedOut,
 *   isElsewhere: another account is logged in, waiting: number, isKept, hasUpdate}
 * @returns {{state: string, text: string, link: ?{href, text}, action: ?{name, text}}}
 */
export function banner(state) {
  const age = asOf(state);
  if (state.isElsewhere) {
    const link = { href: '/m', text: _('Open their page') };
    return { state: 'problem', text: _('Somebody else is logged in on this phone now.'), link };
  }
  if (state.isSignedOut) {
    const why = state.waiting ? _('Log in again to send {reports}.', { reports: reports(state.waiting) })
      : _('Your log-in has ended.');
    return { state: 'signed-out', text: `${why} ${age}`, link: { href: '/log-in?next=/m', text: _('Log in') } };
  }
  if (!state.isKept) {
    const text = _('This browser keeps nothing. What you report is sent at once, and lost if that fails.');
    return { state: 'problem', text: `${text} ${age}` };
  }
  if (!state.isOnline) return { state: 'offline', text: age };
  const action = { name: 'update', text: _('Update') };
  if (state.hasUpdate) return { state: 'update', text: `${age}. ${_('A new version is here.')}`, action };
  return { state: state.age >= FRESH_S ? 'old' : 'fresh', text: age };
}

/** What came of a report, for the line above the buttons. */
export function outcome({ words }, { outcome: what, message }) {
  if (what === 'applied') return { tone: 'good', text: _('Sent: {words}', { words }) };
  if (what === 'older') return { tone: 'warn', text: message || _('{words}: kept, but something newer is known.', { words }) };
  if (what === 'conflict') {
    return { tone: 'bad', text: _('{words}: somebody else changed it meanwhile. Decide under “not sent”.', { words }) };
  }
  return { tone: 'bad', text: _('{words}: refused. {message}', { words, message }) };
}

/** What is said at once, before any answer. */
export function taken({ words }, { isOnline, isKept }) {
  if (!isKept) return { tone: 'warn', text: `${words} · ${_('sending, not kept on this phone')}` };
  const [tone, how] = isOnline ? ['good', _('sending')] : ['warn', _('waiting to send')];
  return { tone, text: `${words} · ${how}` };
}
