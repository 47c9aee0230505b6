// What a status means to somebody who looks for help, in five tones. A symbol shows the status
// itself; a cluster, which has no room for ten of them, shows tones.

export const TONES = Object.freeze(['ready', 'waiting', 'busy', 'out', 'unknown']);

export const TONE_TITLES = Object.freeze({
  ready: 'ready', waiting: 'on standby', busy: 'full or busy', out: 'closed or out of service',
  unknown: 'unknown',
});

const BY_STATUS = {
  open: 'ready', available: 'ready', staged: 'ready',
  alert: 'waiting', standby: 'waiting',
  full: 'busy', consolidating: 'busy', dispatched: 'busy', en_route: 'busy', on_scene: 'busy', transporting: 'busy',
  at_destination: 'busy', returning: 'busy',
  closed: 'out', retired: 'out', out_of_service: 'out', off_duty: 'out',
};

/** The tone of a status code; a code that this file does not know is "unknown". */
export function toneOf(status) {
  return BY_STATUS[status] ?? 'unknown';
}
