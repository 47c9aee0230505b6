import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen, toneOf } from '../../static/js/phone/news.js';

const NOW = 1_800_000_000;
const notice = (id, kind = 'assigned', more = {}) => ({ id, kind, seen: false, expires_at: NOW + 60, ...more });

class Source {
  static all = [];

  constructor(url) {
    this.url = url;
    this.handlers = {};
    Source.all.push(this);
  }

  addEventListener(name, handler) { this.handlers[name] = handler; }

  say(name, data = {}) { this.handlers[name]({ data: JSON.stringify(data) }); }

  close() { this.closed = true; }
}

/** Timers that run when told to. */
function clock() {
  const due = [];
  return {
    set: (call, ms) => due.push({ call, ms }) - 1,
    clear: (i) => { if (due[i]) due[i].call = null; },
    run(most) {
      for (const one of due.filter(({ call, ms }) => call && ms <= most)) {
        const { call } = one;
        one.call = null;
        call();
      }
    },
    pauses: () => due.filter(({ call }) => call).map(({ ms }) => ms),
  };
}

function heard() {
  Source.all = [];
  const told = [];
  const calls = [];
  const timers = clock();
  const ringer = { call: async () => { calls.push(told.length); } };
  const ear = listen((news) => told.push(news.about), { EventSource: Source, timers, random: () => 1, ringer });
  return { told, timers, calls, ear, source: () => Source.all.at(-1) };
}

test('each opening and each news asks again, and looks for notices to call out', () => {
  const { told, timers, calls, source } = heard();
  source().say('open');
  source().say('news', { about: ['assignment'], delay: 0 });
  timers.run(0);
  source().say('beat');
  assert.deepEqual(told, [[], ['assignment']]);
  assert.equal(calls.length, 2);
});

test('a crowd spreads its questions', () => {
  const { told, timers, source } = heard();
  source().say('news', { about: ['everything'], delay: 4 });
  timers.run(3999);
  assert.deepEqual(told, []);
  timers.run(4000);
  assert.deepEqual(told, [['everything']]);
});

test('a lost line is tried again, later each time, and silence is a lost line', () => {
  const { timers, source } = heard();
  source().say('error');
  assert.deepEqual(timers.pauses(), [5000]);
  timers.run(5000);
  assert.equal(Source.all.length, 2);
  timers.run(40_000); // nothing was heard
  assert.ok(Source.all[1].closed);
  assert.deepEqual(timers.pauses(), [10_000]);
});

test('closed means closed', () => {
  const { told, timers, ear, source } = heard();
  source().say('news', { about: ['unit'], delay: 4 });
  ear.close();
  assert.deepEqual(timers.pauses(), []);
  assert.deepEqual(told, []);
});

test('a browser without EventSource is left in peace', () => {
  listen(() => assert.fail('nobody spoke'), { EventSource: undefined }).close();
});

test('what is new, unseen and in force rings, an assignment louder than the rest', () => {
  assert.equal(toneOf([notice(3), notice(2, 'ended')], 1, NOW), 'urgent');
  assert.equal(toneOf([notice(3, 'changed')], 1, NOW), 'check');
  assert.equal(toneOf([notice(1)], 1, NOW), null, 'called out already');
  assert.equal(toneOf([notice(3, 'assigned', { seen: true })], 1, NOW), null);
  assert.equal(toneOf([notice(3, 'assigned', { expires_at: NOW })], 1, NOW), null);
});
