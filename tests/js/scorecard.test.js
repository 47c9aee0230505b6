// The scorecard's list sorts as its links do, and arrow keys go as the counties lie.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ordered } from '../../static/js/scorecard/sorting.js';
import { nextTile } from '../../static/js/scorecard/tour.js';

const row = (...values) => ({ cells: values.map((value) => ({ dataset: { value } })) });
const values = (rows, column) => rows.map((one) => one.cells[column].dataset.value);

test('numbers sort as numbers, and the unknown comes last either way', () => {
  const rows = ['100', '', '9', '-12', '20.5'].map((value) => row(value));
  assert.deepEqual(values(ordered(rows, 0, false), 0), ['-12', '9', '20.5', '100', '']);
  assert.deepEqual(values(ordered(rows, 0, true), 0), ['100', '20.5', '9', '-12', '']);
});

test('names sort as text, and equal rows stay as they are', () => {
  const rows = [row('St. Louis', '1'), row('Adair', '2'), row('DeKalb', '3'), row('Adair', '4')];
  assert.deepEqual(values(ordered(rows, 0, false), 1), ['2', '4', '3', '1']);
});

test('a step goes over gaps and ends at the border', () => {
  const rows = [
    ['a', 'b', null],
    [null, null, 'c'],
    ['d', 'e', 'f'],
  ];
  assert.equal(nextTile(rows, [0, 0], [0, 1]), 'b');
  assert.equal(nextTile(rows, [0, 1], [0, 1]), null);
  assert.equal(nextTile(rows, [0, 0], [1, 0]), 'd');
  assert.equal(nextTile(rows, [2, 2], [-1, 0]), 'c');
  assert.equal(nextTile(rows, [2, 0], [1, 0]), null);
  assert.equal(nextTile(rows, [0, 0], [0, -1]), null);
});
