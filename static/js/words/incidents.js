// An open incident of the board in words.
import { agoInWords } from './age.js';
import { plural } from './numbers.js';

/** Whether an incident has waited too long for its first unit. */
export function isOverdue({ overdue_at: at }, now) {
  return at !== null && at <= now;
}

/**
 * How large an incident stands on the map: 'near' with its type; from afar a 'small' diamond, or a
 * 'dot' where it is part of a larger one that is open as well, or not among the most urgent: the
 * state on a phone has room for priority 1 alone.
 */
export function sizeOf({ priority, parent }, { isNear, isTiny = false, isOpen }) {
  if (isNear) return 'near';
  return (parent !== null && isOpen(parent)) || priority > (isTiny ? 1 : 2) ? 'dot' : 'small';
}

/** What a symbol says aloud. */
export function incidentInWords(incident, now) {
  return [`Incident ${incident.number}`, incident.title, ...incidentFacts(incident, now)].filter(Boolean).join(', ');
}

/** The same without its name: what is known of it, each in a few words. */
export function incidentFacts({ priority, status, place, units, reported_at: at, overdue_at: due }, now) {
  return [
    `priority ${priority}`, status === 'new' ? 'new' : status.replace('_', ' '), place,
    `reported ${agoInWords(now - at)}`, units ? plural(units, 'unit') : 'no unit yet',
    isOverdue({ overdue_at: due }, now) && 'overdue',
  ].filter(Boolean);
}
