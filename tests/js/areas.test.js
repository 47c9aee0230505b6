// Outlines as numbers, and the words for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asText, cornersOf, multiPolygon, polygonsOf, ringAround,
} from '../../static/js/areas/outline.js';
import { listedAreas } from '../../static/js/ui/board-toggles.js';

const RAD = Math.PI / 180;
const COLUMBIA = { lat: 38.95, lon: -92.33 };

function km([lon, lat], { lat: toLat, lon: toLon }) {
  const half = Math.sin(((toLat - lat) / 2) * RAD) ** 2
    + Math.cos(lat * RAD) * Math.cos(toLat * RAD) * Math.sin(((toLon - lon) / 2) * RAD) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(half));
}

test('every corner of a circle is its radius away, and the ring is closed', () => {
  const ring = ringAround(COLUMBIA, 5);
  assert.equal(ring.length, 73);
  assert.deepEqual(ring[0], ring.at(-1));
  for (const corner of ring) assert.ok(Math.abs(km(corner, COLUMBIA) - 5) < 0.001, String(corner));
});

test('a ring runs counter-clockwise, as GeoJSON wants its shells', () => {
  const ring = ringAround(COLUMBIA, 5);
  const twice = ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i][0] * y - x * ring[i][1], 0);
  assert.ok(twice > 0);
});

test('polygons of a Polygon, a MultiPolygon and a Feature are found alike', () => {
  const rings = [ringAround(COLUMBIA, 1, 4)];
  const polygon = { type: 'Polygon', coordinates: rings };
  assert.deepEqual(polygonsOf(polygon), [rings]);
  assert.deepEqual(polygonsOf(multiPolygon([rings, rings])), [rings, rings]);
  assert.deepEqual(polygonsOf({ type: 'Feature', geometry: polygon }), [rings]);
  assert.deepEqual(polygonsOf(null), []);
  assert.equal(multiPolygon([]), null);
  assert.equal(cornersOf(multiPolygon([rings, rings])), 8);
});

test('a simple outline is written corner by corner, latitude first; any other as GeoJSON', () => {
  const ring = [[-92.5, 38.8], [-92.1, 38.8], [-92.1, 39.1], [-92.5, 38.8]];
  assert.equal(asText(multiPolygon([[ring]])), '38.8, -92.5\n38.8, -92.1\n39.1, -92.1');
  const holed = multiPolygon([[ring, ring]]);
  assert.deepEqual(JSON.parse(asText(holed)), holed);
  assert.equal(asText(null), '');
});

test('areas are listed with those in force first, by kind, and by name as people count', () => {
  const area = (kind, name, startsAt = 0, endsAt = null) => ({ kind, name, starts_at: startsAt, ends_at: endsAt });
  const listed = listedAreas([
    area('staging', 'Lot'), area('hazard', 'Later', 200), area('hazard', 'Zone 10'), area('hazard', 'Zone 9'),
    area('evacuation', 'Over', 0, 50),
  ], 100);
  assert.deepEqual(listed.map(({ name }) => name), ['Zone 9', 'Zone 10', 'Lot', 'Later', 'Over']);
});
