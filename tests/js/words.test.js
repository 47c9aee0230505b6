import assert from 'node:assert/strict';
import { test } from 'node:test';
import mgrs from 'mgrs';
import { ageInWords, agoInWords, clockTime, epochOf, isStale, retold } from '../../static/js/words/age.js';
import { count, plural, short } from '../../static/js/words/numbers.js';
import { decimal, degreesMinutesSeconds, gridDigits, usng, wrapped } from '../../static/js/words/position.js';
import { ringRadius, ringSize } from '../../static/js/words/rings.js';
import { toneOf, TONES } from '../../static/js/words/tones.js';

const AGES = [
  [0, 'just now'], [44, 'just now'], [45, '1 min'], [90, '2 min'], [3599, '60 min'], [3600, '1 h'], [86399, '23 h'],
  [86400, '1 d'], [59 * 86400, '59 d'], [60 * 86400, '2 mo'], [800 * 86400, '2 y'], [NaN, 'unknown'],
];

for (const [seconds, words] of AGES) {
  test(`${seconds} s is "${words}"`, () => assert.equal(ageInWords(seconds), words));
}

test('an age in a sentence', () => {
  assert.equal(agoInWords(300), '5 min ago');
  assert.equal(agoInWords(3), 'just now');
  assert.equal(agoInWords(NaN), 'at an unknown time');
});

test('what a page told of a moment goes on, with its clock and whichever way it lies', () => {
  const told = (textContent, age, seconds) => retold({
    textContent, dataset: age ? { age } : {}, getAttribute: () => '2026-05-04T19:05:00Z',
  }, Date.parse('2026-05-04T19:05:00Z') / 1000 + seconds);
  assert.equal(told('2 min ago', null, 300), '5 min ago');
  assert.equal(told('14:05, 2 min ago', 'since', 300), '14:05, 5 min ago');
  assert.equal(told('May 4, 14:05, in 3 h', 'until', -7200), 'May 4, 14:05, in 2 h');
  assert.equal(told('14:05, in 3 h', 'until', 60), '14:05, 1 min ago');
  assert.equal(told('14:05, in 1 min', 'until', -20), '14:05, just now');
});

test('a moment is told by the clock of the state and by UTC, with the day where it is another', () => {
  assert.equal(clockTime('2026-05-04T19:05:00Z', 'America/Chicago'), 'May 4, 2026, 14:05 CDT · 19:05 UTC');
  assert.equal(clockTime('2026-11-23T05:30:00Z', 'America/Chicago'), 'Nov 22, 2026, 23:30 CST · Nov 23, 05:30 UTC');
  assert.equal(clockTime('2026-11-23T06:00:00Z', 'America/Chicago'), 'Nov 23, 2026, 00:00 CST · 06:00 UTC');
});

test('never confirmed is stale, and so is the very moment it turns', () => {
  const epoch2020 = 1577836800;
  assert.equal(isStale(0, epoch2020), true);
  assert.equal(isStale(10, epoch2020 + 599), false);
  assert.equal(isStale(10, epoch2020 + 600), true);
});

test('no moment is not the year 1970', () => {
  assert.ok(Number.isNaN(epochOf(null)));
  assert.ok(Number.isNaN(epochOf('')));
  assert.equal(clockTime(undefined), 'unknown');
  assert.equal(epochOf('2026-01-01T00:00:00Z'), 1767225600);
});

test('unknown is not zero', () => {
  assert.equal(count(null), 'unknown');
  assert.equal(count(undefined), 'unknown');
  assert.equal(count(0), '0');
  assert.equal(count(12345), '12,345');
  assert.equal(plural(1, 'resource'), '1 resource');
  assert.equal(plural(0, 'resource'), '0 resources');
});

test('numbers that fit a ring', () => {
  assert.deepEqual([7, 999, 1000, 1234, 9949, 9950, 49_700].map(short), ['7', '999', '1.0k', '1.2k', '9.9k', '10k', '50k']);
  assert.deepEqual([9, 10, 99, 100, 1000].map(ringSize), ['few', 'some', 'some', 'many', 'most']);
  assert.ok(ringRadius(5) < ringRadius(5000));
});

// Points of the US National Grid with their one-meter references.
const GRID = [
  ['15S WC 72042 70394', 'Jefferson City'], ['15S UD 63494 29026', 'Kansas City'], ['15S YC 43798 79106', 'St. Louis'],
  ['16S BG 76830 31781', 'Cape Girardeau'], ['15T WE 35476 49461', 'Kirksville'], ['15S UB 65496 05284', 'Joplin'],
];

for (const [reference, place] of GRID) {
  test(`the grid reference of ${place} comes back from its place`, () => {
    const [lon, lat] = mgrs.toPoint(reference.replaceAll(' ', ''));
    assert.equal(usng({ lat, lon }, mgrs.forward), reference);
  });
}

test('fewer digits truncate and never round', () => {
  const [west, south, east, north] = mgrs.inverse('15SWC7299970999');
  const corner = { lat: north - 1e-7, lon: east - 1e-7 };
  assert.ok(west < east && south < north);
  assert.equal(usng(corner, mgrs.forward, 3), '15S WC 729 709');
  assert.equal(usng(corner, mgrs.forward, 1), '15S WC 7 7');
});

test('the grid ends before the poles, and longitudes come back around the world', () => {
  assert.equal(usng({ lat: 85, lon: 0 }, mgrs.forward), '—');
  assert.equal(wrapped(-452.5), -92.5);
  assert.equal(wrapped(190), -170);
  assert.deepEqual([5, 9, 12, 15, 18].map(gridDigits), [2, 3, 4, 5, 5]);
});

test('degrees in both notations', () => {
  const capitol = { lat: 38.579097, lon: -92.172906 };
  assert.equal(decimal(capitol), '38.57910, -92.17291');
  assert.equal(degreesMinutesSeconds(capitol), '38° 34′ 44.7″ N, 92° 10′ 22.5″ W');
  assert.equal(degreesMinutesSeconds({ lat: 38.99999999, lon: -0.5 }), '39° 00′ 00.0″ N, 0° 30′ 00.0″ W');
});

test('a status nobody told this page about is unknown, not ready', () => {
  assert.equal(toneOf('open'), 'ready');
  assert.equal(toneOf('commandeered'), 'unknown');
  assert.ok(TONES.includes(toneOf('full')));
});
