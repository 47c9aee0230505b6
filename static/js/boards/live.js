// What a board knows by itself: the open incidents, the units committed to them, and that there is
// news. It keeps no map: 50,000 resources are not fetched to show the few that a board has.
import { get, renew } from '../core/api.js';
import { asked } from '../core/asker.js';
import { Emitter } from '../core/emitter.js';
import { BoardStore } from '../data/board-store.js';
import { Feed } from '../data/feed.js';

const START = '/api/dispatch';
const EVERYTHING = Object.freeze({ incidents: true, units: true, cover: true });

/** Whether a `change` of the map tells of a unit; what else moves is not on a board. */
export function tellsOfUnits({ looks = [], gone = [] }) {
  return gone.length > 0 || looks.some(([kind]) => kind === 'unit');
}

/**
 * Asks for a feed that starts, and catches up, with the open incidents in place of the map. The
 * feed asks for those by themselves too, right afterward: the same answer does.
 */
export function withoutMap(ask) {
  let fresh = null;
  return async (url) => {
    if (url.startsWith('/api/map')) {
      fresh = ask(START);
      return fresh;
    }
    const answer = url === START && fresh ? fresh : ask(url);
    fresh = null;
    return answer;
  };
}

/**
 * Events: `connection` {state, heard, ahead} · `dispatch` {incidents, assignments, types}, Maps of
 * rows by id · `news` {incidents, units, cover}: what a board should ask for again.
 */
export class Live extends Emitter {
  constructor(mark) {
    super();
    this.mark = mark;
    this.store = new BoardStore();
    this.connection = { state: 'connecting', heard: null, ahead: 0 };
    const live = this;
    this.feed = new Feed({
      get: withoutMap(get),
      EventSource: class extends EventSource {
        constructor(url) { super(asked(url, live.mark)); }
      },
      take: (answer) => this.#take(answer),
      takeBoard: (answer, options) => this.#takeBoard(answer, options),
      report: (state) => {
        this.connection = state;
        this.emit('connection', state);
      },
      online: () => navigator.onLine,
    });
    addEventListener('online', () => this.feed.retryNow());
    addEventListener('offline', () => this.feed.lost());
  }

  start() {
    return this.feed.start();
  }

  /** Seconds since 1970 by the server's clock. */
  now() {
    return this.feed.clock.now();
  }

  /** Try the line now, after a new log-in with what it brought. */
  async retry() {
    this.mark = await renew().catch(() => this.mark);
    this.feed.retryNow();
  }

  #take(answer) {
    if (answer.assignments) this.#takeBoard(answer, { full: true });
    else if (tellsOfUnits(answer)) this.emit('news', { incidents: false, units: true, cover: true });
  }

  #takeBoard(answer, options) {
    this.store.take(answer, options);
    const { incidents, assignments, types } = this.store;
    this.emit('dispatch', { incidents, assignments, types });
    this.emit('news', EVERYTHING);
  }
}
