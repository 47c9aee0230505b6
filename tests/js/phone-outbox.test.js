// What was said on the phone: kept in order, settled once, and never taken for somebody else's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsOf, Outbox } from '../../static/js/phone/outbox.js';
import { pauseMs, Sender } from '../../static/js/phone/sender.js';
import { CarefulTable, MemoryTable } from '../../static/js/phone/store.js';

const START = Date.parse('2026-05-04T14:05:00Z');

class Clock {
  now = START;

  pass(ms) {
    this.now += ms;
  }
}

function outboxOf({ store = new MemoryTable(), clock = new Clock() } = {}) {
  let number = 0;
  const outbox = new Outbox({ store, now: () => clock.now, uuid: () => `key-${++number}` });
  return { outbox, clock, store };
}

const status = (to, subject = 12) => ({ kind: 'unit_status', subject, body: { status: to }, base: { status: 'dispatched' }, words: to });

/** A server that is away until it answers; it knows the keys that it has seen. */
class Server {
  constructor() {
    this.batches = [];
    this.applied = [];
    this.answer = () => ({ outcome: 'applied', message: '' });
  }

  post = async (batch) => {
    this.batches.push(batch);
    if (this.isAway) throw new TypeError('Failed to fetch');
    if (this.status) return { status: this.status, data: this.data ?? {} };
    const answers = batch.reports.map((report) => {
      if (!this.applied.some(({ key }) => key === report.key)) this.applied.push(report);
      return { key: report.key, ...this.answer(report) };
    });
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new TypeError('Failed to fetch');
    }
    return { status: 200, data: { answers } };
  };
}

class Timers {
  due = [];

  set = (call, ms) => {
    this.due.push({ call, ms });
    return this.due.at(-1);
  };

  clear = (timer) => {
    this.due = this.due.filter((one) => one !== timer);
  };

  /** Let the next one strike; resolves when what it began is done. */
  strike() {
    const { call } = this.due.shift();
    return call();
  }
}

function sending({ outbox, clock }, options = {}) {
  const server = new Server();
  const timers = new Timers();
  const sender = new Sender({
    outbox, account: 'rita', post: server.post, renew: async () => 'rita', now: () => clock.now, timers, random: () => 0, ...options,
  });
  return { server, timers, sender };
}

const said = (reports) => reports.map(({ body }) => body.status);

test('reports go out in the order in which they were said, with both times', async () => {
  const parts = outboxOf();
  const { server, sender } = sending(parts);
  for (const one of ['en_route', 'on_scene', 'available']) {
    await parts.outbox.say(status(one));
    parts.clock.pass(60_000);
  }
  await sender.kick();
  assert.equal(server.batches.length, 1);
  const [batch] = server.batches;
  assert.deepEqual(said(batch.reports), ['en_route', 'on_scene', 'available']);
  assert.deepEqual(batch.reports.map(({ said_at: at }) => at),
    ['2026-05-04T14:05:00.000Z', '2026-05-04T14:06:00.000Z', '2026-05-04T14:07:00.000Z']);
  assert.equal(batch.sent_at, '2026-05-04T14:08:00.000Z');
  assert.equal(batch.account, 'rita');
  assert.deepEqual(await parts.outbox.items(), []);
});

test('a doubled tap is one report, a repetition later is another', async () => {
  const { outbox, clock } = outboxOf();
  const first = await outbox.say(status('on_scene'));
  clock.pass(800);
  assert.equal((await outbox.say(status('on_scene'))).key, first.key);
  clock.pass(5000);
  await Promise.all([outbox.say(status('on_scene')), outbox.say(status('on_scene'))]);
  assert.equal((await outbox.items()).length, 2);
});

test('there and back is no doubled tap, nor is the same of another unit', async () => {
  const { outbox } = outboxOf();
  for (const one of [status('on_scene'), status('available'), status('on_scene'), status('on_scene', 13)]) await outbox.say(one);
  assert.equal((await outbox.items()).length, 4);
});

test('a clock that was set back does not swallow a tap', async () => {
  const { outbox, clock } = outboxOf();
  await outbox.say(status('on_scene'));
  clock.pass(-3_600_000);
  await outbox.say(status('on_scene'));
  assert.equal((await outbox.items()).length, 2);
});

test('when the answer is lost the same batch is sent again and nothing is doubled', async () => {
  const parts = outboxOf();
  const { server, timers, sender } = sending(parts);
  server.losesAnswer = true;
  await parts.outbox.say(status('on_scene'));
  await sender.kick();
  assert.equal(sender.state, 'pausing');
  assert.equal((await parts.outbox.items())[0].tries, 1);
  await timers.strike();
  assert.equal(sender.state, 'idle');
  assert.equal(server.applied.length, 1);
  assert.equal(server.batches[0].reports[0].key, server.batches[1].reports[0].key);
});

test('pauses grow to a minute, and start anew after an answer', async () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 50].map((tries) => pauseMs(tries, () => 0) / 1000), [1, 2, 4, 8, 16, 32, 60, 60]);
  assert.ok(pauseMs(7, () => 0.999) < 72_001);
  const parts = outboxOf();
  const { server, timers, sender } = sending(parts);
  server.isAway = true;
  await parts.outbox.say(status('on_scene'));
  await sender.kick();
  await timers.strike();
  assert.deepEqual(timers.due.map(({ ms }) => ms), [2000]);
  server.isAway = false;
  await timers.strike();
  server.isAway = true;
  await parts.outbox.say(status('available'));
  await sender.kick();
  assert.deepEqual(timers.due.map(({ ms }) => ms), [1000]);
});

test('a kick cuts the pause short and leaves one timer', async () => {
  const parts = outboxOf();
  const { server, timers, sender } = sending(parts);
  server.isAway = true;
  await parts.outbox.say(status('on_scene'));
  await sender.kick();
  await sender.kick();
  assert.equal(timers.due.length, 1);
});

test('what is said while a batch is under way goes with the next', async () => {
  const parts = outboxOf();
  const { server, sender } = sending(parts);
  await parts.outbox.say(status('on_scene'));
  const run = sender.kick();
  await parts.outbox.say(status('available'));
  await Promise.all([run, sender.kick()]);
  assert.deepEqual(said(server.applied), ['on_scene', 'available']);
  assert.deepEqual(await parts.outbox.items(), []);
});

test('more than fifty go in several batches', async () => {
  const parts = outboxOf();
  const { server, sender } = sending(parts);
  for (let i = 0; i < 120; i++) await parts.outbox.say({ kind: 'log', subject: 12, body: { text: `entry ${i}` } });
  await sender.kick();
  assert.deepEqual(server.batches.map(({ reports }) => reports.length), [50, 50, 20]);
});

test('each answer goes where it belongs', async () => {
  const parts = outboxOf();
  const { server, sender } = sending(parts);
  const outcomes = { en_route: 'older', on_scene: 'conflict', available: 'refused', returning: 'applied' };
  server.answer = ({ body }) => ({
    outcome: outcomes[body.status], message: 'why', theirs: { what: 'Out of service' }, mine: { what: 'On scene' }, state: { status: 'x' },
  });
  for (const one of Object.keys(outcomes)) await parts.outbox.say(status(one));
  await sender.kick();
  const items = await parts.outbox.items();
  assert.deepEqual(countsOf(items), { waiting: 0, refused: 1, conflict: 1 });
  assert.deepEqual(items.map(({ state, body }) => [state, body.status]), [['conflict', 'on_scene'], ['refused', 'available']]);
  assert.equal(items[0].theirs.what, 'Out of service');
  await sender.kick();
  assert.equal(server.batches.length, 1, 'what has its answer is not sent again');
});

test('"Use mine" is a new report that knows theirs; "Keep theirs" is none', async () => {
  const parts = outboxOf();
  const { server, sender } = sending(parts);
  server.answer = ({ body }) => ({ outcome: 'conflict', message: '', theirs: { what: 'b' }, mine: {}, state: { status: body.status } });
  await parts.outbox.say(status('on_scene'));
  await parts.outbox.say(status('available'));
  await sender.kick();
  const [one, two] = await parts.outbox.items();
  server.answer = () => ({ outcome: 'applied' });
  await parts.outbox.drop(one.key);
  const again = await parts.outbox.again(two.key);
  assert.notEqual(again.key, two.key);
  assert.deepEqual(again.base, { status: 'available' });
  await sender.kick();
  assert.deepEqual(await parts.outbox.items(), []);
  assert.deepEqual(server.applied.map(({ key }) => key), ['key-1', 'key-2', again.key]);
});

test('two taps on "Use mine" say it once', async () => {
  const parts = outboxOf();
  await parts.outbox.say(status('on_scene'));
  await parts.outbox.settle([{ key: 'key-1', outcome: 'conflict', state: {} }]);
  await parts.outbox.again('key-1');
  assert.equal(await parts.outbox.again('key-1'), null);
  assert.equal((await parts.outbox.items()).length, 1);
});

test('an expired log-in keeps the queue; the next kick sends it', async () => {
  const parts = outboxOf();
  const { server, timers, sender } = sending(parts);
  server.status = 401;
  await parts.outbox.say(status('on_scene'));
  await sender.kick();
  assert.equal(sender.state, 'signed_out');
  assert.equal(timers.due.length, 0, 'nobody knocks while logged out');
  assert.equal((await parts.outbox.of('waiting')).length, 1);
  server.status = null;
  await sender.kick();
  assert.deepEqual(await parts.outbox.items(), []);
});

test("another account's log-in stops the sender for good and loses nothing", async () => {
  const parts = outboxOf();
  const { server, timers, sender } = sending(parts);
  server.status = 409;
  await parts.outbox.say(status('on_scene'));
  await sender.kick();
  assert.equal(sender.state, 'other_account');
  server.status = null;
  await sender.kick();
  assert.equal(server.batches.length, 1);
  assert.equal(timers.due.length, 0);
  assert.equal((await parts.outbox.of('waiting')).length, 1);
});

test('a stale token is renewed once, and not for another account', async () => {
  for (const [mark, batches] of [['rita', 2], ['sam', 1], [null, 1]]) {
    const parts = outboxOf();
    const { server, sender } = sending(parts, {
      renew: async () => {
        if (mark === 'rita') server.status = null;
        return mark;
      },
    });
    server.status = 400;
    server.data = { error: 'csrf' };
    await parts.outbox.say(status('on_scene'));
    await sender.kick();
    assert.equal(server.batches.length, batches, String(mark));
    assert.equal((await parts.outbox.of('waiting')).length, mark === 'rita' ? 0 : 1);
  }
});

test('a report that breaks its batch is found, refused, and holds up nobody', async () => {
  const parts = outboxOf();
  const { server, sender } = sending(parts);
  const normal = server.post;
  sender.post = async (batch) => {
    const isBad = batch.reports.some(({ body }) => body.status === 'bad');
    return isBad ? { status: 422, data: { error: 'invalid', message: 'It cannot be read.' } } : normal(batch);
  };
  for (const one of ['en_route', 'bad', 'available']) await parts.outbox.say(status(one));
  await sender.kick();
  assert.deepEqual(said(server.applied), ['en_route', 'available']);
  const items = await parts.outbox.items();
  assert.deepEqual(items.map(({ state, message }) => [state, message]), [['refused', 'It cannot be read.']]);
});

test('an answer that is not ours, or speaks of nothing, is no answer', async () => {
  for (const [code, data] of [[200, {}], [200, { answers: [] }], [503, {}], [429, {}], [302, {}]]) {
    const parts = outboxOf();
    const { timers, sender } = sending(parts, { post: async () => ({ status: code, data }) });
    await parts.outbox.say(status('on_scene'));
    await sender.kick();
    assert.equal(sender.state, 'pausing', String(code));
    assert.equal(timers.due.length, 1);
    assert.equal((await parts.outbox.of('waiting')).length, 1);
  }
});

test('two tabs send nothing twice, whoever is first', async () => {
  const store = new MemoryTable();
  const clock = new Clock();
  const tabs = [outboxOf({ store, clock }), outboxOf({ store, clock })];
  let chain = Promise.resolve();
  const alone = (work) => {
    chain = chain.then(work);
    return chain;
  };
  const server = new Server();
  const senders = tabs.map((tab) => sending(tab, { alone, post: server.post }).sender);
  await tabs[0].outbox.say(status('on_scene'));
  await Promise.all(senders.map((sender) => sender.kick()));
  assert.equal(server.batches.length, 1);
});

class FullDisk extends MemoryTable {
  async add() {
    throw new DOMException('The disk is full', 'QuotaExceededError');
  }
}

test('a full disk is said, and what is reported still goes out', async () => {
  const told = [];
  const store = new CarefulTable(new FullDisk(), (problem) => told.push(problem.name));
  const parts = outboxOf({ store });
  const { server, sender } = sending(parts);
  await parts.outbox.say(status('on_scene'));
  assert.deepEqual(told, ['QuotaExceededError']);
  await sender.kick();
  assert.deepEqual(said(server.applied), ['on_scene']);
  assert.deepEqual(await parts.outbox.items(), []);
});
