import assert from 'node:assert/strict';
import { test } from 'node:test';
import Supercluster from 'supercluster';
import { Engine, restAfter } from '../../static/js/data/engine.js';
import { NO_FILTER } from '../../static/js/data/filter.js';
import { answer, CATALOG, many, NOW } from './fixtures.js';

const VIEW = { bounds: [-96, 35, -89, 41], zoom: 7 };
const NEAR = { key: 'near', descending: false };

function engine() {
  const news = [];
  const timers = [];
  const made = new Engine({
    Supercluster, emit: (name, data) => news.push({ name, ...data }), now: () => NOW,
    later: (call, ms) => timers.push({ call, ms }),
  });
  return { made, news, timers };
}

test('nothing is told before the first snapshot: an empty map would be a lie', () => {
  const { made, news } = engine();
  made.configure(CATALOG);
  made.narrow(NO_FILTER, null);
  assert.deepEqual(news, []);
  made.take(answer([{ id: 1 }]));
  assert.equal(news.length, 1);
  assert.equal(news[0].total, 1);
});

test('a snapshot that is faster than the page is told once the page is there', () => {
  const { made, news } = engine();
  made.take(answer([{ id: 1, lat: 38, lon: -92 }]));
  assert.equal(news.length, 0);
  made.configure(CATALOG);
  assert.equal(news.at(-1).total, 1);
});

test('the counts equal the list, filtered or not', () => {
  const { made, news } = engine();
  made.configure(CATALOG);
  made.take(answer(many(500)));
  for (const filter of [NO_FILTER, { ...NO_FILTER, hidden: ['unit'] }, { ...NO_FILTER, counties: ['29019'] }]) {
    made.narrow(filter, null);
    const { shown, unplaced } = news.at(-1);
    const query = { sort: NEAR, center: { lat: 38, lon: -92 }, bounds: VIEW.bounds };
    assert.equal(made.list({ ...query, scope: 'all' }).length, shown);
    assert.equal(made.list({ ...query, scope: 'unplaced' }).length, unplaced);
    assert.equal(made.list({ ...query, scope: 'view' }).length, shown - unplaced);
    const drawn = made.look(VIEW).reduce((sum, { count = 1 }) => sum + count, 0);
    assert.equal(drawn, shown - unplaced);
  }
});

test('what is quick to draw is drawn often, what is not rests longer and never for good', () => {
  assert.equal(restAfter(1), 50);
  assert.equal(restAfter(100), 300);
  assert.equal(restAfter(5000), 1500);
});

test('the first change shows at once, the following ones together', () => {
  const { made, news, timers } = engine();
  made.configure(CATALOG);
  made.take(answer([{ id: 1 }, { id: 2 }, { id: 3 }]));
  made.refreshedAt = -Infinity; // nothing happened lately
  made.take(answer([{ id: 1, status: 'full' }], { full: false }));
  assert.deepEqual(news.at(-1).changed, [1]);
  const told = news.length;
  made.take(answer([{ id: 2, status: 'full' }], { full: false }));
  made.take(answer([{ id: 3, status: 'full' }], { full: false }));
  assert.equal(news.length, told);
  assert.equal(timers.length, 1);
  timers[0].call();
  assert.deepEqual(news.at(-1).changed, [2, 3]);
});

test('a whole new snapshot may have changed anything', () => {
  const { made, news, timers } = engine();
  made.configure(CATALOG);
  made.take(answer([{ id: 1 }]));
  made.take(answer([{ id: 2 }]));
  timers[0].call();
  assert.equal(news.at(-1).changed, null);
  assert.equal(made.locate(1), null);
});

test('a symbol says what it is, where, and whether it can be believed', () => {
  const { made } = engine();
  made.configure(CATALOG);
  made.take(answer([{ id: 5, kind: 'unit', status: 'on_scene', type: 'engine', lat: 38.5, lon: -92.25, flags: 9, fresh: false }, { id: 6 }]));
  assert.deepEqual(made.locate(5), {
    id: 5, kind: 'unit', status: 'on_scene', type: 'engine', lat: 38.5, lon: -92.25, approximate: true, moving: true, stale: true, danger: 0,
    fix: null,
  });
  assert.equal(made.locate(6).lat, null);
});

test('a ring opens to its extent, or to its members when they stand on one spot', () => {
  const { made } = engine();
  made.configure(CATALOG);
  made.take(answer([
    { id: 1, lat: 38, lon: -92 }, { id: 2, lat: 38.01, lon: -92.02 }, { id: 3, lat: 39.5, lon: -94 }, { id: 4, lat: 39.5, lon: -94 },
  ]));
  const [wide, spot] = made.look({ ...VIEW, zoom: 6 }).filter(({ count }) => count).sort((a, b) => a.lat - b.lat);
  assert.deepEqual(made.open(wide.cluster).bounds, [-92.02, 38, -92, 38.01]);
  assert.deepEqual(made.open(spot.cluster).points.map(({ id }) => id).sort(), [3, 4]);
});

test('a unit that only moved is drawn elsewhere, believed again, and told as moved and not as changed', () => {
  const { made, news } = engine();
  made.configure(CATALOG);
  made.take(answer([{ id: 5, kind: 'unit', status: 'on_scene', lat: 38.5, lon: -92.25, flags: 1, fresh: false }, { id: 6 }]));
  made.refreshedAt = -Infinity; // nothing happened lately
  made.move([[5, 38.6, -92.3, NOW, 12, 15, 45, 1_000_010]]);
  const told = news.at(-1);
  assert.deepEqual([told.moved, told.changed], [[5], []]);
  const { lat, lon, stale, moving, approximate, fix } = made.locate(5);
  assert.deepEqual([lat, lon, stale, moving, approximate], [38.6, -92.3, false, true, false]);
  assert.deepEqual(fix, { at: NOW, accuracy: 12, speed: 15, course: 45 });
  made.move([[5, 38.6, -92.3, NOW + 1, 12, 15, 45, 999_990]]);
  assert.equal(made.locate(5).stale, true, 'to move does not confirm an old status');
});

test('an older position, and one of a unit that this page knows nothing of, change nothing', () => {
  const { made, news } = engine();
  made.configure(CATALOG);
  made.take(answer([{ id: 5, kind: 'unit', lat: 38.5, lon: -92.25, flags: 8 }]));
  made.refreshedAt = -Infinity;
  made.move([[5, 38.6, -92.3, NOW, null, null, null, 1_000_010]]);
  const before = news.length;
  made.move([[5, 38.5, -92.2, NOW - 10, null, null, null, 1_000_010], [99, 38, -92, NOW, 1, 1, 1, 1_000_010]]);
  assert.equal(news.length, before);
  assert.equal(made.locate(5).lat, 38.6);
  assert.equal(made.locate(99), null);
  made.take(answer([{ id: 5, kind: 'unit', lat: 38, lon: -92 }], { full: false }));
  assert.equal(made.locate(5).fix, null, 'placed by hand since');
});
