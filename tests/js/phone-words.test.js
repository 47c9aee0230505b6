// What the phone says of its age and its line, and which positions it tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixOf, isNews, meters, Positions } from '../../static/js/phone/positions.js';
import { MemoryTable } from '../../static/js/phone/store.js';
import { asOf, banner, outcome, taken } from '../../static/js/phone/telling.js';

const FIVE_PAST_TWO = Date.parse('2026-05-04T19:05:00Z') / 1000;
const well = {
  epoch: FIVE_PAST_TWO, age: 5, zone: 'America/Chicago', isOnline: true, isSignedOut: false, isElsewhere: false,
  waiting: 0, isKept: true, hasUpdate: false,
};

test('the age is said where it matters, on the clock of the state', () => {
  assert.equal(asOf(well), 'As of 14:05');
  assert.equal(asOf({ ...well, age: 180 }), 'As of 14:05, 3 min ago');
  assert.equal(asOf({ ...well, age: 180, isOnline: false }), 'As of 14:05, 3 min ago, offline');
  assert.equal(asOf({ ...well, age: 10, isOnline: false }), 'As of 14:05, just now, offline');
});

test('the worst is said first', () => {
  const saying = (change) => banner({ ...well, ...change });
  assert.equal(saying({}).state, 'fresh');
  assert.equal(saying({ age: 200 }).state, 'old');
  assert.equal(saying({ isOnline: false }).state, 'offline');
  assert.equal(saying({ hasUpdate: true }).action.name, 'update');
  assert.match(saying({ isKept: false, isOnline: false }).text, /keeps nothing/);
  assert.equal(saying({ isSignedOut: true, waiting: 3 }).text, 'Log in again to send 3 reports. As of 14:05');
  assert.equal(saying({ isSignedOut: true, isOnline: false }).link.href, '/log-in?next=/m');
  assert.equal(saying({ isElsewhere: true, isSignedOut: true }).state, 'problem');
});

test('a tap is never called sent before it is', () => {
  assert.equal(taken({ words: 'On scene' }, { isOnline: false, isKept: true }).text, 'On scene · waiting to send');
  assert.equal(taken({ words: 'On scene' }, { isOnline: true, isKept: true }).text, 'On scene · sending');
  assert.equal(outcome({ words: 'On scene' }, { outcome: 'applied' }).text, 'Sent: On scene');
  assert.equal(outcome({ words: 'On scene' }, { outcome: 'refused', message: 'Too old.' }).tone, 'bad');
});

const at = (seconds, lat = 38.9, lon = -92.3) => ({ at: new Date(FIVE_PAST_TWO * 1000 + seconds * 1000).toISOString(), lat, lon });

test('positions are told every ten seconds or fifty meters', () => {
  assert.ok(isNews(at(0), null));
  assert.ok(!isNews(at(9), at(0)));
  assert.ok(isNews(at(10), at(0)));
  assert.ok(isNews(at(1, 38.9005), at(0)));
  assert.ok(Math.abs(meters(at(0, 38), at(0, 39)) - 111_195) < 5);
});

test('what a phone does not know of a position is not zero', () => {
  const coords = { latitude: 38.9, longitude: -92.3, accuracy: 12, speed: null, heading: NaN, altitude: null };
  assert.deepEqual(fixOf({ coords, timestamp: 0 }),
    { at: '1970-01-01T00:00:00.000Z', lat: 38.9, lon: -92.3, acc: 12, speed: null, course: null, alt: null });
});

function sharing(post, now = () => FIVE_PAST_TWO * 1000) {
  const fixes = new MemoryTable();
  const ended = [];
  const positions = new Positions({
    fixes, account: 'rita', post, now, locks: null, ended: () => ended.push(1), geolocation: { watchPosition: () => 1, clearWatch: () => {} },
  });
  return { fixes, positions, ended };
}

test('positions without a line are kept, five hundred at most, and sent in order', async () => {
  const sent = [];
  let isAway = true;
  const { fixes, positions } = sharing(async ({ fixes: some }) => {
    if (isAway) throw new TypeError('no line');
    sent.push(...some);
    return { status: 200 };
  });
  positions.start(Infinity);
  for (let i = 0; i < 520; i++) await positions.heard(at(i * 10));
  assert.equal((await fixes.all()).length, 500);
  isAway = false;
  await positions.send();
  assert.equal(sent.length, 500);
  assert.deepEqual([sent[0].at, sent.at(-1).at], [at(200).at, at(5190).at]);
  assert.equal(sent[0].seq, undefined);
  assert.deepEqual(await fixes.all(), []);
});

test('nothing is heard before sharing, after it, and past the end of duty', async () => {
  let now = FIVE_PAST_TWO * 1000;
  const { fixes, positions, ended } = sharing(async () => { throw new TypeError('no line'); }, () => now);
  await positions.heard(at(0));
  positions.start(now + 60_000);
  await positions.heard(at(10));
  now += 60_000;
  await positions.heard(at(60));
  await positions.heard(at(70));
  assert.equal((await fixes.all()).length, 1);
  assert.equal(ended.length, 1);
});
