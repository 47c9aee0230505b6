import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, NEVER, NOWHERE, undelta } from '../../static/js/data/columns.js';
import { answer } from './fixtures.js';

test('differences add up to the values', () => {
  assert.deepEqual([...undelta([5, 2, -10, 0])], [5, 7, -3, -3]);
  assert.equal(undelta([]).length, 0);
});

test('ids past 32 bits survive', () => {
  assert.deepEqual([...undelta([4_000_000_000, 1])], [4_000_000_000, 4_000_000_001]);
});

test('the first rows have a place and the rest are nowhere', () => {
  const decoded = decode(answer([
    { id: 7, lat: 38.5, lon: -92.1 }, { id: 3, lat: 38.50001, lon: -92.2 }, { id: 9 },
  ]));
  assert.deepEqual([...decoded.id], [7, 3, 9]);
  assert.deepEqual([...decoded.lat], [3850000, 3850001, NOWHERE]);
  assert.deepEqual([...decoded.lon], [-9210000, -9220000, NOWHERE]);
});

test('minutes to staleness count from the base, and never confirmed stays apart', () => {
  const { staleAt } = decode(answer([{ id: 1 }, { id: 2, fresh: false }, { id: 3, fresh: null }]));
  assert.deepEqual([...staleAt], [1_000_060, 999_940, NEVER]);
});

test('columns of different lengths are refused by name', () => {
  const broken = answer([{ id: 1 }, { id: 2 }]);
  broken.flags.pop();
  assert.throws(() => decode(broken), { name: 'RangeError', message: /flags/ });
});
