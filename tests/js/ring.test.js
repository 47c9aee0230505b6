import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arcs, mixInWords } from '../../static/js/map/ring.js';

const MIX = [['shelter', 'ready', 3], ['shelter', 'out', 1], ['unit', 'busy', 4]];

test('arcs fill the circle, kinds are parted and nothing overlaps', () => {
  const placed = arcs(MIX);
  let end = 0;
  for (const [, start, length] of placed) {
    assert.ok(start >= end - 1e-9);
    end = start + length;
  }
  assert.ok(end <= 100 && end > 97);
  assert.ok(placed[2][1] - (placed[1][1] + placed[1][2]) > 2, 'a gap between shelters and units');
  assert.ok(Math.abs(placed[1][1] - (placed[0][1] + placed[0][2])) < 1e-9, 'none within a kind');
});

test('one thing among thousands can still be seen', () => {
  const [, [, , length]] = arcs([['shelter', 'out', 5000], ['unit', 'busy', 1]]);
  assert.ok(length > 1.4);
});

test('a single kind has no gap', () => {
  assert.deepEqual(arcs([['unit', 'ready', 9]]), [['ready', 0, 100]]);
});

test('the mix in words has every number', () => {
  const catalog = { kind: (code) => ({ shelter: { title: 'Shelters', one: 'shelter' }, unit: { title: 'Units', one: 'unit' } })[code] };
  assert.deepEqual(mixInWords(catalog, MIX), ['4 shelters: 3 ready, 1 closed or out of service', '4 units: 4 full or busy']);
  assert.deepEqual(mixInWords(catalog, [['unit', 'ready', 1]]), ['1 unit: 1 ready']);
});
