// Names and one-line facts of resources, fetched when somebody looks at them and kept until they
// change. Everything that shows a name shares one of these.
import { get } from '../core/api.js';

/** The server answers at most this many at once. */
const MOST = 200;

export class Summaries {
  constructor(fetchJson = get) {
    this.get = fetchJson;
    this.known = new Map();
    this.asked = new Map();
  }

  /** What is known already: undefined before it was asked for, null when it is gone. */
  peek(id) {
    return this.known.get(id);
  }

  /** Resolves when all of the ids are known (ids that are gone stay unknown). */
  async load(ids) {
    const missing = ids.filter((id) => !this.known.has(id) && !this.asked.has(id));
    for (let at = 0; at < missing.length; at += MOST) this.#ask(missing.slice(at, at + MOST));
    await Promise.all(ids.map((id) => this.asked.get(id)));
  }

  /** These changed (null: anything may have). */
  forget(ids) {
    if (ids === null) this.known.clear();
    else for (const id of ids) this.known.delete(id);
  }

  #ask(ids) {
    const answer = this.get(`/api/resources?ids=${ids.join(',')}`)
      .then(({ resources }) => this.#keep(ids, resources))
      .finally(() => { for (const id of ids) this.asked.delete(id); });
    for (const id of ids) this.asked.set(id, answer);
  }

  #keep(ids, resources) {
    for (const id of ids) this.known.set(id, null);
    for (const resource of resources) this.known.set(resource.id, resource);
  }
}
