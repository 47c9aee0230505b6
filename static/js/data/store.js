// Everything the viewer may see, one row a resource, in typed arrays. Rows have no order that
// anybody may rely on: a resource that goes leaves its row to the last one.
import { DEGREE, FLAG, NOWHERE } from './columns.js';
import { UNKNOWN_DANGER } from './dangers.js';

const COLUMNS = {
  id: Float64Array, lat: Int32Array, lon: Int32Array, look: Uint16Array,
  county: Int16Array, agency: Uint16Array, flags: Uint8Array, staleAt: Uint32Array,
  danger: Uint8Array, // does not travel: data/dangers.js works it out
};

const EPOCH_2020 = 1577836800;
const FOREVER = 2 ** 32 - 1; // a minute that no clock reaches

/** Words seen so far, each with a number; the numbers stay the same across answers. */
class Dictionary {
  constructor() {
    this.values = [];
    this.numbers = new Map();
  }

  number(value, key = value) {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }
}

export class Store {
  constructor() {
    this.looks = new Dictionary();
    this.counties = new Dictionary();
    this.agencies = new Dictionary();
    this.clear(0);
  }

  clear(capacity) {
    this.size = 0;
    this.capacity = capacity;
    this.rows = new Map();
    this.fixes = new Map();
    for (const [name, ArrayType] of Object.entries(COLUMNS)) this[name] = new ArrayType(capacity);
  }

  /** Takes a decoded answer in. @returns {number[]|null} ids that changed, null for all of them */
  take(answer) {
    const numbers = this.#translate(answer);
    if (answer.full) this.clear(answer.count);
    for (let i = 0; i < answer.count; i++) this.#put(answer, i, numbers);
    for (const id of answer.gone) this.#remove(id);
    return answer.full ? null : [...answer.id, ...answer.gone];
  }

  /**
   * Units that only moved. What is older than what is known changes nothing.
   * @param {Array[]} units [id, lat, lon, epoch s, accuracy m, speed m/s, course, minute since
   *   2020 at which the status turns stale or null, minutes that a position holds or null] each
   * @returns {number[]} ids that moved
   */
  move(units) {
    return units.filter((fix) => this.#moveOne(fix)).map(([id]) => id);
  }

  /** What a device last said of a unit, if the feed told it: {at, accuracy, speed, course}. */
  fixOf(id) {
    return this.fixes.get(id) ?? null;
  }

  #moveOne([id, lat, lon, at, accuracy, speed, course, statusStaleAt, holds]) {
    const row = this.rows.get(id);
    if (row === undefined || this.fixes.get(id)?.at > at) return false;
    this.fixes.set(id, { at, accuracy, speed, course });
    this.lat[row] = Math.round(lat * DEGREE);
    this.lon[row] = Math.round(lon * DEGREE);
    this.flags[row] = (this.flags[row] | FLAG.moving) & ~FLAG.approximate;
    const placedUntil = Math.floor((at - EPOCH_2020) / 60) + (holds ?? Infinity);
    this.staleAt[row] = Math.min(placedUntil, statusStaleAt ?? Infinity, FOREVER);
    this.danger[row] = UNKNOWN_DANGER;
    return true;
  }

  has(id) {
    return this.rows.has(id);
  }

  located(row) {
    return this.lat[row] !== NOWHERE;
  }

  /** [kind, status, type or null] of a row. */
  lookOf(row) {
    return this.looks.values[this.look[row]];
  }

  // An answer numbers its own looks, counties and agencies; ours are other numbers.
  #translate({ looks, counties, agencies }) {
    return {
      look: looks.map((look) => this.looks.number(look, look.join('\u0000'))),
      county: counties.map((fips) => this.counties.number(fips)),
      agency: agencies.map((agency) => this.#agency(agency)),
    };
  }

  #agency(agency) {
    const number = this.agencies.number(agency, agency[0]);
    this.agencies.values[number] = agency; // its name may have changed
    return number;
  }

  #put(answer, i, numbers) {
    const id = answer.id[i];
    let row = this.rows.get(id);
    if (row === undefined) row = this.#append(id);
    this.lat[row] = answer.lat[i];
    this.lon[row] = answer.lon[i];
    this.look[row] = numbers.look[answer.look[i]];
    this.county[row] = answer.county[i] < 0 ? -1 : numbers.county[answer.county[i]];
    this.agency[row] = numbers.agency[answer.agency[i]];
    this.flags[row] = answer.flags[i];
    if (!(answer.flags[i] & FLAG.moving)) this.fixes.delete(id); // somebody placed it by hand since
    this.staleAt[row] = answer.staleAt[i];
    this.danger[row] = UNKNOWN_DANGER;
  }

  #append(id) {
    if (this.size === this.capacity) this.#grow();
    const row = this.size++;
    this.id[row] = id;
    this.rows.set(id, row);
    return row;
  }

  #grow() {
    this.capacity = Math.max(256, this.capacity * 2);
    for (const [name, ArrayType] of Object.entries(COLUMNS)) {
      const wider = new ArrayType(this.capacity);
      wider.set(this[name]);
      this[name] = wider;
    }
  }

  #remove(id) {
    const row = this.rows.get(id);
    if (row === undefined) return;
    const last = --this.size;
    this.rows.delete(id);
    this.fixes.delete(id);
    if (row === last) return;
    for (const name of Object.keys(COLUMNS)) this[name][row] = this[name][last];
    this.rows.set(this.id[row], row);
  }
}
