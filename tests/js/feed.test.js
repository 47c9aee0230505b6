import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed } from '../../static/js/data/feed.js';

/** A cursor that has seen every transaction before a number. */
const at = (number) => `c0ffee-${number}:${number}:`;

// A server, a clock and a network that do as they are told.
class World {
  constructor() {
    this.sources = [];
    this.asked = [];
    this.taken = [];
    this.boards = []; // what of dispatching was taken: [answer, whole]
    this.board = () => ({ cursor: at(10), incidents: ['whole'] });
    this.boardAsked = 0;
    this.states = [];
    this.timers = [];
    this.isOnline = true;
    this.answers = () => ({ cursor: `at-${this.asked.length}`, now: 1000, full: true });
    const world = this;
    class FakeSource {
      constructor(url) {
        Object.assign(this, { url, handlers: {}, closed: false });
        world.sources.push(this);
      }

      addEventListener(name, handle) { this.handlers[name] = handle; }

      close() { this.closed = true; }

      send(name, data = {}, lastEventId = '') { return this.handlers[name]?.({ data: JSON.stringify(data), lastEventId }); }
    }
    this.feed = new Feed({
      EventSource: FakeSource,
      get: async (url) => (url === '/api/dispatch' ? this.#askBoard() : this.#ask(url)),
      take: (answer) => this.taken.push(answer),
      move: (units) => this.taken.push(units),
      takeBoard: (answer, { full = false }) => this.boards.push([answer.incidents?.[0] ?? answer, full]),
      report: ({ state }) => this.states.push(state),
      online: () => this.isOnline,
      random: () => 0,
      timers: {
        set: (call, ms) => { const timer = { call, ms, on: true }; this.timers.push(timer); return timer; },
        clear: (timer) => { if (timer) timer.on = false; },
      },
    });
  }

  #ask(url) {
    this.asked.push(url);
    return this.answers(url);
  }

  #askBoard() {
    this.boardAsked += 1;
    return this.board();
  }

  get source() { return this.sources.at(-1); }

  /** Run the timer that waits this long, and let promises settle. */
  async tick(ms) {
    const timer = this.timers.find((one) => one.on && one.ms === ms);
    assert.ok(timer, `a timer of ${ms} ms; there are ${this.timers.filter(({ on }) => on).map(({ ms: each }) => each)}`);
    timer.on = false;
    timer.call();
    await settle();
  }

  refuse(status) { this.answers = () => { throw Object.assign(new Error('no'), { status }); }; }

  serve() { this.answers = () => ({ cursor: `at-${this.asked.length}`, now: 1000, full: false }); }
}

const settle = () => new Promise((done) => { setTimeout(done, 0); });

async function live() {
  const world = new World();
  await world.feed.start();
  world.source.send('open');
  return world;
}

test('the snapshot first, then the feed from its cursor', async () => {
  const world = await live();
  assert.deepEqual(world.asked, ['/api/map']);
  assert.equal(world.source.url, '/api/feed?cursor=at-1');
  assert.deepEqual(world.states, ['connecting', 'live']);
});

test('a change is taken and moves the cursor', async () => {
  const world = await live();
  world.source.send('change', { id: [1] }, 'at-7');
  assert.deepEqual(world.taken.at(-1), { id: [1] });
  assert.equal(world.feed.cursor, 'at-7');
});

test('units that moved are taken as such and move the cursor; while rows are fetched they wait', async () => {
  const world = await live();
  world.source.send('moved', { units: [[5, 38, -92]] }, 'at-7');
  assert.deepEqual(world.taken.at(-1), [[5, 38, -92]]);
  assert.equal(world.feed.cursor, 'at-7');
  world.serve();
  world.source.send('catchup', { delay: 2 });
  world.source.send('moved', { units: [[5, 39, -92]] }, 'at-95');
  assert.equal(world.feed.cursor, 'at-7');
  await world.tick(0);
  assert.deepEqual(world.taken.slice(-2).map((one) => one.cursor ?? one), ['at-2', [[5, 39, -92]]]);
  assert.equal(world.feed.cursor, 'at-95');
});

test('an error closes, waits, asks what was missed and listens from there', async () => {
  const world = await live();
  world.serve();
  world.source.send('error');
  assert.equal(world.states.at(-1), 'reconnecting');
  assert.ok(world.sources[0].closed);
  await world.tick(500);
  assert.deepEqual(world.asked.at(-1), '/api/map?since=at-1');
  assert.equal(world.source.url, '/api/feed?cursor=at-2');
  world.source.send('open');
  assert.equal(world.states.at(-1), 'live');
});

test('silence is a dead line; a beat is a sign of life', async () => {
  const world = await live();
  world.source.send('beat', { now: 2000 });
  assert.equal(world.timers.filter(({ on, ms }) => on && ms === 40_000).length, 1);
  await world.tick(40_000);
  assert.equal(world.states.at(-1), 'reconnecting');
});

test('a beat sets the clock by the server', async () => {
  const world = await live();
  world.source.send('beat', { now: Date.now() / 1000 + 500 });
  assert.ok(Math.abs(world.feed.clock.now() - Date.now() / 1000 - 500) < 1);
});

test('each failure doubles the pause, up to half a minute', async () => {
  const world = await live();
  world.refuse(503);
  world.source.send('error');
  for (const pause of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) await world.tick(pause);
});

test('a bulk load is fetched after a pause, and the cursor waits for it', async () => {
  const world = await live();
  world.serve();
  world.source.send('catchup', { delay: 2 }, 'at-90');
  assert.equal(world.feed.cursor, 'at-1');
  await world.tick(0);
  assert.deepEqual(world.asked.at(-1), '/api/map?since=at-1');
  assert.equal(world.feed.cursor, 'at-2');
});

test('changes that arrive during a catch-up come after it', async () => {
  const world = await live();
  world.serve();
  world.source.send('catchup', { delay: 2 });
  world.source.send('change', { late: true }, 'at-91');
  assert.equal(world.taken.length, 1);
  await world.tick(0);
  assert.deepEqual(world.taken.at(-1), { late: true });
  assert.equal(world.feed.cursor, 'at-91');
});

test('a catch-up that fails loses nothing: the old cursor is asked again', async () => {
  const world = await live();
  world.refuse(500);
  world.source.send('catchup', { delay: 2 });
  world.source.send('change', { late: true }, 'at-91');
  await world.tick(0);
  assert.equal(world.states.at(-1), 'reconnecting');
  world.serve();
  await world.tick(500);
  assert.equal(world.asked.at(-1), '/api/map?since=at-1');
});

test('reload asks for everything', async () => {
  const world = await live();
  world.source.send('reload');
  await settle();
  assert.deepEqual(world.asked, ['/api/map', '/api/map']);
});

test('a page that stays open fetches everything again after six hours', async () => {
  const world = await live();
  await world.tick(6 * 3_600_000);
  assert.deepEqual(world.asked, ['/api/map', '/api/map']);
  assert.equal(world.states.at(-1), 'live');
  assert.equal(world.timers.filter(({ on, ms }) => on && ms === 6 * 3_600_000).length, 1);
});

test('a session that ended is said and not tried again until a person asks', async () => {
  const world = await live();
  world.refuse(401);
  world.source.send('error');
  await world.tick(500);
  assert.equal(world.states.at(-1), 'signed_out');
  assert.ok(!world.timers.some(({ on, ms }) => on && ms <= 40_000));
  world.serve();
  world.feed.retryNow();
  await settle();
  world.source.send('open');
  assert.equal(world.states.at(-1), 'live');
});

test('no network is offline, and coming back needs no pause', async () => {
  const world = await live();
  world.isOnline = false;
  world.feed.lost();
  assert.equal(world.states.at(-1), 'offline');
  world.isOnline = true;
  world.serve();
  world.feed.retryNow();
  await settle();
  assert.equal(world.asked.at(-1), '/api/map?since=at-1');
});

test('a source that was given up is not listened to any more', async () => {
  const world = await live();
  world.serve();
  const [old] = world.sources;
  old.send('error');
  await world.tick(500);
  old.send('change', { ghost: true }, 'at-66');
  assert.ok(!world.taken.some(({ ghost }) => ghost));
});

test('the board is asked for after every connection, and told as a whole', async () => {
  const world = await live();
  await settle();
  assert.deepEqual(world.boards, [['whole', true]]);
  world.serve();
  world.source.send('error');
  await world.tick(500);
  await settle();
  assert.deepEqual([world.boardAsked, world.boards.length], [2, 2]);
});

test('what the feed tells of the board moves the cursor, and is not taken twice', async () => {
  const world = await live();
  await settle();
  world.source.send('dispatch', { cursor: at(9), incidents: ['older than the whole'] }, at(9));
  world.source.send('dispatch', { cursor: at(11), incidents: ['new'] }, at(11));
  world.source.send('dispatch', { cursor: at(11), incidents: ['again'] }, at(11));
  assert.deepEqual(world.boards.slice(1), [['new', false]]);
  assert.equal(world.feed.cursor, at(11));
});

test('an event without an id of its own leaves the cursor where it is', async () => {
  const world = await live();
  await settle();
  world.source.send('dispatch', { cursor: at(11), incidents: ['new'] });
  assert.equal(world.feed.cursor, 'at-1');
});

test('news that come while the board is fetched wait for it', async () => {
  const world = new World();
  let answer;
  world.board = () => new Promise((done) => { answer = done; });
  await world.feed.start();
  world.source.send('open');
  world.source.send('dispatch', { cursor: at(9), incidents: ['seen by the whole'] }, at(9));
  world.source.send('dispatch', { cursor: at(12), incidents: ['after it'] }, at(12));
  assert.deepEqual(world.boards, []);
  answer({ cursor: at(10), incidents: ['whole'] });
  await settle();
  assert.deepEqual(world.boards, [['whole', true], ['after it', false]]);
});

test('too much at once is fetched, unless the board is newer already', async () => {
  const world = await live();
  await settle();
  world.source.send('dispatch', { cursor: at(8), refetch: true, delay: 2 }, at(8));
  assert.equal(world.boardAsked, 1);
  world.source.send('dispatch', { cursor: at(20), refetch: true, delay: 2 }, at(20));
  await world.tick(0);
  assert.equal(world.boardAsked, 2);
});

test('a bulk load of the map fetches the board as well', async () => {
  const world = await live();
  await settle();
  world.serve();
  world.source.send('catchup', { delay: 2 }, at(90));
  await world.tick(0);
  await settle();
  assert.equal(world.boardAsked, 2);
});

test('an open line of a server without its database is not live, and is again by a beat', async () => {
  const told = [];
  const world = await live();
  world.feed.report = (state) => told.push(state);
  world.source.send('away', { now: 2000, since: 1970 });
  assert.equal(told.at(-1).state, 'away');
  assert.equal(told.at(-1).heard, 1970); // as old as what is shown
  assert.equal(world.sources.length, 1);
  world.source.send('beat', { now: 2010 });
  assert.equal(told.at(-1).state, 'live');
});

test('a server that answers "not ready" is there', async () => {
  const world = await live();
  world.answers = () => { throw Object.assign(new Error('no'), { status: 503 }); };
  world.source.send('error');
  assert.equal(world.states.at(-1), 'reconnecting');
  await world.tick(500);
  assert.equal(world.states.at(-1), 'away');
});

test('a board that cannot be had is said as what it is', async () => {
  const world = await live();
  await settle();
  world.board = () => { throw Object.assign(new Error('no'), { status: 503 }); };
  world.source.send('dispatch', { cursor: at(20), refetch: true, delay: 2 }, at(20));
  await world.tick(0);
  assert.equal(world.states.at(-1), 'away');
});
