// What was said on this phone and has not been settled. Three lists that must never be mixed up:
//   waiting    not answered by the server yet; sent in order until it is
//   refused    the server will not take it, and says why
//   conflict   somebody else changed the same thing meanwhile; a person decides
// What was applied, or came too late to matter, leaves. The store is the only truth: two tabs share it.
import { Emitter } from '../core/emitter.js';

/** The same thing said again this soon is one tap that trembled. */
const ONE_TAP_MS = 3000;
/** A phone whose clock was set back must not make every tap look like a repetition. */
const isSoonAfter = (now, then) => now >= then && now - then < ONE_TAP_MS;

const same = (a, b) => a.kind === b.kind && a.subject === b.subject && JSON.stringify(a.body) === JSON.stringify(b.body);

/** Events: `changed` (items) whenever the lists did; `settled` {item, answer} for each answer. */
export class Outbox extends Emitter {
  /**
   * @param {object} parts `store` {all, add, put, remove}; `uuid()`; `now()` in ms by the phone's clock
   */
  constructor({ store, uuid = () => crypto.randomUUID(), now = Date.now }) {
    super();
    Object.assign(this, { store, uuid, now });
    this.saying = Promise.resolve();
  }

  /** All that is not settled, in the order in which it was said. */
  items() {
    return this.store.all();
  }

  async of(state) {
    return (await this.items()).filter((item) => item.state === state);
  }

  /**
   * Keep what was just said. @param {object} report {kind, subject, body, base, words, shown}
   * @returns {Promise<object>} the item; the one there is when a tap was doubled
   */
  say(report) {
    // one after the other: the second tap must find what the first has kept
    this.saying = this.saying.catch(() => {}).then(() => this.#keep(report));
    return this.saying;
  }

  async #keep({ kind, subject = null, body = {}, base = null, words = '', shown = null }) {
    const before = (await this.of('waiting')).filter((item) => item.subject === subject).at(-1);
    if (before && same(before, { kind, subject, body }) && isSoonAfter(this.now(), Date.parse(before.said_at))) return before;
    const item = {
      key: this.uuid(), kind, subject, body, base, words, shown,
      said_at: new Date(this.now()).toISOString(), state: 'waiting', tries: 0,
    };
    item.seq = await this.store.add(item);
    await this.#tell();
    return item;
  }

  /** Count a try that brought no answer. */
  async tried(items) {
    for (const item of items) await this.store.put({ ...item, tries: item.tries + 1 });
    await this.#tell();
  }

  /** File each answer of the server where it belongs; what it does not speak of goes on waiting. */
  async settle(answers) {
    const byKey = new Map((await this.of('waiting')).map((item) => [item.key, item]));
    for (const answer of answers) {
      const item = byKey.get(answer.key);
      if (!item) continue; // another tab has filed it
      await this.#file(item, answer);
      this.emit('settled', { item, answer });
    }
    await this.#tell();
  }

  async #file(item, { outcome, message, theirs = null, mine = null, state = null }) {
    if (outcome === 'applied' || outcome === 'older') await this.store.remove(item.seq);
    else if (outcome === 'conflict') await this.store.put({ ...item, state: 'conflict', message, theirs, mine, now: state });
    else await this.store.put({ ...item, state: 'refused', message });
  }

  /** Refuse one in the server's words: it cannot even read it. */
  refuse(item, message) {
    return this.settle([{ key: item.key, outcome: 'refused', message }]);
  }

  /** Let go of one: "Discard", or "Keep theirs". */
  async drop(key) {
    const item = await this.#find(key);
    if (item) await this.store.remove(item.seq);
    await this.#tell();
  }

  /**
   * Say one again, now and knowing what the server knew when it answered: "Use mine", or "Try again".
   * A new key, because the old one has its answer.
   */
  async again(key) {
    const item = await this.#find(key);
    if (!item || item.state === 'waiting') return null;
    const fresh = await this.say({ ...item, base: item.now ?? item.base });
    await this.store.remove(item.seq);
    await this.#tell();
    return fresh;
  }

  async #find(key) {
    return (await this.items()).find((item) => item.key === key);
  }

  async #tell() {
    this.emit('changed', await this.items());
  }
}

/** How many stand in each list. */
export function countsOf(items) {
  const counts = { waiting: 0, refused: 0, conflict: 0 };
  for (const { state } of items) counts[state] += 1;
  return counts;
}
