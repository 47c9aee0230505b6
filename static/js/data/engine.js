// The worker's side of the map, without the worker: the store, the filter, the clusters and what
// the page last asked to see. Node can run it, so the tests do.
import { decode, DEGREE, FLAG } from './columns.js';
import { Store } from './store.js';
import { Clusters } from './clusters.js';
import { BoardStore } from './board-store.js';
import { Dangers } from './dangers.js';
import { NO_FILTER, sift } from './filter.js';
import { sortRows } from './order.js';
import { isStale } from '../words/age.js';

/** Changes that come thick share an index: building it takes a quarter of the time at most. An index
 * of 50,000 takes some 100 ms and then rests for three times that; one of a county is there at once. */
const REST_FOR_WORK = 3;
const SHORTEST_REST_MS = 50;
const LONGEST_REST_MS = 1500;
/** More changed ids than this and the page is told "many". */
const FEW = 1000;
/** Timers count no further than some 24 days. */
const LONGEST_MS = 2 ** 31 - 1;
const LEAVES = 100;
/** Two symbols nearer than this, some 20 m, cover each other at the closest zoom. */
const ONE_SPOT_DEGREES = 0.0002;

export class Engine {
  /**
   * @param {object} parts `Supercluster`; `emit(name, data)` tells the page; `now()` epoch seconds
   *   by the server's clock; `later(call, ms)` a timer
   */
  constructor({ Supercluster, emit, now, later = (call, ms) => setTimeout(call, ms) }) {
    Object.assign(this, { Supercluster, emit, now, later });
    this.store = new Store();
    this.board = new BoardStore();
    this.dangers = new Dangers();
    this.filter = NO_FILTER;
    this.ids = null;
    this.view = null;
    this.sifted = null;
    this.changed = new Set();
    this.moved = new Set();
    this.refreshedAt = -Infinity;
    this.rest = SHORTEST_REST_MS;
  }

  /** @param {{kinds, statuses, types, counties, regions}} catalog codes and names from the page */
  configure(catalog) {
    this.catalog = catalog;
    this.clusters = new Clusters(this.Supercluster, catalog.kinds);
    this.refresh(); // the snapshot may have been faster than the page
  }

  /** Take an answer of /api/map or a `change` event in. */
  take(answer) {
    const ids = this.store.take(decode(answer));
    this.filled = true;
    if (ids === null) this.changed = null;
    else if (this.changed) for (const id of ids) this.changed.add(id);
    this.refreshSoon();
  }

  /** Take a `moved` event in: units elsewhere, and nothing else about them. */
  move(units) {
    const moved = this.store.move(units);
    if (!moved.length) return;
    for (const id of moved) this.moved.add(id);
    this.refreshSoon();
  }

  /** Take an answer of /api/dispatch or a `dispatch` event in; the page keeps a board of its own. */
  takeBoard(answer, options) {
    this.board.take(answer, options);
    this.emit('dispatch', { answer, options });
    this.turn();
  }

  /** Look at the areas and the clock: some begin or end without any news. */
  turn() {
    const now = this.now();
    const over = this.board.expire(now);
    if (over) this.emit('dispatch', { over: now });
    if (this.dangers.survey(this.board.areas.values(), now)) {
      this.surveyed = true;
      this.refreshSoon();
    }
    this.#turnLater(now);
  }

  #turnLater(now) {
    const next = this.board.nextTurn(now);
    if (next === null || next === this.turnsAt) return;
    this.turnsAt = next;
    this.later(() => {
      this.turnsAt = null;
      this.turn();
    }, Math.min(LONGEST_MS, Math.max(50, (next - now) * 1000 + 50)));
  }

  /** Narrow to a filter; `ids` is what the free text found, null without one. */
  narrow(filter, ids) {
    this.filter = filter;
    this.ids = ids === null ? null : new Set(ids);
    this.refresh();
  }

  /** What the page looks at now. @returns {object[]} the items to draw there */
  look(view) {
    this.view = view;
    return this.items();
  }

  /** At once when nothing happened lately, else at the end of the pause. */
  refreshSoon() {
    if (this.waiting) return;
    const pause = Math.max(0, this.refreshedAt + this.rest - performance.now());
    this.waiting = true;
    if (pause === 0) this.refresh();
    else this.later(() => this.refresh(), pause);
  }

  refresh() {
    this.waiting = false;
    if (!this.catalog || !this.filled) return; // nothing to say is not "no resources"
    const began = performance.now();
    this.#endanger();
    this.sifted = sift(this.store, this.filter, {
      now: this.now(), ids: this.ids, regionsOf: (fips) => this.catalog.regions[fips],
    });
    this.clusters.build(this.store, this.sifted.rows.subarray(0, this.sifted.located));
    this.refreshedAt = performance.now();
    this.rest = restAfter(this.refreshedAt - began);
    this.emit('refreshed', this.#news());
  }

  // What came or moved since, or everything when other areas are in force.
  #endanger() {
    const turned = this.dangers.mark(this.store, { all: this.surveyed });
    this.surveyed = false;
    if (this.changed) for (const id of turned) this.changed.add(id);
  }

  /** Symbols and clusters of the view, as the page draws them. */
  items() {
    if (!this.view || !this.sifted) return [];
    const items = this.clusters.query(this.view.bounds, this.view.zoom);
    return items.map((item) => (item.cluster === undefined ? this.point(item.row) : item));
  }

  /** One resource as a symbol; also answers where it is. */
  point(row) {
    const { store } = this;
    const [kind, status, type] = store.lookOf(row);
    return {
      id: store.id[row], kind, status, type,
      lat: store.located(row) ? store.lat[row] / DEGREE : null,
      lon: store.located(row) ? store.lon[row] / DEGREE : null,
      approximate: Boolean(store.flags[row] & FLAG.approximate),
      moving: Boolean(store.flags[row] & FLAG.moving),
      stale: isStale(store.staleAt[row], this.now()),
      danger: store.danger[row],
      fix: store.fixOf(store.id[row]),
    };
  }

  /** @returns {?object} the symbol of an id, whatever the filter says */
  locate(id) {
    const row = this.store.rows.get(id);
    return row === undefined ? null : this.point(row);
  }

  /** A cluster opened: {bounds} to go to, or {points} when they stand on one spot. */
  open(cluster) {
    const rows = this.clusters.leaves(cluster);
    const bounds = this.#extent(rows);
    if (Math.max(bounds[2] - bounds[0], bounds[3] - bounds[1]) > ONE_SPOT_DEGREES) return { bounds };
    return { points: rows.slice(0, LEAVES).map((row) => this.point(row)) };
  }

  #extent(rows) {
    const { lat, lon } = this.store;
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    for (const row of rows) {
      bounds[0] = Math.min(bounds[0], lon[row] / DEGREE);
      bounds[1] = Math.min(bounds[1], lat[row] / DEGREE);
      bounds[2] = Math.max(bounds[2], lon[row] / DEGREE);
      bounds[3] = Math.max(bounds[3], lat[row] / DEGREE);
    }
    return bounds;
  }

  /**
   * The list's ids in order.
   * @param {{scope: 'view'|'all'|'unplaced', bounds: number[], sort: object, center: object}} query
   * @returns {Float64Array}
   */
  list({ scope, bounds, sort, center }) {
    const rows = sortRows(this.store, this.#scoped(scope, bounds), sort, {
      center, catalog: this.catalog,
    });
    return Float64Array.from(rows, (row) => this.store.id[row]);
  }

  #scoped(scope, bounds) {
    if (!this.sifted) return new Uint32Array(0);
    const { rows, located } = this.sifted;
    if (scope === 'unplaced') return rows.subarray(located);
    if (scope === 'all') return rows;
    const [west, south, east, north] = bounds.map((degrees) => degrees * DEGREE);
    const { lat, lon } = this.store;
    return rows.subarray(0, located).filter((row) => (
      lat[row] >= south && lat[row] <= north && lon[row] >= west && lon[row] <= east));
  }

  #news() {
    const { rows, located, counts } = this.sifted;
    const changed = this.changed === null || this.changed.size > FEW ? null : [...this.changed];
    this.changed = new Set();
    const moved = [...this.moved];
    this.moved = new Set();
    return {
      counts, changed, moved, items: this.items(),
      total: this.store.size, shown: rows.length, unplaced: rows.length - located,
    };
  }
}

/** How long an index rests that took so long to build, both in ms. */
export function restAfter(worked) {
  return Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, worked * REST_FOR_WORK));
}
