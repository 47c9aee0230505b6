import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofCrowd } from '../../static/js/map/crowd.js';

const NOW = 1_800_000_000;
const incident = (id, given = {}) => ({ id, priority: 3, overdue_at: null, lat: 38, lon: -92, ...given });
const ids = (incidents) => incidents.map(({ id }) => id);
const everywhere = () => true;

test('as long as they are few each has its symbol, in view or not', () => {
  const few = [incident(1), incident(2)];
  const { symbols, points } = ofCrowd(few, { isInView: () => false, chosen: null, now: NOW, most: 2 });
  assert.deepEqual([ids(symbols), ids(points)], [[1, 2], []]);
});

test('in a crowd the most urgent in view keep theirs: priority, then who waits too long, then the newest', () => {
  const crowd = [
    incident(1), incident(2, { overdue_at: NOW - 1 }), incident(3, { priority: 1 }), incident(4),
    incident(5, { overdue_at: NOW + 1 }),
  ];
  const { symbols, points } = ofCrowd(crowd, { isInView: everywhere, chosen: null, now: NOW, most: 3 });
  assert.deepEqual(ids(symbols), [3, 2, 5]);
  assert.deepEqual(ids(points), [1, 4]);
});

test('out of view is a point, however urgent', () => {
  const crowd = [incident(1, { priority: 1, lat: 0 }), incident(2), incident(3)];
  const { symbols, points } = ofCrowd(crowd, { isInView: ({ lat }) => lat > 0, chosen: null, now: NOW, most: 2 });
  assert.deepEqual([ids(symbols), ids(points)], [[3, 2], [1]]);
});

test('the one in hand keeps its symbol wherever it is, and none is lost or drawn twice', () => {
  const crowd = Array.from({ length: 2_000 }, (_, i) => incident(i, { priority: 1 + (i % 4) }));
  const { symbols, points } = ofCrowd(crowd, { isInView: ({ id }) => id !== 1_999, chosen: 1_999, now: NOW });
  assert.equal(symbols[0].id, 1_999);
  assert.equal(symbols.length, 120);
  assert.deepEqual(new Set([...ids(symbols), ...ids(points)]).size, 2_000);
  assert.equal(symbols.length + points.length, 2_000);
});
