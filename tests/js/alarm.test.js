import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, SOON_S, Watch } from '../../static/js/alarm/due.js';
import { Siren } from '../../static/js/alarm/siren.js';

const NOW = 1_800_000_000;
const unit = (id, par_at, silenced_until = null) => ({ id, par_at, silenced_until, unit_name: `E${id}` });
const ids = (list) => list.map(({ id }) => id);

test('who is late, who is nearly due, and who is quiet for a while', () => {
  const found = judge([
    unit(1, NOW - 60), unit(2, NOW), unit(3, NOW + SOON_S), unit(4, NOW + SOON_S + 1), unit(5, null),
    unit(6, NOW - 600, NOW + 60), unit(7, NOW - 30, NOW - 1),
  ], NOW);
  assert.deepEqual(ids(found.late), [1, 7, 2]);
  assert.deepEqual(ids(found.soon), [3]);
  assert.deepEqual(ids(found.silenced), [6]);
});

test('an incident of priority 1 is called out once, and what was there at the start not at all', () => {
  const watch = new Watch();
  const fire = { id: 1, priority: 1 };
  assert.deepEqual(watch.newUrgent([fire]), []);
  assert.deepEqual(ids(watch.newUrgent([fire, { id: 2, priority: 1 }, { id: 3, priority: 2 }])), [2]);
  assert.deepEqual(watch.newUrgent([fire, { id: 2, priority: 1 }]), []);
  assert.deepEqual(ids(watch.newUrgent([{ id: 3, priority: 1 }])), [3], 'one that became urgent');
});

test('a late unit is called out once for each time that it is late', () => {
  const watch = new Watch();
  assert.deepEqual(ids(watch.newLate([unit(1, NOW)])), [1]);
  assert.deepEqual(watch.newLate([unit(1, NOW)]), []);
  assert.deepEqual(ids(watch.newLate([unit(1, NOW + 1200)])), [1], 'it was heard, and is late again');
  assert.deepEqual(watch.newLate([]), []);
});

class FakeContext {
  static made = [];

  constructor() {
    this.state = 'suspended';
    this.currentTime = 0;
    this.destination = {};
    this.tones = [];
    FakeContext.made.push(this);
  }

  async resume() { if (FakeContext.allowed) this.state = 'running'; }

  createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect() {} }; }

  createOscillator() {
    const tone = { frequency: {}, connect() {}, start: (at) => this.tones.push(at), stop() {} };
    return tone;
  }
}

test('nothing sounds until somebody pressed, nor where it is muted, and both are told', async () => {
  FakeContext.allowed = false;
  const told = [];
  const siren = new Siren({ AudioContext: FakeContext, told: (state) => told.push(state) });
  assert.equal(siren.state, 'locked');
  assert.equal(siren.ring('check'), false);
  await siren.unlock();
  assert.equal(siren.state, 'locked', 'the browser did not allow it');
  FakeContext.allowed = true;
  await siren.unlock({ greet: true });
  assert.equal(siren.state, 'on');
  assert.equal(siren.context.tones.length, 1);
  assert.equal(siren.ring('check'), true);
  assert.equal(siren.context.tones.length, 5);
  siren.mute(true);
  assert.equal(siren.ring('urgent'), false);
  assert.equal(siren.context.tones.length, 5);
  siren.mute(false);
  assert.equal(siren.ring('urgent'), true);
  assert.deepEqual(told, ['locked', 'on', 'muted', 'on']);
  assert.equal(FakeContext.made.length, 1);
});

test('what is slow to make is made before anybody presses, once, and sounds no sooner for it', async () => {
  Object.assign(FakeContext, { allowed: true, made: [] });
  const told = [];
  const siren = new Siren({ AudioContext: FakeContext, told: (state) => told.push(state) });
  siren.prepare();
  assert.deepEqual([siren.state, siren.ring('check'), told], ['locked', false, ['locked']]);
  siren.prepare();
  await siren.unlock();
  assert.deepEqual([siren.state, FakeContext.made.length], ['on', 1]);
  new Siren({ AudioContext: null }).prepare();
});

test('a browser without sound says so and does not fail', async () => {
  const siren = new Siren({ AudioContext: null });
  await siren.unlock({ greet: true });
  assert.equal(siren.state, 'none');
  assert.equal(siren.ring('check'), false);
});
