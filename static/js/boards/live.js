// What a board knows by itself: the open incidents, the units committed to them, and that there is
// news. It keeps no map: 50,000 resources are not fetched to show the few that a board has.
import { get, renew } from '../core/api.js';
import { asked } from '../core/asker.js';
import { Emitter } from '../core/emitter.js';
import { Feed } from '../data/feed.js';
import { Rows } from './rows.js';

const START = '/api/dispatch';

/** Whether a `change` of the map tells of a unit; what else moves is not on a board. */
export function tellsOfUnits({ looks = [], gone = [] }) {
  return gone.length > 0 || looks.some(([kind]) => kind === 'unit');
}

/**
 * Events: `connection` {state, heard, ahead} · `dispatch` {incidents, assignments, types, whole} ·
 * `news` {incidents, units}: what a board should ask for again.
 */
export class Live extends Emitter {
  constructor(mark) {
    super();
    this.mark = mark;
    this.rows = new Rows();
    this.connection = { state: 'connecting', heard: null, ahead: 0 };
    const live = this;
    this.feed = new Feed({
      // a board starts, and catches up, from the open incidents and not from the map
      get: (url) => get(url.startsWith('/api/map') ? START : url),
      EventSource: class extends EventSource {
        constructor(url) {
          super(asked(url, live.mark));
          live.#follow(this);
        }
      },
      take: (answer) => this.#take(answer),
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
    if (answer.assignments) {
      this.rows.fill(answer);
      this.#tell(true);
      this.emit('news', { incidents: true, units: true });
    } else if (tellsOfUnits(answer)) this.emit('news', { incidents: false, units: true });
  }

  // The feed's own machine knows the map's events; those of dispatch are heard beside it.
  #follow(source) {
    source.addEventListener('dispatch', async ({ data }) => {
      const news = JSON.parse(data);
      if (news.refetch) await this.#refetch(news.delay);
      else this.rows.change(news);
      this.#tell(false);
      this.emit('news', { incidents: true, units: true, cover: Boolean(news.cover_rules) });
    });
  }

  async #refetch(delay) {
    await new Promise((done) => { setTimeout(done, Math.random() * delay * 1000); });
    const answer = await get(START).catch(() => null); // a lost line has its own way back
    if (answer) this.rows.fill(answer);
  }

  #tell(whole) {
    const { incidents, assignments, types } = this.rows;
    this.emit('dispatch', { incidents: [...incidents.values()], assignments: [...assignments.values()], types, whole });
  }
}
