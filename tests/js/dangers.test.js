import assert from 'node:assert/strict';
import { test } from 'node:test';
import Supercluster from 'supercluster';
import { NOWHERE } from '../../static/js/data/columns.js';
import { Dangers, dangerous, Ground } from '../../static/js/data/dangers.js';
import { Engine } from '../../static/js/data/engine.js';
import { NO_FILTER } from '../../static/js/data/filter.js';
import { DANGER } from '../../static/js/words/areas.js';
import { answer, CATALOG, many, NOW, random } from './fixtures.js';

const ring = (...corners) => [...corners, corners[0]];
const SQUARE = ring([-93, 38], [-92, 38], [-92, 39], [-93, 39]);
const HOLE = ring([-92.6, 38.4], [-92.4, 38.4], [-92.4, 38.6], [-92.6, 38.6]);
const area = (values = {}) => ({
  id: 1, version: 1, kind: 'hazard', starts_at: NOW - 60, ends_at: null,
  geometry: { type: 'MultiPolygon', coordinates: [[SQUARE]] }, ...values,
});
const holds = (ground, lon, lat) => ground.holds(lon * 1e5, lat * 1e5);

// The textbook's ray, edge by edge, without boxes or bands.
function isInside({ coordinates }, lon, lat) {
  let inside = false;
  for (const each of coordinates.flat()) {
    for (let i = 1; i < each.length; i++) {
      const [[x1, y1], [x2, y2]] = [each[i - 1], each[i]];
      if ((y1 > lat) !== (y2 > lat) && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}

// A star of many corners, some of them far in.
function star(corners, seed, [lon, lat] = [-92.5, 38.5]) {
  const next = random(seed);
  const points = Array.from({ length: corners }, (_, i) => {
    const far = 0.2 + 1.2 * next();
    const angle = (2 * Math.PI * i) / corners;
    return [lon + far * Math.cos(angle), lat + far * Math.sin(angle)];
  });
  return { type: 'MultiPolygon', coordinates: [[ring(...points)]] };
}

// What people draw and floods make: many corners, each near the last.
function shore(corners, seed, [lon, lat]) {
  const next = random(seed);
  let far = 0.8;
  const points = Array.from({ length: corners }, (_, i) => {
    far = Math.min(1.2, Math.max(0.5, far + 0.02 * (next() - 0.5)));
    const angle = (2 * Math.PI * i) / corners;
    return [lon + far * Math.cos(angle), lat + far * Math.sin(angle)];
  });
  return { type: 'MultiPolygon', coordinates: [[ring(...points)]] };
}

test('inside, outside, and in a hole', () => {
  const ground = new Ground(area({ geometry: { type: 'MultiPolygon', coordinates: [[SQUARE, HOLE]] } }));
  assert.ok(holds(ground, -92.9, 38.1));
  assert.ok(!holds(ground, -92.5, 38.5));
  assert.ok(!holds(ground, -91.9, 38.5));
});

test('two parts, and a plain polygon', () => {
  const other = ring([-91, 37], [-90, 37], [-90, 38], [-91, 38]);
  const two = new Ground(area({ geometry: { type: 'MultiPolygon', coordinates: [[SQUARE], [other]] } }));
  assert.ok(holds(two, -92.5, 38.5) && holds(two, -90.5, 37.5) && !holds(two, -91.5, 38));
  assert.ok(holds(new Ground(area({ geometry: { type: 'Polygon', coordinates: [SQUARE] } })), -92.5, 38.5));
});

test('the same answer as edge by edge, on ragged shapes', () => {
  for (const seed of [1, 2, 3, 4]) {
    const geometry = star(900, seed);
    const ground = new Ground(area({ geometry }));
    const next = random(seed + 100);
    for (let i = 0; i < 3000; i++) {
      const [x, y] = [Math.round(-9450000 + 400000 * next()), Math.round(3650000 + 400000 * next())];
      assert.equal(ground.holds(x, y), isInside(geometry, x / 1e5, y / 1e5), `${x} ${y}`);
    }
  }
});

test('only what endangers, and only while it is in force', () => {
  const areas = [
    area({ id: 1 }), area({ id: 2, kind: 'closure' }), area({ id: 3, starts_at: NOW + 1 }),
    area({ id: 4, ends_at: NOW }), area({ id: 5, kind: 'evacuation', ends_at: NOW + 1 }), area({ id: 6, kind: 'staging' }),
  ];
  assert.deepEqual(dangerous(areas, NOW).map(({ id }) => id), [1, 5]);
});

function engine() {
  const news = [];
  const timers = [];
  const clock = { now: NOW };
  const made = new Engine({
    Supercluster, emit: (name, data) => news.push({ name, ...data }), now: () => clock.now,
    later: (call, ms) => timers.push({ call, ms }),
  });
  made.configure(CATALOG);
  const last = () => news.filter(({ name }) => name === 'refreshed').at(-1);
  return { made, clock, timers, last };
}

const board = (areas, gone = []) => ({
  incidents: [], assignments: [], areas, gone: { incidents: [], assignments: [], areas: gone },
});
const THREE = [{ id: 1, lat: 38.5, lon: -92.5 }, { id: 2, lat: 37, lon: -92.5 }, { id: 3 }];

test('who lies in an area is flagged, counted, filtered and named as changed', () => {
  const { made, last } = engine();
  made.take(answer(THREE));
  made.refreshedAt = -Infinity;
  made.takeBoard(board([area()]), { full: true });
  assert.deepEqual(last().changed, [1]);
  assert.deepEqual([1, 2, 3].map((id) => made.locate(id).danger), [DANGER.hazard, 0, 0]);
  assert.equal(last().counts.danger, 1);
  made.narrow({ ...NO_FILTER, danger: true }, null);
  assert.equal(last().shown, 1);
  assert.equal(last().counts.danger, 1);
});

test('somebody who moves in or out is flagged anew', () => {
  const { made } = engine();
  made.take(answer(THREE));
  made.takeBoard(board([area(), area({ id: 2, kind: 'exclusion' })]), { full: true });
  made.take(answer([{ id: 2, lat: 38.2, lon: -92.2 }, { id: 1, lat: 36, lon: -92.5 }], { full: false }));
  made.refresh();
  assert.deepEqual([1, 2].map((id) => made.locate(id).danger), [0, DANGER.hazard | DANGER.exclusion]);
});

test('an area begins and ends by the clock, without any news', () => {
  const { made, clock, timers } = engine();
  made.take(answer(THREE));
  made.takeBoard(board([area({ starts_at: NOW + 100, ends_at: NOW + 200 })]), { full: true });
  made.refresh();
  assert.equal(made.locate(1).danger, 0);
  const turn = () => timers.findLast(({ ms }) => ms > 1000);
  assert.ok(Math.abs(turn().ms - 100_000) < 100);
  clock.now = NOW + 100.1;
  turn().call();
  made.refresh();
  assert.equal(made.locate(1).danger, DANGER.hazard);
  clock.now = NOW + 200.1;
  turn().call();
  made.refresh();
  assert.equal(made.locate(1).danger, 0);
  assert.equal(made.board.areas.size, 0);
});

test('a ring says how many in it are in danger', () => {
  const { made } = engine();
  made.take(answer([{ id: 1, lat: 38.5, lon: -92.5 }, { id: 2, lat: 38.5, lon: -92.5 }, { id: 3, lat: 39.01, lon: -92.5 }]));
  made.takeBoard(board([area()]), { full: true });
  made.refresh();
  const [item] = made.look({ bounds: [-96, 35, -89, 41], zoom: 5 });
  assert.deepEqual([item.count, item.danger], [3, 2]);
});

test('50,000 resources and five areas of 2,000 corners are worked out before anybody notices', () => {
  const { made } = engine();
  made.take(answer(many(50_000)));
  const areas = Array.from({ length: 5 }, (_, i) => area({ id: i, geometry: shore(2000, i, [-94 + i, 36.5 + 0.7 * i]) }));
  const dangers = new Dangers();
  const took = Math.min(...[1, 2, 3].map((version) => {
    const begin = process.cpuUsage();
    dangers.survey(areas.map((each) => ({ ...each, version })), NOW);
    dangers.mark(made.store, { all: true });
    const { user, system } = process.cpuUsage(begin); // other processes do not count
    return (user + system) / 1000;
  }));
  const flagged = made.store.danger.subarray(0, made.store.size).filter((bits) => bits > 0).length;
  assert.ok(flagged > 5_000, `${flagged} flagged`);
  assert.ok([...made.store.lat].every((lat, row) => lat !== NOWHERE || made.store.danger[row] === 0));
  console.log(`# flags of 50,000 resources: ${took.toFixed(1)} ms`);
  assert.ok(took < 100, `${took} ms of the processor`); // 22 ms where this was written
});
