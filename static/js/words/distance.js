// How far, how fast and how large, in the units of the installation: meris/distances.py says the
// same. Meters, meters a second and square kilometers are what the server sends.
import { count } from './numbers.js';

const KM = 1000;
const SHORTEST = 10;
const KMH = 3.6;

const SYSTEMS = Object.freeze({
  miles: {
    unit: 'mi', many: 'miles', unitM: 1609.344, short: 'ft', shortM: 0.3048, nearM: 304.8, speed: 'mph',
    square: 'sq mi', land: 'acres', landM2: 4046.8564224,
  },
  km: {
    unit: 'km', many: 'kilometers', unitM: KM, short: 'm', shortM: 1, nearM: 995, speed: 'km/h',
    square: 'km²', land: 'ha', landM2: 10_000,
  },
});

/** The units that the page was told: "mi" with the meters that one is, and so on. */
export function units() {
  return SYSTEMS[globalThis.document?.documentElement.dataset.distances] ?? SYSTEMS.miles;
}

/** "350 ft", "7.2 mi", "41 mi"; "unknown distance" for what is not a number. */
export function distanceInWords(meters, { unit, unitM, short, shortM, nearM } = units()) {
  if (!Number.isFinite(meters)) return 'unknown distance';
  if (meters < nearM) return `${count(Math.max(SHORTEST, Math.round(meters / shortM / 10) * 10))} ${short}`;
  const length = meters / unitM;
  return `${length < 9.95 ? length.toFixed(1) : count(Math.round(length))} ${unit}`;
}

/** A distance that somebody chose: "2 mi", "30 mi". */
export function chosenInWords(meters, system = units()) {
  return distanceInWords(meters, system).replace('.0 ', ' ');
}

/** Meters a second as "34 mph". */
export function speedInWords(mps, { unitM, speed } = units()) {
  return `${Math.round(((mps * KMH) * KM) / unitM)} ${speed}`;
}

/** "12.6 sq mi", "40 acres": with as many figures as help. */
export function extentInWords(sqKm, { unitM, square, land, landM2 } = units()) {
  const large = sqKm * (KM / unitM) ** 2;
  if (large < 0.1) return `${figures((sqKm * KM * KM) / landM2)} ${land}`;
  return `${figures(large)} ${square}`;
}

function figures(number) {
  const digits = number < 10 ? 2 : number < 100 ? 1 : 0;
  return number.toLocaleString('en-US', { maximumFractionDigits: digits });
}
