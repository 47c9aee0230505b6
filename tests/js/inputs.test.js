import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownAge, WORDS } from '../../static/js/ui/connection.js';
import { valueOf } from '../../static/js/ui/inputs.js';

test('an empty input is unknown, whatever the widget', () => {
  for (const widget of ['text', 'number', 'yesno', 'datetime', 'select']) assert.equal(valueOf('  ', widget), null);
});

test('a plain number is a number, and zero is not unknown', () => {
  assert.equal(valueOf(' 12 ', 'number'), 12);
  assert.equal(valueOf('0', 'number'), 0);
  assert.equal(valueOf('2.5', 'number'), 2.5);
});

test('what cannot be read is sent as it was typed, for the server to say what is wrong', () => {
  assert.equal(valueOf('200+', 'number'), '200+');
  assert.equal(valueOf('1e5', 'number'), '1e5');
});

test('yes and no are not text', () => {
  assert.equal(valueOf('true', 'yesno'), true);
  assert.equal(valueOf('false', 'yesno'), false);
  assert.equal(valueOf('open', 'select'), 'open');
});

test('a time on the clock of the state travels as UTC, wherever the browser is', () => {
  globalThis.document = { documentElement: { dataset: { zone: 'America/Chicago' } } };
  assert.equal(valueOf('2026-03-01T08:30', 'datetime'), '2026-03-01T14:30:00.000Z');
  assert.equal(valueOf('2026-07-01T08:30', 'datetime'), '2026-07-01T13:30:00.000Z');
  assert.equal(valueOf('soon', 'datetime'), 'soon');
  delete globalThis.document;
});

test('the age of what is shown starts at once', () => {
  assert.equal(shownAge(12.4), '12 s');
  assert.equal(shownAge(-1), '0 s');
  assert.equal(shownAge(180), '3 min');
  assert.equal(WORDS.reconnecting('12 s'), 'Reconnecting · 12 s old');
});
