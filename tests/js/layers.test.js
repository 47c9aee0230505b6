import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cover, holeInShort } from '../../static/js/map/cover.js';
import { measure } from '../../static/js/map/measure.js';
import { apart } from '../../static/js/map/offsets.js';
import { areaInWords, areaParts, dangerInWords, dangerNames, dangerOf } from '../../static/js/words/areas.js';
import { incidentFacts, incidentInWords, isOverdue, sizeOf } from '../../static/js/words/incidents.js';
import { random } from './fixtures.js';

const NOW = 1_800_000_000;
const far = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

function closest(placed) {
  const points = [...placed.values()];
  let least = Infinity;
  for (let i = 0; i < points.length; i++) for (let j = i + 1; j < points.length; j++) least = Math.min(least, far(points[i], points[j]));
  return least;
}

test('symbols with room stay where they are', () => {
  const placed = apart([{ id: 1, x: 10, y: 10, radius: 14 }, { id: 2, x: 100, y: 10, radius: 14 }]);
  assert.ok(far(placed.get(1), { x: 10, y: 10 }) < 1 && far(placed.get(2), { x: 100, y: 10 }) < 1);
});

test('forty on one spot all come to be seen', () => {
  const points = Array.from({ length: 40 }, (_, i) => ({ id: i + 1, x: 500, y: 500, radius: 10 }));
  const placed = apart(points);
  assert.equal(placed.size, 40);
  assert.ok(closest(placed) > 14, `${closest(placed)} px`);
  for (const point of placed.values()) assert.ok(far(point, { x: 500, y: 500 }) < 130);
});

test('in a town of sixty incidents hardly any covers another, and none goes far', () => {
  const next = random(7);
  const points = Array.from({ length: 60 }, (_, i) => ({ id: i, x: 200 * next(), y: 200 * next(), radius: 10 }));
  const placed = apart(points);
  assert.ok(closest(placed) > 14, `${closest(placed)} px`);
  for (const point of points) assert.ok(far(point, placed.get(point.id)) < 45);
});

test('the same incidents stand in the same places, in whatever order they come', () => {
  const points = [3, 1, 2].map((id) => ({ id, x: 50, y: 50, radius: 4 * id }));
  assert.deepEqual([...apart(points)].sort(), [...apart([...points].reverse())].sort());
});

test('two hundred are placed before anybody notices', () => {
  const next = random(3);
  const points = Array.from({ length: 200 }, (_, i) => ({ id: i, x: 900 * next(), y: 700 * next(), radius: 14 }));
  const begin = process.cpuUsage();
  apart(points);
  const { user } = process.cpuUsage(begin);
  assert.ok(user < 60_000, `${user / 1000} ms`);
});

const FIRE = {
  number: '2026-000012', title: 'Structure fire, Joplin', priority: 1, status: 'new', place: '4th and Main', units: 0,
  reported_at: NOW - 240, overdue_at: NOW + 1,
};

test('an incident is overdue from its minute on, and never once a unit was there', () => {
  assert.deepEqual([NOW, NOW + 1, NOW + 2].map((now) => isOverdue(FIRE, now)), [false, true, true]);
  assert.equal(isOverdue({ overdue_at: null }, NOW), false);
});

test('from afar only what is urgent and stands alone is a diamond', () => {
  const size = (incident, isNear = false, isTiny = false) => (
    sizeOf({ parent: null, priority: 1, ...incident }, { isNear, isTiny, isOpen: (id) => id === 7 }));
  assert.equal(size({}), 'small');
  assert.equal(size({ priority: 3 }), 'dot');
  assert.equal(size({ priority: 2 }), 'small');
  assert.equal(size({ priority: 2 }, false, true), 'dot');
  assert.equal(size({ parent: 7 }), 'dot');
  assert.equal(size({ parent: 8 }), 'small'); // the larger one is over
  assert.equal(size({ parent: 7, priority: 4 }, true), 'near');
});

test('an incident in words', () => {
  assert.deepEqual(incidentFacts(FIRE, NOW).slice(0, 3), ['priority 1', 'new', '4th and Main']); // its name is the head
  assert.equal(incidentInWords(FIRE, NOW),
    'Incident 2026-000012, Structure fire, Joplin, priority 1, new, 4th and Main, reported 4 min ago, no unit yet');
  assert.match(incidentInWords({ ...FIRE, units: 2, place: null }, NOW + 60), /reported 5 min ago, 2 units, overdue$/);
});

const AREA = { kind: 'hazard', name: 'Flat Branch', starts_at: NOW - 60, ends_at: null };

test('an area in words says whether it is in force', () => {
  assert.equal(areaParts({ ...AREA, name: 'Flat Branch, south' }, NOW)[0], 'Hazard area: Flat Branch, south');
  assert.match(areaInWords(AREA, NOW), /^Hazard area: Flat Branch, in force since .*, until further notice$/);
  assert.match(areaInWords({ ...AREA, starts_at: NOW + 60, ends_at: NOW + 120 }, NOW), /not in force until .*, until /);
});

test('a label stands inside its shape, whatever the shape', () => {
  const ring = [[0, 0], [10, 0], [10, 10], [8, 10], [8, 2], [2, 2], [2, 10], [0, 10], [0, 0]]; // a U
  const { bounds, middle } = measure({ type: 'MultiPolygon', coordinates: [[ring], [[[20, 20], [21, 20], [21, 21], [20, 20]]]] });
  assert.deepEqual(bounds, [0, 0, 21, 21]);
  const [lat, lon] = middle;
  assert.ok(Math.abs(lat - 5) < 0.01 && (lon === 1 || lon === 9), `${lat}, ${lon}`);
});

test('dangers in words and in bits', () => {
  assert.equal(dangerInWords(0), null);
  assert.equal(dangerInWords(1), 'in a hazard area');
  assert.equal(dangerInWords(7), 'in a hazard area, an evacuation area and an exclusion area');
  assert.equal(dangerOf([{ kind: 'hazard' }, { kind: 'exclusion' }]), 5);
  assert.equal(dangerOf(undefined), 0);
  assert.equal(dangerNames([{ name: 'Flat Branch' }, { name: 'Gas leak' }]), 'In Flat Branch and Gas leak');
});

const titleOf = (type) => ({ engine: 'Engine', ambulance_als: 'Ambulance (ALS)', ambulance_bls: 'Ambulance (BLS)', ladder: 'Ladder truck' })[type];

test('a hole in short', () => {
  assert.equal(holeInShort({ unit_types: ['engine'], available: 1, minimum: 2 }, titleOf), 'Engine 1/2');
  assert.equal(holeInShort({ unit_types: ['ambulance_als', 'ambulance_bls'], available: 0, minimum: 1 }, titleOf), 'Ambulance 0/1');
  assert.equal(holeInShort({ unit_types: ['engine', 'ladder'], available: 0, minimum: 1 }, titleOf), 'Engine … 0/1');
});

function cover() {
  const world = { asked: 0, clock: 0, timers: [], told: [], answer: () => ({ holes: [{ rule_id: 1 }] }) };
  world.cover = new Cover({
    fetchJson: async () => { world.asked += 1; return world.answer(); },
    later: (call, ms) => world.timers.push({ call, ms }), clock: () => world.clock,
  }).on('holes', (holes) => world.told.push(holes));
  world.run = () => world.timers.shift().call();
  return world;
}

test('nobody is asked about cover that nobody looks at', () => {
  const world = cover();
  world.cover.ask();
  assert.equal(world.timers.length, 0);
});

test('many news are one question, and the next waits a quarter of a minute', async () => {
  const world = cover();
  world.cover.watch(true);
  world.cover.ask();
  world.cover.ask();
  assert.deepEqual(world.timers.map(({ ms }) => ms), [0]);
  await world.run();
  assert.deepEqual(world.told, [[{ rule_id: 1 }]]);
  world.clock = 4_000;
  world.cover.ask();
  world.cover.ask();
  assert.deepEqual(world.timers.map(({ ms }) => ms), [11_000]);
});

test('a line that is down keeps what is shown and asks again', async () => {
  const world = cover();
  world.cover.watch(true);
  await world.run();
  world.answer = () => { throw new Error('no line'); };
  world.cover.ask();
  await world.run();
  assert.deepEqual(world.cover.holes, [{ rule_id: 1 }]);
  assert.equal(world.timers.length, 1);
});
