import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondOrDay } from '../../static/js/words/clock.js';
import { accuracyInWords, fixesInWords, motionInWords, seenInWords, standing } from '../../static/js/trail/words.js';

const NOW = 1_800_000_000;
const fix = (age, more = {}) => ({ at: NOW - age, accuracy: 12.4, speed: 15, course: 45, ...more });

test('a position is said with its age first, then how good it is, then how the unit moves', () => {
  assert.equal(seenInWords(fix(5), NOW), 'Seen just now, within 40 ft, 34 mph northeast');
  assert.equal(seenInWords(fix(300), NOW), 'Seen 5 min ago, within 40 ft, 34 mph northeast');
});

test('an old position says nothing of how the unit moves now', () => {
  assert.equal(seenInWords(fix(900), NOW), 'Last seen 15 min ago, within 40 ft');
  assert.equal(seenInWords(fix(7200), NOW), 'Lost: last seen 2 h ago, within 40 ft');
});

test('what the device did not say is unknown and not zero', () => {
  assert.equal(seenInWords(fix(5, { accuracy: null, speed: null, course: null }), NOW), 'Seen just now, accuracy unknown');
  assert.equal(accuracyInWords(undefined), 'accuracy unknown');
  assert.equal(motionInWords({ speed: 10, course: null }), '22 mph');
  assert.equal(motionInWords({ speed: 0.4, course: 300 }), 'standing');
  assert.equal(motionInWords({ speed: 10, course: 350 }), '22 mph north');
});

test('two, ten and sixty minutes part the ages', () => {
  assert.deepEqual([119, 120, 599, 600, 3599, 3600].map(standing), ['fresh', 'aging', 'aging', 'old', 'old', 'lost']);
});

test('a thinned trail says so', () => {
  assert.equal(fixesInWords({ total: 0, every: 1 }), 'No positions are kept of this span.');
  assert.equal(fixesInWords({ total: 1, every: 1 }), '1 position');
  assert.equal(fixesInWords({ total: 9000, every: 3 }), '1 of every 3 of 9,000 positions; the file has all of them');
});

test('times of a trail are on the clocks of the state, to the second', () => {
  const at = Date.parse('2026-11-22T20:02:35Z') / 1000;
  assert.equal(secondOrDay(at, 'America/Chicago', at + 60), '14:02:35');
  assert.equal(secondOrDay(at, 'America/Chicago', at + 86_400), 'Nov 22, 14:02:35');
});
