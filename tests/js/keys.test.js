import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryFor, groupsOf } from '../../static/js/ui/keys.js';
import { nextOf } from '../../static/js/ui/walk.js';

test('a key runs the first entry of its letter whose time it is', () => {
  let open = false;
  const table = [{ key: 'c', title: 'in an incident', when: () => open }, { key: ['c', 'k'], title: 'anywhere' }];
  assert.equal(entryFor(table, 'c').title, 'anywhere');
  open = true;
  assert.equal(entryFor(table, 'c').title, 'in an incident');
  assert.equal(entryFor(table, 'k').title, 'anywhere');
  assert.equal(entryFor(table, 'C'), undefined);
});

test('the help has every entry once, under its group', () => {
  const table = [{ key: 'a', group: 'Map' }, { key: '?' }, { key: 'b', group: 'Map' }];
  const told = groupsOf(table).map(([group, entries]) => [group, entries.map(({ key }) => key).join('')]);
  assert.deepEqual(told, [['Map', 'ab'], ['On every page', '?']]);
});

test('arrows go round, Home and End to the ends, other keys nowhere', () => {
  assert.deepEqual(['ArrowRight', 'ArrowDown', 'ArrowLeft', 'Home', 'End', 'x'].map((key) => nextOf(key, 2, 3)),
    [0, 0, 1, 0, 2, null]);
});
