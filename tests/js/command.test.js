// What the box offers for an answer, and the line that sends somebody else instead.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instead } from '../../static/js/command/acting.js';
import { isSurelyCommand, optionsOf, optionsOfHelp } from '../../static/js/command/options.js';

const FOUND = {
  query: 'x', places: [{ title: 'Joplin' }], resources: [{ name: 'Joplin Engine 1' }], ids: [1, 2], more: false,
};
const command = (facts) => ({
  intent: 'send', guess: false, complete: true, rows: [], others: [], completions: [], problems: [], warnings: [],
  actions: [], ...facts,
});
const kinds = (options) => options.map((option) => ['place', 'resource', 'narrow', 'row', 'line'].find((kind) => option[kind]));

test('words that are no command are offered as ever', () => {
  assert.deepEqual(kinds(optionsOf({ found: FOUND, command: null })), ['place', 'resource', 'narrow']);
  assert.deepEqual(kinds(optionsOf({ found: FOUND, command: command({ intent: null }) })), ['place', 'resource', 'narrow']);
});

test('a command hides what has its words, a guess does not', () => {
  const rows = [{ title: 'E12', text: null }];
  assert.deepEqual(kinds(optionsOf({ found: FOUND, command: command({ rows }) })), ['row']);
  const guess = command({ rows, guess: true });
  assert.deepEqual(kinds(optionsOf({ found: FOUND, command: guess })), ['row', 'place', 'resource', 'narrow']);
  assert.ok(!isSurelyCommand(command({ complete: false })));
  assert.ok(isSurelyCommand(command({ complete: false, problems: [{}] })));
});

test('rows of a command can be looked at and not typed, choices can be typed', () => {
  const given = command({ rows: [{ title: 'E12', text: 'a line' }], others: [{ title: 'E12', text: 'send #7' }] });
  const [row, other] = optionsOf({ found: FOUND, command: given });
  assert.equal(row.row.text, null);
  assert.equal(other.row.text, 'send #7');
});

test('the empty box shows the last lines, then one example of each command', () => {
  const help = [{ title: 'Send', examples: ['send e12', 'send e12 to 14'] }];
  const lines = (options) => options.map(({ line }) => line);
  assert.deepEqual(lines(optionsOfHelp(['p2'], help)), ['p2', 'send e12']);
  assert.deepEqual(lines(optionsOfHelp([], help, { all: true })), ['send e12', 'send e12 to 14']);
});

test('who lost a race is offered the next best in their place, the others as they were', () => {
  const sent = command({ sentence: 'Send E12 and L3 to 2026-000014, Fire.', actions: [{ body: { units: [1, 2] } }] });
  const problem = { data: { taken: [{ unit_id: 1 }], next: [{ for: 1, unit_id: 9, name: 'E14' }] } };
  assert.deepEqual(instead(problem, sent), { line: 'send #9 #2 to 2026-000014', words: 'Send E14 instead' });
  assert.equal(instead({ data: { taken: [{ unit_id: 1 }], next: [{ for: 1, unit_id: null }] } }, sent), null);
  assert.equal(instead({ data: {} }, sent), null);
});
