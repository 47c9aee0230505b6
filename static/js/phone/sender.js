// Sends what waits, in order, until each thing has an answer. Only one tab does it at a time, and a
// batch whose answer was lost is sent again as it was: the server knows the keys.
import { Emitter } from '../core/emitter.js';
import { _ } from '../words/language.js';

const MOST = 50;
const FIRST_MS = 1000;
const LAST_MS = 60_000;
/** Phones that lost the same line must not come back in step. */
const SPREAD = 0.2;

/** The pause after so many tries in vain: 1, 2, 4 … 60 s, and up to a fifth more. */
export function pauseMs(tries, random = Math.random) {
  const pause = Math.min(LAST_MS, FIRST_MS * 2 ** Math.max(0, tries - 1));
  return Math.round(pause * (1 + SPREAD * random()));
}

const wire = ({ key, kind, subject, said_at: saidAt, base, body }) => ({ key, kind, subject, said_at: saidAt, base, body });
/** The server cannot read a batch: the one that is to blame is found by sending one at a time. */
const isUnreadable = (status) => [400, 413, 415, 422].includes(status);

/**
 * States: `idle`, `sending`, `pausing` (no answer; tries again by itself), `signed_out` (kept until
 * the same person logs in), `other_account` (somebody else is logged in here: never sent as theirs).
 * Event: `state`.
 */
export class Sender extends Emitter {
  /**
   * @param {object} parts `outbox`; `account` mark; `post(batch)` resolves to {status, data} or rejects
   *   when there is no answer; `renew()` fetches a new token and resolves to the mark it is for, or null;
   *   `alone(work)` runs work in one tab at a time; `timers` {set, clear}; `random`; `now`
   */
  constructor({ outbox, account, post, renew, alone = (work) => work(), random = Math.random, now = Date.now,
    timers = { set: (call, ms) => setTimeout(call, ms), clear: (timer) => clearTimeout(timer) } }) {
    super();
    Object.assign(this, { outbox, account, post, renew, alone, random, now, timers });
    this.state = 'idle';
    this.failures = 0;
    this.running = null;
  }

  /** Try now: something was said, the line is back, the page is looked at again. */
  kick() {
    if (this.state === 'other_account') return Promise.resolve();
    this.timers.clear(this.timer);
    this.isAsked = true;
    this.running ??= this.#run().finally(() => { this.running = null; });
    return this.running;
  }

  /** The page goes away, or its person. */
  stop() {
    this.timers.clear(this.timer);
    this.#say('other_account');
  }

  async #run() {
    while (this.isAsked) {
      this.isAsked = false;
      await this.alone(() => this.#empty());
    }
  }

  async #empty() {
    let most = MOST;
    for (;;) {
      const batch = (await this.outbox.of('waiting')).slice(0, most);
      if (!batch.length || this.state === 'other_account') break;
      this.#say('sending');
      const next = await this.#send(batch);
      if (!next) return;
      most = next;
    }
    this.failures = 0;
    if (this.state !== 'other_account') this.#say('idle');
  }

  /** @returns {Promise<number>} how many to send next; 0 to stop */
  async #send(batch) {
    let answer;
    try {
      answer = await this.#posted(batch);
      if (answer.status === 400 && answer.data.error === 'csrf' && await this.#isStillUs()) answer = await this.#posted(batch);
    } catch {
      return this.#later(batch);
    }
    return this.#take(batch, answer);
  }

  #posted(batch) {
    return this.post({ account: this.account, sent_at: new Date(this.now()).toISOString(), reports: batch.map(wire) });
  }

  async #isStillUs() {
    return await this.renew() === this.account;
  }

  async #take(batch, { status, data }) {
    if (status === 200 && Array.isArray(data.answers)) {
      await this.outbox.settle(data.answers);
      const keys = new Set(data.answers.map(({ key }) => key));
      this.failures = 0;
      return batch.some(({ key }) => keys.has(key)) ? MOST : this.#later(batch);
    }
    if (status === 401) return this.#end('signed_out');
    if (status === 409) return this.#end('other_account');
    if (data.error !== 'csrf' && isUnreadable(status)) return this.#unreadable(batch, data);
    return this.#later(batch);
  }

  async #unreadable(batch, data) {
    if (batch.length > 1) return 1;
    await this.outbox.refuse(batch[0], data.message ?? _('The server cannot read this report.'));
    return 1;
  }

  #end(state) {
    this.#say(state);
    return 0;
  }

  async #later(batch) {
    await this.outbox.tried(batch);
    this.failures += 1;
    this.timers.clear(this.timer);
    this.timer = this.timers.set(() => this.kick(), pauseMs(this.failures, this.random));
    return this.#end('pausing');
  }

  #say(state) {
    if (this.state === state) return;
    this.state = state;
    this.emit('state', state);
  }
}
