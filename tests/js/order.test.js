import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../static/js/data/columns.js';
import { COLUMN_SORTS, sortRows } from '../../static/js/data/order.js';
import { Store } from '../../static/js/data/store.js';
import { answer, CATALOG, many } from './fixtures.js';

function sorted(resources, key, descending = false) {
  const store = new Store();
  store.take(decode(answer(resources)));
  const all = Uint32Array.from({ length: store.size }, (_, row) => row);
  const rows = sortRows(store, all, { key, descending }, { catalog: CATALOG, center: { lat: 38, lon: -92 } });
  return [...rows].map((row) => store.id[row]);
}

test('statuses stand in the order of the code list, not of the alphabet', () => {
  const ids = sorted([{ id: 1, status: 'full' }, { id: 2, status: 'closed' }, { id: 3, status: 'open' }], 'status');
  assert.deepEqual(ids, [2, 3, 1]);
});

test('counties sort by name, and no county comes last', () => {
  const ids = sorted([{ id: 1 }, { id: 2, county: '29510' }, { id: 3, county: '29001' }], 'county');
  assert.deepEqual(ids, [3, 2, 1]);
});

test('the nearest comes first and what is nowhere last, whichever way', () => {
  const places = [{ id: 1 }, { id: 2, lat: 38.2, lon: -92 }, { id: 3, lat: 38, lon: -92.2 }];
  assert.deepEqual(sorted(places, 'near'), [3, 2, 1]); // a degree of longitude is the shorter one
});

test('the oldest confirmation comes first, never before all', () => {
  assert.deepEqual(sorted([{ id: 1 }, { id: 2, fresh: false }, { id: 3, fresh: null }], 'age'), [3, 2, 1]);
});

for (const key of COLUMN_SORTS) {
  test(`sorting by ${key} loses nothing and ties stand by id`, () => {
    const ids = sorted(many(200), key);
    assert.equal(new Set(ids).size, 200);
    assert.deepEqual(sorted([...many(200)].reverse(), key), ids);
  });
}
