import assert from 'node:assert/strict';
import test from 'node:test';
import { hoursInWords, rangeInWords } from '../../static/js/words/lasting.js';
import { lineInWords } from '../../static/js/ui/lasting-block.js';

test('a length of time has as much detail as an estimate deserves', () => {
  assert.deepEqual([0.01, 0.5, 2.6, 6.4, 36, 100, 5000].map(hoursInWords),
    ['under 5 min', '30 min', '2.5 h', '6 h', '36 h', '4 days', 'more than 60 days']);
});

test('a range names its unit once', () => {
  assert.equal(rangeInWords(4, 9), '4–9 h');
  assert.equal(rangeInWords(0.5, 2), '30 min – 2 h');
  assert.equal(rangeInWords(6.1, 5.9), '6 h');
});

test('unknown is told, and never as zero', () => {
  assert.equal(lineInWords({ state: 'known', left: 6, left_least: 4, left_most: 9 }), 'about 6 h left (4–9 h)');
  assert.equal(lineInWords({ state: 'unknown', left: null }), 'not known how long');
  assert.equal(lineInWords({ state: 'none', left: null }), 'none on record');
  assert.equal(lineInWords({ state: 'known', left: 0 }), 'used up');
});
