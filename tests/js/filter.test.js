import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../../static/js/data/columns.js';
import { isNarrowed, NO_FILTER, sift } from '../../static/js/data/filter.js';
import { Store } from '../../static/js/data/store.js';
import { answer, CATALOG, many, NOW } from './fixtures.js';

const regionsOf = (fips) => CATALOG.regions[fips];

function storeOf(resources) {
  const store = new Store();
  store.take(decode(answer(resources)));
  return store;
}

const idsOf = (store, { rows }) => [...rows].map((row) => store.id[row]).sort((a, b) => a - b);

// The same question asked the slow and obvious way.
function passes(one, filter, ids) {
  const statuses = filter.status[one.kind] ?? [];
  const types = filter.type[one.kind] ?? [];
  return !filter.hidden.includes(one.kind)
    && (!statuses.length || statuses.includes(one.status))
    && (!types.length || types.includes(one.type ?? ''))
    && (!filter.counties.length || filter.counties.includes(one.county))
    && (!filter.region || regionsOf(one.county)?.[filter.region.scheme] === filter.region.code)
    && (!filter.agencies.length || filter.agencies.includes(one.agency))
    && (!filter.stale || one.fresh !== true)
    && (!ids || ids.has(one.id));
}

const FILTERS = {
  nothing: {},
  'a kind switched off': { hidden: ['unit'] },
  'statuses of one kind': { status: { shelter: ['open', 'full'] } },
  'an unknown type': { type: { shelter: [''] } },
  'two counties': { counties: ['29019', '29510'] },
  'a region': { region: { scheme: 'sema', code: 'F' } },
  'a region and a county outside it': { region: { scheme: 'sema', code: 'F' }, counties: ['29001'] },
  agencies: { agencies: [2, 3] },
  'only stale': { stale: true },
  'all at once': {
    hidden: ['supply_site'], status: { unit: ['on_scene'] }, counties: ['29019'], agencies: [1], stale: true,
  },
};

for (const [name, part] of Object.entries(FILTERS)) {
  test(`the rows are those that pass: ${name}`, () => {
    const resources = many(800);
    const store = storeOf(resources);
    const filter = { ...NO_FILTER, ...part };
    const expected = resources.filter((one) => passes(one, filter)).map(({ id }) => id);
    assert.deepEqual(idsOf(store, sift(store, filter, { now: NOW, regionsOf })), expected);
  });

  test(`counts of kinds add up to the list: ${name}`, () => {
    const store = storeOf(many(800));
    const filter = { ...NO_FILTER, ...part };
    const { rows, counts } = sift(store, filter, { now: NOW, regionsOf });
    const shown = Object.entries(counts.kind).filter(([kind]) => !filter.hidden.includes(kind));
    assert.equal(shown.reduce((sum, [, number]) => sum + number, 0), rows.length);
  });
}

test('the number beside a choice is what choosing it gives', () => {
  const store = storeOf(many(800));
  const base = { ...NO_FILTER, counties: ['29019'], stale: true };
  const ask = (part) => sift(store, { ...base, ...part }, { now: NOW, regionsOf });
  const { counts } = ask({});
  assert.equal(counts.status['shelter.open'], [...ask({ status: { shelter: ['open'] } }).rows]
    .filter((row) => store.lookOf(row)[0] === 'shelter').length);
  assert.equal(counts.county['29510'], ask({ counties: ['29510'] }).rows.length);
  assert.equal(counts.agency.find(([id]) => id === 2)[2], ask({ agencies: [2] }).rows.length);
  const { counts: fresh } = ask({ stale: false });
  assert.equal(fresh.stale, ask({}).rows.length);
});

test('free text narrows to the ids that the server found', () => {
  const store = storeOf(many(50));
  const found = sift(store, { ...NO_FILTER, text: 'school' }, { now: NOW, ids: new Set([4, 8, 1000]) });
  assert.deepEqual(idsOf(store, found), [4, 8]);
});

test('located rows come first, so that the rest are those not on the map', () => {
  const store = storeOf(many(300));
  const { rows, located } = sift(store, NO_FILTER, { now: NOW });
  assert.ok([...rows.subarray(0, located)].every((row) => store.located(row)));
  assert.ok([...rows.subarray(located)].every((row) => !store.located(row)));
  assert.ok(located > 0 && located < rows.length);
});

test('a filter that narrows nothing says so', () => {
  assert.equal(isNarrowed(NO_FILTER), false);
  assert.equal(isNarrowed({ ...NO_FILTER, status: { unit: [] } }), false);
  for (const part of Object.values(FILTERS).slice(1)) assert.equal(isNarrowed({ ...NO_FILTER, ...part }), true);
});
