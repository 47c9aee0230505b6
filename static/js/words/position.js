// Places in the notations that people in the field read to each other.

/** Decimal degrees to five places, about a meter: "38.57911, -92.17338". */
export function decimal({ lat, lon }) {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

function sexagesimal(degrees, positive, negative) {
  const tenths = Math.round(Math.abs(degrees) * 36000);
  const [whole, minutes, seconds] = [tenths / 36000, (tenths / 600) % 60, (tenths / 10) % 60];
  return `${Math.floor(whole)}° ${String(Math.floor(minutes)).padStart(2, '0')}′ `
    + `${seconds.toFixed(1).padStart(4, '0')}″ ${degrees < 0 ? negative : positive}`;
}

/** Degrees, minutes and seconds to a tenth: "38° 34′ 44.8″ N, 92° 10′ 24.2″ W". */
export function degreesMinutesSeconds({ lat, lon }) {
  return `${sexagesimal(lat, 'N', 'S')}, ${sexagesimal(lon, 'E', 'W')}`;
}

/**
 * US National Grid, truncated and never rounded: "15S WC 72042 70394".
 * @param {{lat: number, lon: number}} position
 * @param {function([number, number], number): string} forward of the mgrs package
 * @param {number} digits 1 to 5 for each axis: 10 km to 1 m
 * @returns {string} an em dash where the grid does not reach (the poles)
 */
export function usng({ lat, lon }, forward, digits = 5) {
  if (lat < -80 || lat > 84) return '—';
  const text = forward([wrapped(lon), lat], digits);
  const [, zone, square, numbers] = /^(\d{1,2}[A-Z])([A-Z]{2})(\d*)$/.exec(text);
  const half = numbers.length / 2;
  return [zone, square, numbers.slice(0, half), numbers.slice(half)].filter(Boolean).join(' ');
}

/** A longitude brought back to [-180, 180): the map may have been panned around the world. */
export function wrapped(lon) {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}

/** Digits of the grid that a screen at this zoom can show: a pixel, not a promise. */
export function gridDigits(zoom) {
  if (zoom >= 15) return 5;
  if (zoom >= 12) return 4;
  return zoom >= 9 ? 3 : 2;
}
