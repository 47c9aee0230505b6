import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Asking } from '../../static/js/boards/asking.js';
import { format, narrows, parse, widened } from '../../static/js/boards/choice.js';
import { lookFor } from '../../static/js/boards/cover.js';
import { late, ordered, passes, related } from '../../static/js/boards/incident-rows.js';
import { tellsOfUnits, withoutMap } from '../../static/js/boards/live.js';
import { asUnit } from '../../static/js/boards/unit-board.js';
import { clockWords, pagesOf } from '../../static/js/boards/wall.js';
import { movable, movesUnit, onwardOf } from '../../static/js/boards/acting.js';
import { kindsInWords, shareInWords } from '../../static/js/words/kinds.js';

const NOW = 1_800_000_000;
const incident = (id, facts = {}) => ({
  id, number: `2026-${String(id).padStart(6, '0')}`, title: `Incident ${id}`, type: 'medical', type_title: 'Medical emergency',
  priority: 2, status: 'active', place: null, county: 'Boone', county_fips: '29019', jurisdiction: null, agency: null, agency_id: 7,
  parent: null, reported_at: NOW - 600 + id, overdue_at: null, sent: true, units: [], missing: [], log: null, ...facts,
});
const ids = (rows) => rows.map(({ id }) => id);
const USUAL = { sort: 'priority', reverse: false };

test('a choice comes back from the address as it was', () => {
  const choice = {
    status: ['new', 'active'], priority: ['1'], type: ['medical'], county: ['29019'], agency: ['12'], q: 'barn & hay #4, 50%',
    region: 'sema.A', sort: 'age', reverse: true, flat: true, page: 3,
  };
  assert.deepEqual(parse(`#${format(choice)}`), choice);
  assert.equal(format(parse('')), '');
  assert.deepEqual(parse('#page=-4&reverse=yes').page, 1);
});

test('widening keeps the order and drops what narrows', () => {
  const choice = parse('#q=barn&county=29019&sort=age&reverse=1&page=2');
  assert.ok(narrows(choice));
  const wide = widened(choice);
  assert.ok(!narrows(wide));
  assert.deepEqual([wide.sort, wide.reverse, wide.page], ['age', true, 1]);
});

test('the most urgent stand first, among them the late, then the oldest', () => {
  const rows = [
    incident(1, { priority: 3 }), incident(2), incident(3, { priority: 1 }),
    incident(4, { overdue_at: NOW - 1 }), incident(5, { overdue_at: NOW + 60 }),
  ];
  assert.deepEqual(ids(ordered(rows, USUAL, NOW)), [3, 4, 2, 5, 1]);
  assert.deepEqual(ids(ordered(rows, { ...USUAL, reverse: true }, NOW)), [1, 5, 2, 4, 3]);
  assert.equal(late(rows, NOW), 1);
});

test('a part stands under its parent, but routine is never pulled above urgent', () => {
  const rows = [incident(1), incident(2), incident(3, { parent: 1 }), incident(4, { parent: 1, priority: 4 }), incident(5, { priority: 1 })];
  const shown = ordered(rows, USUAL, NOW);
  assert.deepEqual(ids(shown), [5, 1, 3, 2, 4]);
  assert.deepEqual(shown.map(({ depth }) => depth), [0, 0, 1, 0, 0]);
});

test('a family stands where its most urgent member would', () => {
  const rows = [incident(1, { reported_at: NOW }), incident(2, { reported_at: NOW - 50 }), incident(3, { parent: 1, reported_at: NOW - 90 })];
  assert.deepEqual(ids(ordered(rows, USUAL, NOW)), [1, 3, 2]);
});

test('parents that go round in a circle lose nobody', () => {
  const rows = [incident(1, { parent: 2 }), incident(2, { parent: 1 }), incident(3, { parent: 3 })];
  assert.deepEqual(ids(ordered(rows, USUAL, NOW)).sort(), [1, 2, 3]);
});

test('what has open parts is not late itself and counts their units', () => {
  const rows = related([incident(1, { overdue_at: NOW - 9 }), incident(2, { parent: 1, units: [{}, {}] }), incident(3, { parent: 99 })]);
  assert.deepEqual([rows[0].overdue_at, rows[0].parts, rows[0].part_units], [null, 1, 2]);
  assert.deepEqual([rows[1].part_of, rows[2].part_of], ['Incident 1', null]);
});

test('every order has every row, both ways', () => {
  const rows = [incident(1, { log: { at: NOW, text: 'x' } }), incident(2, { units: [{ par_at: NOW }], missing: [{ short: 2 }] }), incident(3)];
  for (const sort of ['priority', 'title', 'place', 'age', 'units', 'missing', 'log', 'check', 'nonsense']) {
    for (const reverse of [false, true]) assert.equal(ordered(rows, { sort, reverse }, NOW).length, 3, sort);
  }
  assert.equal(ordered(rows, { sort: 'missing', reverse: false }, NOW)[0].id, 2);
  assert.equal(ordered(rows, { sort: 'check', reverse: false }, NOW)[0].id, 2);
  assert.equal(ordered(rows, { sort: 'log', reverse: false }, NOW)[0].id, 1);
});

test('rows pass a choice by all of its parts', () => {
  const row = incident(1, { place: 'Main St', units: [{ name: 'E12' }] });
  const regions = () => ({ sema: 'F' });
  const says = (part) => passes(row, { ...parse(''), ...part }, regions);
  assert.ok(says({ q: 'main e12' }));
  assert.ok(!says({ q: 'main e13' }));
  assert.ok(says({ county: ['29019'], agency: ['7'], priority: ['2'], type: ['medical'], region: 'sema.F' }));
  for (const part of [{ county: ['29077'] }, { agency: ['8'] }, { priority: ['1'] }, { status: ['new'] }, { region: 'sema.A' }]) {
    assert.ok(!says(part), JSON.stringify(part));
  }
});

test('a question is asked at once, then not before the pause, and once for all that happened meanwhile', async () => {
  let time = 0;
  const later = [];
  const asked = [];
  const asking = new Asking({
    ask: async () => { asked.push(time); return time; }, take: () => {}, pauseMs: 500, now: () => time,
    later: (call, ms) => later.push([time + ms, call]),
  });
  const settle = () => new Promise((done) => { setImmediate(done); });
  asking.soon();
  await settle();
  time = 100;
  asking.soon();
  asking.soon();
  await settle();
  assert.deepEqual(asked, [0]);
  assert.equal(later.length, 1);
  [time] = later[0];
  later[0][1]();
  await settle();
  assert.deepEqual(asked, [0, 500]);
  time = 5000;
  asking.soon();
  await settle();
  assert.deepEqual(asked, [0, 500, 5000]);
});

test('the answer to an old question is dropped, and a failure keeps what is shown', async () => {
  const answers = [];
  const waits = [];
  const failed = [];
  const asking = new Asking({
    ask: () => new Promise((resolve, reject) => { waits.push({ resolve, reject }); }),
    take: (answer) => answers.push(answer), fail: (problem) => failed.push(problem.message), later: () => {},
  });
  asking.soon();
  const second = asking.again();
  waits[0].resolve('old');
  waits[1].resolve('new');
  await second;
  assert.deepEqual(answers, ['new']);
  const third = asking.again();
  waits[2].reject(new Error('gone'));
  await third;
  assert.deepEqual([answers, failed], [['new'], ['gone']]);
});

test('a board starts and catches up without the map, by one question', async () => {
  const asked = [];
  const get = withoutMap(async (url) => { asked.push(url); return { url }; });
  await get('/api/map');
  await get('/api/dispatch');
  assert.deepEqual(asked, ['/api/dispatch']);
  await get('/api/dispatch');
  await get('/api/map?since=abc');
  assert.deepEqual(asked, ['/api/dispatch', '/api/dispatch', '/api/dispatch']);
});

test('a shelter that changed is no news for the units', () => {
  assert.ok(!tellsOfUnits({ looks: [['shelter', 'open', 'evacuation']], gone: [] }));
  assert.ok(tellsOfUnits({ looks: [['shelter', 'open', null], ['unit', 'staged', 'engine']] }));
  assert.ok(tellsOfUnits({ looks: [], gone: [4] }));
});

test('pages of a wall hold as many whole rows as fit, and at least one', () => {
  assert.deepEqual(pagesOf([40, 40, 40, 40], 100), [[0, 2], [2, 4]]);
  assert.deepEqual(pagesOf([40, 200, 40], 100), [[0, 1], [1, 2], [2, 3]]);
  assert.deepEqual(pagesOf([], 100), [[0, 0]]);
  assert.deepEqual(pagesOf([50, 50], 100), [[0, 2]]);
});

test('the clock of a wall is the state\'s and names its zone, in summer and in winter', () => {
  const words = (iso) => clockWords(Date.parse(iso) / 1000, 'America/Chicago');
  assert.deepEqual(words('2026-07-04T17:00:09Z'), { time: '12:00:09', zone: 'CDT', day: 'Sat, Jul 4' });
  assert.deepEqual(words('2026-01-01T06:00:00Z'), { time: '00:00:00', zone: 'CST', day: 'Thu, Jan 1' });
});

test('a unit of a row is what its assignment says, or itself', () => {
  const row = { id: 5, version: 2, name: 'E12', agency_id: 7, status: 'on_scene', assignment: { id: 9, status: 'on_scene', par_at: 1, incident: 3 } };
  assert.deepEqual(asUnit(row), { name: 'E12', agency_id: 7, id: 5, version: 2, assignment: 9, status: 'on_scene', par_at: 1, incident: 3 });
  assert.equal(asUnit({ ...row, status: 'returning', assignment: null }).status, 'returning');
});

test('moves are offered where the table has them and the agency allows', () => {
  const moves = { dispatched: ['en_route'], on_scene: ['released'] };
  assert.deepEqual(movable([{ status: 'dispatched' }, { status: 'on_scene' }, { status: 'odd' }], 'en_route', moves), [{ status: 'dispatched' }]);
  assert.ok(movesUnit({ moves_units: 'all', agency_id: null }, 7));
  assert.ok(movesUnit({ moves_units: 'own', agency_id: 7 }, 7));
  assert.ok(!movesUnit({ moves_units: 'own', agency_id: 8 }, 7));
  assert.ok(!movesUnit({ moves_units: 'own', agency_id: null }, null));
  assert.ok(!movesUnit({ moves_units: 'none', agency_id: 7 }, 7));
});

test('the next move stands first, and what ends the work is not among them', () => {
  const statuses = ['dispatched', 'acknowledged', 'en_route', 'on_scene', 'released', 'cancelled'].map((code) => ({ code }));
  assert.deepEqual(onwardOf(['cancelled', 'on_scene', 'acknowledged', 'released', 'en_route'], statuses), ['acknowledged', 'en_route', 'on_scene']);
  assert.deepEqual(onwardOf(['released'], statuses), []);
});

test('kinds are said as one says them', () => {
  assert.equal(kindsInWords(['Engine']), 'engine');
  assert.equal(kindsInWords(['Ambulance, ALS', 'Ambulance, BLS']), 'ambulance');
  assert.equal(kindsInWords(['Ambulance, ALS']), 'ALS ambulance');
  assert.equal(kindsInWords(['Rescue', 'Engine']), 'rescue or engine');
  const title = (code) => ({ engine: 'Engine', bus: 'Bus' })[code];
  assert.equal(shareInWords({ have: 2, count: 4, unit_types: ['engine'] }, title), '2 of 4 engines');
  assert.equal(shareInWords({ have: 0, count: 1, unit_types: ['engine'], type_level: 3, capabilities: ['foam'] }, title),
    '0 of 1 engine, type 3 or better, with foam');
  assert.equal(shareInWords({ have: 0, count: 2, unit_types: ['bus', 'engine'] }, title), '0 of 2 buses or engines');
});

test('a hole leads to the units that are missing there', () => {
  assert.equal(lookFor({ counties: ['29019', '29077'], unit_types: ['engine'] }), '/board/units#county=29019,29077&type=engine');
});
