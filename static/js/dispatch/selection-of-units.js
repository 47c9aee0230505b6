// Which units are about to be sent: the suggested ones, until somebody chooses otherwise. Pure, so
// that node can test what a race does to it.

export class UnitSelection {
  constructor() {
    this.known = new Map(); // id -> pick, everything that was ever offered or added by hand
    this.byHand = new Map(); // id -> wanted or not, as a person said
    this.picks = [];
    this.added = []; // by hand, beyond what was offered
    this.needOf = new Map(); // id -> the need it was suggested for
    this.instead = new Map(); // id of a unit that took a lost one's place -> the need
  }

  /** What is suggested now: {lines: [{picks, runners_up}]}. What a person chose stays chosen. */
  offer({ lines }) {
    this.picks = lines.flatMap((line) => this.#suggested(line));
    for (const { need, picks, runners_up: rest = [] } of lines) {
      for (const pick of [...picks, ...rest]) {
        this.known.set(pick.unit_id, pick);
        this.needOf.set(pick.unit_id, need?.id);
      }
    }
  }

  // Who was chosen in the place of a lost unit stays, and leaves no room for another suggestion.
  #suggested({ need, picks }) {
    const ids = picks.map(({ unit_id: id }) => id);
    const kept = [...this.instead].filter(([id, of]) => of === need?.id && this.has(id) && !ids.includes(id));
    return ids.slice(0, Math.max(0, ids.length - kept.length));
  }

  has(id) {
    return this.byHand.get(id) ?? (this.picks.includes(id) || this.added.includes(id));
  }

  /** @returns {object[]} the units to send: suggested ones first, in their order */
  get chosen() {
    const ids = new Set([...this.picks, ...this.known.keys(), ...this.added]);
    return [...ids].filter((id) => this.has(id)).map((id) => this.known.get(id));
  }

  get ids() {
    return this.chosen.map(({ unit_id: id }) => id);
  }

  set(id, wanted) {
    this.byHand.set(id, wanted);
  }

  /** A unit nobody suggested. */
  add(pick) {
    if (!this.known.has(pick.unit_id)) this.added.push(pick.unit_id);
    this.known.set(pick.unit_id, { ...this.known.get(pick.unit_id), ...pick });
    this.byHand.set(pick.unit_id, true);
  }

  /** These and no others. */
  only(picks) {
    for (const id of [...this.known.keys()]) this.byHand.set(id, false);
    for (const pick of picks) this.add(pick);
  }

  /** What is suggested and nothing else. */
  reset() {
    this.byHand.clear();
    this.instead.clear();
    this.added = [];
  }

  /** Somebody else has these now: the next best take their places, all else stays. */
  lose(ids, next) {
    for (const id of ids) this.#drop(id);
    for (const pick of next.filter((one) => one?.unit_id)) {
      this.add(pick);
      if (this.needOf.has(pick.for)) this.instead.set(pick.unit_id, this.needOf.get(pick.for));
    }
  }

  /** These went; nothing of them is chosen any more. */
  sent(ids) {
    for (const id of ids) this.#drop(id);
    this.reset();
  }

  #drop(id) {
    this.known.delete(id);
    this.byHand.delete(id);
    this.picks = this.picks.filter((one) => one !== id);
    this.added = this.added.filter((one) => one !== id);
  }
}
