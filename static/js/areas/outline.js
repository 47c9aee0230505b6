// Outlines as numbers: GeoJSON puts longitude first, people put latitude first.

const EARTH_RADIUS_KM = 6371.0088;
const DIGITS = 6;
const RAD = Math.PI / 180;

const rounded = (degrees) => Number(degrees.toFixed(DIGITS));

/** The ring around a place: [lon, lat] counter-clockwise, the first again at the end. */
export function ringAround({ lat, lon }, km, corners = 72) {
  const angle = km / EARTH_RADIUS_KM;
  const ring = Array.from({ length: corners }, (_, i) => {
    const course = (-i / corners) * 2 * Math.PI;
    const north = Math.asin(Math.sin(lat * RAD) * Math.cos(angle) + Math.cos(lat * RAD) * Math.sin(angle) * Math.cos(course));
    const east = Math.atan2(Math.sin(course) * Math.sin(angle) * Math.cos(lat * RAD),
      Math.cos(angle) - Math.sin(lat * RAD) * Math.sin(north));
    return [rounded(lon + east / RAD), rounded(north / RAD)];
  });
  return [...ring, ring[0]];
}

/** Polygons (lists of rings) as one GeoJSON geometry; null when there are none. */
export function multiPolygon(polygons) {
  return polygons.length ? { type: 'MultiPolygon', coordinates: polygons } : null;
}

/** The polygons of a Polygon, MultiPolygon or a Feature of one. */
export function polygonsOf(geometry) {
  if (!geometry) return [];
  if (geometry.type === 'Feature') return polygonsOf(geometry.geometry);
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
}

/** How many corners an area has; the last point of a ring is its first. */
export function cornersOf(geometry) {
  return polygonsOf(geometry).flat().reduce((sum, ring) => sum + ring.length - 1, 0);
}

/** One corner a line where that says it all, else GeoJSON: what the box for pasting reads again. */
export function asText(geometry) {
  const polygons = polygonsOf(geometry);
  if (polygons.length === 1 && polygons[0].length === 1) {
    return polygons[0][0].slice(0, -1).map(([lon, lat]) => `${rounded(lat)}, ${rounded(lon)}`).join('\n');
  }
  return polygons.length ? JSON.stringify(geometry) : '';
}
