import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../static/js/data/columns.js';
import { Store } from '../../static/js/data/store.js';
import { answer, many, random } from './fixtures.js';

function filled(resources) {
  const store = new Store();
  store.take(decode(answer(resources)));
  return store;
}

// What the store holds, as plain objects by id.
function contents(store) {
  return new Map([...store.rows].map(([id, row]) => [id, {
    look: store.lookOf(row).join(), lat: store.lat[row], agency: store.agencies.values[store.agency[row]][0],
    county: store.county[row] < 0 ? null : store.counties.values[store.county[row]],
  }]));
}

test('a change replaces a row by id and leaves the others', () => {
  const store = filled([{ id: 1, lat: 38, lon: -92 }, { id: 2, status: 'closed', county: '29019' }]);
  const changed = store.take(decode(answer([{ id: 2, status: 'full', county: '29001' }], { full: false })));
  assert.deepEqual(changed, [2]);
  assert.equal(store.size, 2);
  assert.equal(contents(store).get(2).look, 'shelter,full,');
  assert.equal(contents(store).get(2).county, '29001');
  assert.equal(contents(store).get(1).lat, 3800000);
});

test('an answer numbers its looks anew and the store is not confused', () => {
  const store = filled([{ id: 1, kind: 'unit', status: 'available' }, { id: 2 }]);
  store.take(decode(answer([{ id: 3, status: 'full' }, { id: 4, kind: 'unit', status: 'available' }], { full: false })));
  assert.equal(contents(store).get(1).look, 'unit,available,');
  assert.equal(contents(store).get(4).look, 'unit,available,');
  assert.equal(contents(store).get(2).look, 'shelter,open,');
});

test('what is gone is gone, and its row is reused without mixing anything up', () => {
  const store = filled([{ id: 1 }, { id: 2, status: 'full' }, { id: 3, status: 'closed' }]);
  store.take(decode(answer([], { full: false, gone: [1, 99] })));
  assert.deepEqual([...store.rows.keys()].sort(), [2, 3]);
  assert.equal(store.size, 2);
  assert.equal(contents(store).get(3).look, 'shelter,closed,');
});

test('a whole answer forgets what was there before', () => {
  const store = filled([{ id: 1 }, { id: 2 }]);
  assert.equal(store.take(decode(answer([{ id: 5 }]))), null);
  assert.deepEqual([...store.rows.keys()], [5]);
});

test('an agency that is renamed keeps its number', () => {
  const store = filled([{ id: 1, agency: 4 }]);
  const renamed = answer([{ id: 2, agency: 4 }], { full: false });
  renamed.agencies = [[4, 'New name']];
  store.take(decode(renamed));
  assert.deepEqual(store.agencies.values, [[4, 'New name']]);
});

test('a thousand random changes leave the same as a plain map', () => {
  const next = random(5);
  const store = filled(many(300));
  const plain = new Map(many(300).map((one) => [one.id, one]));
  for (let i = 0; i < 200; i++) {
    const some = many(5, i + 10).map((one) => ({ ...one, id: 1 + Math.floor(next() * 600) }));
    const distinct = [...new Map(some.map((one) => [one.id, one])).values()];
    const gone = [1 + Math.floor(next() * 600)].filter((id) => !distinct.some((one) => one.id === id));
    store.take(decode(answer(distinct, { full: false, gone })));
    for (const one of distinct) plain.set(one.id, one);
    for (const id of gone) plain.delete(id);
  }
  assert.equal(store.size, plain.size);
  for (const [id, held] of contents(store)) {
    const { kind, status, type, county, agency } = plain.get(id);
    assert.deepEqual([held.look, held.county, held.agency], [[kind, status, type].join(), county, agency]);
  }
});

test('a position holds for as long as the rules of the installation say, and no longer than the status', () => {
  const store = filled([{ id: 5, kind: 'unit', status: 'available', lat: 38, lon: -92 }]);
  const [at, minute] = [1577836800 + 6000, 100];
  const heldUntil = (stale, holds) => {
    store.fixes.clear();
    store.move([[5, 38.1, -92.1, at, null, null, null, stale, holds]]);
    return store.staleAt[store.rows.get(5)];
  };
  assert.equal(heldUntil(minute + 500, 25), minute + 25);
  assert.equal(heldUntil(minute + 5, 25), minute + 5);
  assert.equal(heldUntil(null, 25), minute + 25);
  assert.equal(heldUntil(minute + 500, null), minute + 500);
});
