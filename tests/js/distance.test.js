import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { chosenInWords, distanceInWords, extentInWords, speedInWords } from '../../static/js/words/distance.js';

const told = (distances) => { globalThis.document = { documentElement: { dataset: { distances } } }; };
afterEach(() => { delete globalThis.document; });

test('a distance has as many figures as help, in feet and miles', () => {
  assert.deepEqual([0, 12, 304, 305, 3210, 15_990, 66_600, 2e6].map((meters) => distanceInWords(meters)),
    ['10 ft', '40 ft', '1,000 ft', '0.2 mi', '2.0 mi', '9.9 mi', '41 mi', '1,243 mi']);
  assert.equal(distanceInWords(undefined), 'unknown distance');
  assert.equal(chosenInWords(2 * 1609.344), '2 mi');
  assert.equal(speedInWords(15), '34 mph');
  assert.deepEqual([0.02, 3.14159, 32.65, 102_693].map((sqKm) => extentInWords(sqKm)),
    ['4.94 acres', '1.21 sq mi', '12.6 sq mi', '39,650 sq mi']);
});

test('an installation that says so reads meters and kilometers', () => {
  told('km');
  assert.deepEqual([304, 994, 995, 3210, 9960, 41_400].map((meters) => distanceInWords(meters)),
    ['300 m', '990 m', '1.0 km', '3.2 km', '10 km', '41 km']);
  assert.equal(chosenInWords(2000), '2 km');
  assert.equal(speedInWords(15), '54 km/h');
  assert.deepEqual([0.02, 12.61].map((sqKm) => extentInWords(sqKm)), ['2 ha', '12.6 km²']);
});

test('a setting that nobody knows is miles, as without one', () => {
  told('leagues');
  assert.equal(distanceInWords(1609.344), '1.0 mi');
});
