// Open incidents, the units committed to them, and areas: rows by id, as /api/dispatch and the
// feed's `dispatch` event bring them. Rows replace rows; what ends by the clock is let go of here,
// because the server's journal knows nothing of clocks.

export const BOARD = Object.freeze(['incidents', 'assignments', 'areas']);

const isOver = {
  incidents: () => false,
  // a hold that has lapsed keeps nobody
  assignments: ({ status, until }, now) => status === 'reserved' && until <= now,
  areas: ({ ends_at: end }, now) => end !== null && end <= now,
};

export class BoardStore {
  constructor() {
    this.types = {};
    for (const what of BOARD) this[what] = new Map();
  }

  /**
   * Take an answer in: everything of /api/dispatch (`full`), or what changed.
   * @returns {?{incidents: number[], assignments: number[], areas: number[]}} ids that changed or
   *   went; null: anything may have
   */
  take(answer, { full = false } = {}) {
    if (answer.types) this.types = answer.types;
    if (full) for (const what of BOARD) this[what].clear();
    for (const what of BOARD) {
      for (const row of answer[what]) this[what].set(row.id, row);
      for (const id of answer.gone[what]) this[what].delete(id);
    }
    if (full || answer.types) return null;
    return Object.fromEntries(BOARD.map((what) => [
      what, [...answer[what].map(({ id }) => id), ...answer.gone[what]]]));
  }

  /** Let go of what is over by `now` (epoch seconds). @returns the ids as `take` does, null: none */
  expire(now) {
    const gone = Object.fromEntries(BOARD.map((what) => [
      what, [...this[what].values()].filter((row) => isOver[what](row, now)).map(({ id }) => id)]));
    for (const what of BOARD) for (const id of gone[what]) this[what].delete(id);
    return BOARD.some((what) => gone[what].length) ? gone : null;
  }

  /** The next moment, in epoch seconds, at which the clock alone changes something; else null. */
  nextTurn(now) {
    const turns = [
      ...[...this.areas.values()].flatMap(({ starts_at: start, ends_at: end }) => [start, end]),
      ...[...this.assignments.values()].filter(({ status }) => status === 'reserved').map(({ until }) => until),
    ].filter((turn) => turn !== null && turn > now);
    return turns.length ? turns.reduce((a, b) => Math.min(a, b)) : null;
  }

  /** Assignments of an incident, in the order in which they were made. */
  unitsOf(incident) {
    return [...this.assignments.values()].filter((row) => row.incident === incident).sort((a, b) => a.id - b.id);
  }
}
