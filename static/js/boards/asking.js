// Asks the same question again when there is news: at once after a quiet while, else at the end of
// the pause; never two at a time. A failure keeps what is shown: the connection says how old it is.

export class Asking {
  /**
   * @param {object} parts `ask()` resolves to an answer; `take(answer)`; `fail(problem)`;
   *   `pauseMs` between two questions; `now` and `later` clocks
   */
  constructor({ ask, take, fail = () => {}, pauseMs = 500, now = () => performance.now(),
    later = (call, ms) => setTimeout(call, ms) }) {
    Object.assign(this, { ask, take, fail, pauseMs, now, later });
    this.askedAt = -Infinity;
    this.number = 0;
  }

  /** There is news. */
  soon() {
    if (this.waiting) return;
    this.waiting = true;
    const pause = this.asking ? this.pauseMs : Math.max(0, this.askedAt + this.pauseMs - this.now());
    if (pause === 0) this.#go();
    else this.later(() => this.#go(), pause);
  }

  /** The question itself is another one: ask it now; an answer to the old one is dropped. */
  again() {
    this.waiting = true;
    this.asking = false;
    return this.#go();
  }

  async #go() {
    if (!this.waiting) return;
    if (this.asking) {
      this.later(() => this.#go(), this.pauseMs);
      return;
    }
    this.waiting = false;
    this.asking = true;
    this.askedAt = this.now();
    const number = ++this.number;
    try {
      const answer = await this.ask();
      if (number === this.number) this.take(answer);
    } catch (problem) {
      if (number === this.number) this.fail(problem);
    } finally {
      if (number === this.number) this.asking = false;
    }
  }
}
