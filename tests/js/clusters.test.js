import assert from 'node:assert/strict';
import { test } from 'node:test';
import Supercluster from 'supercluster';
import { Clusters, MAX_ZOOM, MIN_ZOOM, surroundings } from '../../static/js/data/clusters.js';
import { decode } from '../../static/js/data/columns.js';
import { spread } from '../../static/js/data/spread.js';
import { Store } from '../../static/js/data/store.js';
import { answer, CATALOG, many } from './fixtures.js';

const STATE = [-96, 35, -89, 41];

function built(resources) {
  const store = new Store();
  store.take(decode(answer(resources)));
  const clusters = new Clusters(Supercluster, CATALOG.kinds);
  clusters.build(store, Uint32Array.from({ length: store.size }, (_, row) => row).filter((row) => store.located(row)));
  return { store, clusters };
}

for (let zoom = MIN_ZOOM; zoom <= MAX_ZOOM; zoom++) {
  test(`at zoom ${zoom} every located resource is in exactly one symbol or ring`, () => {
    const resources = many(400);
    const { clusters } = built(resources);
    const items = clusters.query(STATE, zoom);
    const total = items.reduce((sum, { count = 1 }) => sum + count, 0);
    assert.equal(total, resources.filter(({ lat }) => lat !== undefined).length);
  });
}

test('the mix of a ring adds up to its number, kind by kind', () => {
  const { store, clusters } = built(many(400));
  for (const { cluster, count, mix } of clusters.query(STATE, 6).filter((item) => item.count)) {
    assert.equal(mix.reduce((sum, [, , number]) => sum + number, 0), count);
    const rows = clusters.leaves(cluster);
    assert.equal(rows.length, count);
    for (const kind of CATALOG.kinds) {
      const inMix = mix.filter(([one]) => one === kind).reduce((sum, [, , number]) => sum + number, 0);
      assert.equal(inMix, rows.filter((row) => store.lookOf(row)[0] === kind).length);
    }
  }
});

test('a small pan close up does not make other clusters', () => {
  const { clusters } = built(many(3000));
  const key = ({ cluster, count, row }) => (cluster === undefined ? `r${row}` : `c${clusters.leaves(cluster).sort().join()}:${count}`);
  const before = new Set(clusters.query([-92.5, 38.1, -91.5, 38.9], 10).map(key));
  const after = new Set(clusters.query([-92.45, 38.12, -91.45, 38.92], 10).map(key));
  const inside = clusters.query([-92.4, 38.15, -91.6, 38.85], 10).map(key);
  assert.ok(inside.length > 10);
  for (const one of inside) assert.ok(before.has(one) && after.has(one), one);
});

test('surroundings contain the view with room on every side', () => {
  const [west, south, east, north] = surroundings([-92.3, 38.2, -91.9, 38.6], 11);
  assert.deepEqual([west, south, east, north], [-93, 37.5, -91, 39.5]);
});

test('a cluster that is no longer there has no rows', () => {
  const { clusters } = built(many(50));
  clusters.query(STATE, 6);
  assert.deepEqual(clusters.leaves(123456789), []);
});

test('rings on top of each other step aside and stay near', () => {
  const items = [{ lat: 38.5, lon: -92.1 }, { lat: 38.5, lon: -92.1 }, { lat: 38.6, lon: -90 }];
  const degreesPerPixel = 360 / (256 * 2 ** 7);
  spread(items, 7, () => 20);
  const apart = Math.abs(items[0].lon - items[1].lon) / degreesPerPixel;
  assert.ok(apart > 36 && apart < 44, `${apart} px`);
  assert.ok(Math.abs(items[2].lon + 90) < 1e-9);
});
