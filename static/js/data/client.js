// The page's side of the worker: questions are promises, news are events.
import { Emitter } from '../core/emitter.js';
import { BoardStore } from './board-store.js';

/**
 * Events: `connection` {state, heard, ahead}, `refreshed` {counts, items, changed, total, shown,
 * unplaced} after any change, `dispatch` {types, incidents, assignments, areas, changed} (Maps of
 * rows by id; `changed` the ids, null: anything; `coverRules` when a minimum was changed), `broken`
 * {message} when the thread dies. `connection` and `dispatch` keep the last.
 */
export class Client extends Emitter {
  constructor(worker) {
    super();
    this.worker = worker;
    this.waiting = new Map();
    this.number = 0;
    this.connection = { state: 'connecting', heard: null, ahead: 0 };
    this.dispatch = new BoardStore();
    worker.addEventListener('message', ({ data }) => this.#hear(data));
    worker.addEventListener('error', (event) => this.emit('broken', { message: event.message }));
  }

  configure(catalog) { return this.#ask('configure', catalog); }

  narrow(filter, ids) { return this.#ask('narrow', filter, ids); }

  look(view) { return this.#ask('look', view); }

  list(query) { return this.#ask('list', query); }

  locate(id) { return this.#ask('locate', id); }

  open(cluster) { return this.#ask('open', cluster); }

  /** Try the line now; `mark` when the person logged in again. */
  retry(mark) { return this.#ask('retry', mark); }

  /** Epoch seconds by the server's clock. */
  now() { return Date.now() / 1000 + this.connection.ahead; }

  #ask(name, ...args) {
    const number = ++this.number;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, name, args });
    });
  }

  // The worker passes on what came; the rows that did not change stay the same objects here.
  #board({ answer, options, over }) {
    const { dispatch: board } = this;
    const changed = over === undefined ? board.take(answer, options) : board.expire(over);
    const { types, incidents, assignments, areas } = board;
    const coverRules = Boolean(answer?.cover_rules);
    this.emit('dispatch', { types, incidents, assignments, areas, changed, coverRules });
  }

  #hear({ event, data, number, result, problem }) {
    if (event === 'connection') this.connection = data;
    if (event === 'dispatch') this.#board(data);
    else if (event) this.emit(event, data);
    if (event) return;
    const { resolve, reject } = this.waiting.get(number);
    this.waiting.delete(number);
    if (problem === undefined) resolve(result);
    else reject(new Error(problem));
  }
}
