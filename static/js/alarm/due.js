// Which units must be heard of, and which incidents are new and urgent. No page, no clock of its own.

/** Warn this long before a check-in is due. */
export const SOON_S = 120;

/**
 * @param {object[]} assignments with `par_at`, `silenced_until` (epoch seconds or null)
 * @returns {{late: object[], soon: object[], silenced: object[]}} each the longest overdue first;
 *   a silenced unit is late all the same, and only quiet
 */
export function judge(assignments, now) {
  const asked = assignments.filter(({ par_at: at }) => at !== null && at !== undefined)
    .sort((a, b) => a.par_at - b.par_at || a.id - b.id);
  const isSilenced = ({ silenced_until: until }) => Boolean(until) && until > now;
  const late = asked.filter(({ par_at: at }) => at <= now);
  return {
    late: late.filter((one) => !isSilenced(one)),
    silenced: late.filter(isSilenced),
    soon: asked.filter(({ par_at: at }) => at > now && at - now <= SOON_S),
  };
}

/** Remembers what was known, so that only what is new is called out. */
export class Watch {
  constructor() {
    this.known = null;
    this.called = new Set();
  }

  /** Incidents of priority 1 that were not there, or not so urgent, the last time. */
  newUrgent(incidents) {
    const urgent = incidents.filter(({ priority }) => priority === 1);
    const fresh = this.known ? urgent.filter(({ id }) => !this.known.has(id)) : [];
    this.known = new Set([...(this.known ?? []), ...urgent.map(({ id }) => id)]);
    return fresh;
  }

  /** Late units that were not called out since they were last heard of. */
  newLate(late) {
    const keys = new Set(late.map(({ id, par_at: at }) => `${id}/${at}`));
    const fresh = late.filter(({ id, par_at: at }) => !this.called.has(`${id}/${at}`));
    this.called = keys;
    return fresh;
  }
}
