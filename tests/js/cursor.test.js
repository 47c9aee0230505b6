import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWithin } from '../../static/js/data/cursor.js';

test('a moment is within itself and within later ones', () => {
  assert.ok(isWithin('ab-5:5:', 'ab-5:5:'));
  assert.ok(isWithin('ab-5:5:', 'ab-5:9:6,7'));
  assert.ok(!isWithin('ab-5:9:6,7', 'ab-5:5:'));
});

test('a later moment that still waits for one we have seen is not later', () => {
  assert.ok(!isWithin('ab-7:7:', 'ab-5:9:5'));
  assert.ok(isWithin('ab-5:7:5', 'ab-5:9:5'));
});

test('moments of two databases, or none at all, have no order', () => {
  assert.ok(!isWithin('ab-5:5:', 'cd-9:9:'));
  assert.ok(!isWithin('ab-5:5:', null));
  assert.ok(!isWithin(undefined, 'ab-5:5:'));
});

test('numbers are compared as numbers', () => {
  assert.ok(isWithin('ab-99:99:', 'ab-100:100:'));
  assert.ok(!isWithin('ab-100:100:', 'ab-99:99:'));
});
