// What the server makes of a line: resources and places that have the words, and for staff the
// command that it may be. Only the newest question counts.
import { get, send } from '../core/api.js';

const SHORTEST_SEARCH = 2;
const NOTHING = { places: [], resources: [], ids: [], more: false };

export class Asking {
  /** @param {boolean} commands whether this viewer may type commands at all */
  constructor(commands) {
    this.commands = commands;
  }

  /** @returns {Promise<{line, found, command}|null>} null when something newer was asked meanwhile */
  async ask(line, context) {
    this.stop();
    const mine = new AbortController();
    this.asking = mine;
    try {
      const [found, command] = await Promise.all([this.#search(line, mine.signal), this.#read(line, context)]);
      return mine.signal.aborted ? null : { line, found, command };
    } catch (problem) {
      if (mine.signal.aborted) return null;
      throw problem;
    }
  }

  stop() {
    this.asking?.abort();
  }

  async #search(line, signal) {
    const query = line.trim();
    if (query.length < SHORTEST_SEARCH) return { ...NOTHING, query };
    return { ...await get(`/api/search?q=${encodeURIComponent(query.slice(0, 200))}`, { signal }), query };
  }

  #read(line, context) {
    return this.commands ? send('POST', '/api/command', { text: line, context }) : null;
  }
}
