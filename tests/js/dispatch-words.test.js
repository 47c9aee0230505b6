import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLocal, lastTime, timeOfDay, timeOrDay, toLocal } from '../../static/js/words/clock.js';
import {
  anyOf, dueInWords, minutesInWords, namesInWords, needInWords, similarInWords, spanInWords,
} from '../../static/js/words/dispatch.js';

const CHICAGO = 'America/Chicago';
const at = (iso) => Date.parse(iso) / 1000;
const NOON = at('2026-05-04T17:00:00Z');

test('times are those of the state, with the day when it is another one', () => {
  assert.equal(timeOfDay(NOON, CHICAGO), '12:00');
  assert.equal(timeOrDay(NOON, CHICAGO, NOON + 60), '12:00');
  assert.equal(timeOrDay(NOON - 86_400, CHICAGO, NOON), 'May 3, 12:00');
  assert.equal(toLocal(at('2026-01-01T05:59:00Z'), CHICAGO), '2025-12-31T23:59');
});

test('what is written in an input for local time comes back, in summer, in winter and between', () => {
  for (const local of ['2026-07-01T00:00', '2026-12-31T23:59', '2026-03-08T03:30', '2026-11-01T00:30']) {
    assert.equal(toLocal(fromLocal(local, CHICAGO), CHICAGO), local);
  }
  assert.ok(Number.isNaN(fromLocal('noon', CHICAGO)));
});

test('a time of day is the last one there was', () => {
  assert.equal(lastTime('11:45', CHICAGO, NOON), NOON - 15 * 60);
  assert.equal(lastTime('1145', CHICAGO, NOON + 20), NOON - 15 * 60);
  assert.equal(lastTime('12:03', CHICAGO, NOON), NOON + 180, 'a clock that is a little fast');
  assert.equal(lastTime('23:50', CHICAGO, NOON), at('2026-05-04T04:50:00Z'), 'last night');
  for (const nonsense of ['', '25:00', '12:61', 'now']) assert.ok(Number.isNaN(lastTime(nonsense, CHICAGO, NOON)), nonsense);
});

test('names fit on a button', () => {
  assert.equal(namesInWords(['E12']), 'E12');
  assert.equal(namesInWords(['E12', 'L3']), 'E12 and L3');
  assert.equal(namesInWords(['E12', 'L3', 'M1']), 'E12, L3 and M1');
  assert.equal(namesInWords(['E12', 'L3', 'M1', 'M2', 'M3']), 'E12, L3 and 3 more');
});

test('how long, with their units', () => {
  assert.deepEqual([0.2, 25.4, 60, 70].map(minutesInWords), ['1 min', '25 min', '1 h', '1 h 10 min']);
  assert.deepEqual([12, 240].map(spanInWords), ['12 s', '4 min']);
  assert.deepEqual([240, 0, -120].map(dueInWords), ['in 4 min', 'now', '2 min late']);
  assert.equal(dueInWords(NaN), 'unknown');
});

test('a need and a likely duplicate in words', () => {
  const titles = { engine: 'Fire engine', ambulance_als: 'ALS ambulance' };
  assert.equal(anyOf(['Fire engine', 'ALS ambulance']), 'fire engine or ALS ambulance');
  assert.equal(needInWords({ count: 2, unit_types: ['engine'], type_level: 2, capabilities: ['foam'] }, (code) => titles[code]),
    '2 × fire engine, type 2 or better, with foam');
  assert.equal(similarInWords({
    number: '2026-000012', type_title: 'Structure fire', distance_m: 92, reported_at: 0,
  }, () => '12 min ago'), '2026-000012, structure fire, 300 ft away, 12 min ago');
});
