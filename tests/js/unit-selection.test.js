import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnitSelection } from '../../static/js/dispatch/selection-of-units.js';
import { sortIncidents } from '../../static/js/dispatch/incident-order.js';
import { matchingTypes } from '../../static/js/dispatch/type-match.js';

const pick = (id) => ({ unit_id: id, name: `E${id}` });
const line = (need, picks, rest = []) => ({ need: { id: need }, picks: picks.map(pick), runners_up: rest.map(pick) });

function offered(...lines) {
  const selection = new UnitSelection();
  selection.offer({ lines });
  return selection;
}

test('what is suggested is chosen, until somebody says otherwise, whatever is suggested later', () => {
  const selection = offered(line(1, [1, 2], [3]));
  assert.deepEqual(selection.ids, [1, 2]);
  selection.set(2, false);
  selection.set(3, true);
  selection.offer({ lines: [line(1, [2, 1], [3])] });
  assert.deepEqual(selection.ids, [1, 3]);
  selection.reset();
  assert.deepEqual(selection.ids, [2, 1]);
});

test('after a lost race the next best takes the place, and nothing else is lost or added', () => {
  const selection = offered(line(1, [1], [2, 3]), line(2, [7]));
  selection.lose([1], [{ ...pick(3), for: 1 }]);
  assert.deepEqual(selection.ids, [7, 3]);
  selection.offer({ lines: [line(1, [2], [3]), line(2, [7])] }); // the server would suggest another by now
  assert.deepEqual(selection.ids.sort(), [3, 7]);
});

test('a lost unit without a next best leaves its place to what is suggested then', () => {
  const selection = offered(line(1, [1]));
  selection.lose([1], [null]);
  assert.deepEqual(selection.ids, []);
  selection.offer({ lines: [line(1, [4])] });
  assert.deepEqual(selection.ids, [4]);
});

test('those that went are chosen no more; a unit by hand stands beside the others', () => {
  const selection = offered(line(1, [1]));
  selection.add(pick(9));
  assert.deepEqual(selection.chosen.map(({ name }) => name), ['E1', 'E9']);
  selection.sent([1, 9]);
  assert.deepEqual(selection.ids, []);
  selection.only([pick(5)]);
  assert.deepEqual(selection.ids, [5]);
});

test('a type is found by its short name first, then by its title, then by other words', () => {
  const types = [
    { code: 'vehicle_fire', title: 'Vehicle fire', short: 'vf', words: ['car fire'] },
    { code: 'structure_fire', title: 'Structure fire', short: 'sf', words: ['fire', 'house fire'] },
    { code: 'search', title: 'Search', short: 'src', words: ['missing person'] },
  ];
  const codes = (text) => matchingTypes(types, text).map(({ code }) => code);
  assert.equal(codes('SF')[0], 'structure_fire');
  assert.equal(codes('fire')[0], 'structure_fire');
  assert.equal(codes('car')[0], 'vehicle_fire');
  assert.deepEqual(codes('person'), ['search']);
  assert.deepEqual(codes('quake'), []);
  assert.equal(codes('').length, 3);
});

test('incidents stand by what was asked, ties by urgency and then by waiting', () => {
  const one = (id, priority, reported_at, units) => ({ id, priority, reported_at, units, number: `2026-${id}` });
  const some = [one(1, 2, 50, 3), one(2, 1, 90, 0), one(3, 1, 40, 1), one(4, 2, 10, 0)];
  const ids = (key, descending = false) => sortIncidents(some, { key, descending }).map(({ id }) => id);
  assert.deepEqual(ids('priority'), [3, 2, 4, 1]);
  assert.deepEqual(ids('units', true), [1, 3, 2, 4]);
  assert.deepEqual(ids('age'), [2, 1, 3, 4]);
});
