// The thread beside the page: 50,000 resources are fetched, filtered and clustered here, so that
// panning stays smooth. Import maps do not reach workers, hence the relative vendor path.
import '../../vendor/supercluster/supercluster.min.js';
import { asked } from '../core/asker.js';
import { Engine } from './engine.js';
import { Feed } from './feed.js';

/** A request that takes longer than this has met a dead line. */
const GIVE_UP_MS = 60_000;

/** For whom the page was made; another one after a new log-in. */
let mark = self.name;

const emit = (name, data) => postMessage({ event: name, data });

async function get(url) {
  const response = await fetch(asked(url, mark), {
    headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(GIVE_UP_MS),
  });
  if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status });
  return response.json();
}

const feed = new Feed({
  get,
  EventSource: class extends self.EventSource {
    constructor(url) { super(asked(url, mark)); }
  },
  take: (answer) => engine.take(answer),
  move: (units) => engine.move(units),
  takeBoard: (answer, options) => engine.takeBoard(answer, options),
  report: (state) => emit('connection', state),
  online: () => navigator.onLine,
});

const engine = new Engine({ Supercluster: self.Supercluster, emit, now: () => feed.clock.now() });

/** What the page may ask; each answer goes back under the number of the question. */
const CALLS = {
  configure: (catalog) => engine.configure(catalog),
  narrow: (filter, ids) => engine.narrow(filter, ids),
  look: (view) => engine.look(view),
  list: (query) => engine.list(query),
  locate: (id) => engine.locate(id),
  open: (cluster) => engine.open(cluster),
  retry: (newMark) => {
    mark = newMark ?? mark;
    feed.retryNow();
  },
};

addEventListener('message', ({ data: { number, name, args } }) => {
  try {
    postMessage({ number, result: CALLS[name](...args) });
  } catch (problem) {
    postMessage({ number, problem: problem.message });
  }
});

addEventListener('online', () => feed.retryNow());
addEventListener('offline', () => feed.lost());
// Resources turn stale by the clock alone.
setInterval(() => {
  engine.turn();
  engine.refreshSoon();
}, 60_000);
feed.start();
