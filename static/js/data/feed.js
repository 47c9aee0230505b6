// Keeps the store true: the snapshot, then the feed, for as long as the page is open. It is a
// state machine with four states that a person must be able to tell apart:
//   live          the feed speaks
//   away          the server answers, and cannot read its database
//   reconnecting  it fell silent; what is shown is as old as `heard` says
//   offline       the machine itself has no network
// and two ends: `signed_out` (the session is over) and `connecting` before the first answer.
import { isWithin } from './cursor.js';

/** The server beats every 15 s; two missed beats and a bit mean that the line is dead. */
const SILENCE_MS = 40_000;
/** What the server answers while it cannot reach its database. */
const NOT_READY = 503;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/**
 * When something turns stale is sent the coarser the farther away it is, so a page that stays open
 * for long fetches everything again, each at another minute.
 */
const RESYNC_MS = 6 * 3_600_000;
const RESYNC_SPREAD_MS = 600_000;
const BOARD_URL = '/api/dispatch';

/** Seconds the server's clock is ahead of ours, learned from each beat. */
class Clock {
  constructor() {
    this.ahead = 0;
  }

  set(now) {
    this.ahead = now - Date.now() / 1000;
  }

  now() {
    return Date.now() / 1000 + this.ahead;
  }
}

export class Feed {
  /**
   * @param {object} parts
   *   `get(url)` resolves to JSON or rejects with {status}; `EventSource` its constructor;
   *   `take(answer)` applies columns, `move(units)` positions, `takeBoard(answer, {full})` rows of dispatching;
   *   `report(state)` tells the page; `online()` tells whether the machine has a network;
   *   `timers` {set, clear}; `random()` in [0, 1)
   */
  constructor({ get, EventSource, take, move = () => {}, takeBoard = () => {}, report, online = () => true, random = Math.random,
    timers = { set: (call, ms) => setTimeout(call, ms), clear: (t) => clearTimeout(t) } }) {
    Object.assign(this, { get, EventSource, take, move, takeBoard, report, online, random, timers });
    this.clock = new Clock();
    this.cursor = null;
    this.attempt = 0;
    this.held = null; // changes that arrive while a catch-up is under way
    this.boardHeld = null; // the same while the board is fetched
    this.state = 'connecting';
  }

  /** The first snapshot, and the feed from there. */
  async start() {
    this.#say('connecting');
    await this.#try(() => this.#fetch('/api/map'));
  }

  /** Try now instead of at the end of the pause: the network came back, or a person asked. */
  retryNow() {
    if (this.state === 'live') return;
    this.attempt = 0;
    this.#reconnect();
  }

  /** The machine lost its network. */
  lost() {
    this.#close();
    this.timers.clear(this.retry);
    this.#say('offline');
  }

  // Runs a fetch that must end with an open feed; what stops it decides what is said and tried.
  async #try(step) {
    try {
      await step();
      this.#listen();
    } catch (problem) {
      if (problem.status === 401 || problem.status === 403) this.#end();
      else this.#retryLater(problem);
    }
  }

  async #fetch(url) {
    const answer = await this.get(url);
    this.#apply(answer);
  }

  #apply(answer) {
    this.clock.set(answer.now);
    this.cursor = answer.cursor;
    this.heard = this.clock.now();
    if (answer.full) this.#resyncLater();
    this.take(answer);
  }

  #resyncLater() {
    this.timers.clear(this.resync);
    const pause = RESYNC_MS + this.random() * RESYNC_SPREAD_MS;
    this.resync = this.timers.set(() => this.#resyncNow(), pause);
  }

  // While the line is down there is nobody to ask; the reconnection comes first.
  #resyncNow() {
    if (this.state === 'live') this.#reload();
    else this.#resyncLater();
  }

  #listen() {
    this.#close();
    const source = new this.EventSource(`/api/feed?cursor=${encodeURIComponent(this.cursor)}`);
    this.source = source;
    const on = (name, handle) => source.addEventListener(name, (event) => {
      if (this.source === source) handle.call(this, event);
    });
    on('open', this.#opened);
    on('change', this.#change);
    on('moved', this.#moved);
    on('dispatch', this.#dispatch);
    on('catchup', this.#catchUp);
    on('reload', this.#reload);
    on('beat', this.#beat);
    on('away', this.#away);
    on('error', this.#failed);
    this.#listenFor(SILENCE_MS);
    this.#fetchBoard();
  }

  #opened() {
    this.#heard();
  }

  #beat(event) {
    this.clock.set(JSON.parse(event.data).now);
    this.#heard();
  }

  // The line is open and nobody is at its other end: what is shown is as old as `since`.
  #away(event) {
    const { now, since } = JSON.parse(event.data);
    this.clock.set(now);
    this.#listenFor(SILENCE_MS);
    this.heard = since;
    this.#say('away');
  }

  #change(event) {
    const change = JSON.parse(event.data);
    this.#heard();
    this.#orHold(() => this.#take(change, event.lastEventId));
  }

  #moved(event) {
    const { units } = JSON.parse(event.data);
    this.#heard();
    this.#orHold(() => {
      this.move(units);
      this.cursor = event.lastEventId || this.cursor;
    });
  }

  // While rows are on their way, what comes after them waits.
  #orHold(apply) {
    if (this.held) this.held.push(apply);
    else apply();
  }

  #take(change, cursor) {
    this.take(change);
    this.cursor = cursor || change.cursor || this.cursor;
  }

  // A bulk load: everybody fetches, spread over `delay` seconds so that the server is not run
  // over. The cursor stays where it was until the rows are here: a lost line loses nothing.
  async #catchUp(event) {
    this.#heard();
    const { delay = 0 } = JSON.parse(event.data);
    if (this.held) return;
    await this.#holding(async () => {
      await new Promise((done) => { this.timers.set(done, this.random() * delay * 1000); });
      await this.#fetch(this.#since());
    });
  }

  async #reload() {
    this.#heard();
    if (this.held) return;
    await this.#holding(() => this.#fetch('/api/map'));
  }

  async #holding(step) {
    const { source } = this;
    this.held = [];
    try {
      await step();
      for (const apply of this.held) apply();
      this.#fetchBoard();
    } catch (problem) {
      if (this.source === source) this.#failed(problem);
    } finally {
      this.held = null;
    }
  }

  // The board is asked for once the feed is open from an older moment: between the two nothing is
  // lost, and what the feed tells twice is known by its cursor.
  async #fetchBoard(delay = 0) {
    const { source } = this;
    const turn = {};
    this.boardTurn = turn;
    this.boardHeld ??= [];
    try {
      if (delay) await new Promise((done) => { this.timers.set(done, this.random() * delay * 1000); });
      const answer = await this.get(BOARD_URL);
      if (this.boardTurn !== turn) return; // a later one is on its way
      const held = this.boardHeld;
      this.boardHeld = null;
      this.boardCursor = answer.cursor;
      this.takeBoard(answer, { full: true });
      for (const told of held) this.#takeBoard(told);
    } catch (problem) {
      if (this.boardTurn === turn && this.source === source) this.#failed(problem);
    }
  }

  #dispatch(event) {
    const told = JSON.parse(event.data);
    this.#heard();
    if (told.refetch) {
      if (!isWithin(told.cursor, this.boardCursor)) this.#fetchBoard(told.delay);
    } else if (this.boardHeld) this.boardHeld.push(told);
    else this.#takeBoard(told);
    // while rows of the map are on their way, the cursor waits for them
    if (!this.held && event.lastEventId) this.cursor = event.lastEventId;
  }

  #takeBoard(told) {
    if (isWithin(told.cursor, this.boardCursor)) return;
    this.boardCursor = told.cursor;
    this.takeBoard(told, {});
  }

  #since() {
    return `/api/map?since=${encodeURIComponent(this.cursor)}`;
  }

  #heard() {
    this.heard = this.clock.now();
    this.attempt = 0;
    this.#listenFor(SILENCE_MS);
    if (this.state !== 'live') this.#say('live');
  }

  #listenFor(ms) {
    this.timers.clear(this.watchdog);
    this.watchdog = this.timers.set(() => this.#failed({}), ms);
  }

  #failed(problem) {
    this.#close();
    if (problem?.status === 401) this.#end();
    else this.#retryLater(problem);
  }

  #retryLater(problem) {
    this.timers.clear(this.retry);
    const pause = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempt++);
    if (!this.online()) this.#say('offline');
    else this.#say(problem?.status === NOT_READY ? 'away' : 'reconnecting');
    // between half and all of the pause, so that a thousand clients do not return together
    this.retry = this.timers.set(() => this.#reconnect(), pause * (0.5 + this.random() / 2));
  }

  // EventSource does not tell why it was refused, so a retry asks the map first: that says
  // "signed out" when that is the reason, and it catches up.
  #reconnect() {
    this.timers.clear(this.retry);
    return this.#try(() => this.#fetch(this.cursor === null ? '/api/map' : this.#since()));
  }

  #close() {
    this.timers.clear(this.watchdog);
    this.source?.close();
    this.source = null;
    this.boardTurn = null;
    this.boardHeld = null;
  }

  #end() {
    this.#close();
    this.#say('signed_out');
  }

  #say(state) {
    this.state = state;
    this.report({ state, heard: this.heard ?? null, ahead: this.clock.ahead });
  }
}
