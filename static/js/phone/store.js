// Where the outbox lives: IndexedDB, one database for each account, so that nobody's queue is ever
// opened by another. A browser that keeps nothing (private windows, a full or broken disk) gets a
// store in memory, and the page says so.
const NAME = 'meris-phone-';
const VERSION = 1;
const TABLES = ['reports', 'fixes'];
/** A browser that neither opens nor refuses must not hold up a tap for ever. */
const PATIENCE_MS = 3000;

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

class Table {
  constructor(db, name) {
    Object.assign(this, { db, name });
  }

  /** Resolves when it is on the disk and not merely asked for. */
  #write(work) {
    return new Promise((resolve, reject) => {
      const transaction = this.db.transaction(this.name, 'readwrite', { durability: 'strict' });
      const request = work(transaction.objectStore(this.name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error ?? request?.error);
    });
  }

  all() {
    return done(this.db.transaction(this.name).objectStore(this.name).getAll());
  }

  add(row) {
    return this.#write((table) => table.add(row));
  }

  put(row) {
    return this.#write((table) => table.put(row));
  }

  remove(seq) {
    return this.#write((table) => table.delete(seq));
  }

  removeUpTo(seq) {
    return this.#write((table) => table.delete(IDBKeyRange.upperBound(seq)));
  }
}

/** The same in memory, for as long as the page is open. */
export class MemoryTable {
  #rows = new Map();
  // far above those of a disk that filled up half-way
  #last = 1e9;

  async all() {
    return [...this.#rows.values()];
  }

  async add(row) {
    this.#last += 1;
    this.#rows.set(this.#last, { ...row, seq: this.#last });
    return this.#last;
  }

  async put(row) {
    this.#rows.set(row.seq, row);
  }

  async remove(seq) {
    this.#rows.delete(seq);
  }

  async removeUpTo(seq) {
    for (const known of this.#rows.keys()) if (known <= seq) this.#rows.delete(known);
  }
}

/** A table on the disk that goes on in memory where the disk takes no more. */
export class CarefulTable {
  constructor(table, told) {
    Object.assign(this, { table, told, spare: new MemoryTable() });
  }

  async all() {
    const kept = await this.table.all().catch((problem) => {
      this.told(problem);
      return [];
    });
    return [...kept, ...await this.spare.all()];
  }

  async add(row) {
    try {
      return await this.table.add(row);
    } catch (problem) {
      this.told(problem);
      return this.spare.add(row);
    }
  }

  /** What cannot be written over is still on the disk as it was; the newer one must not be a second. */
  async put(row) {
    await this.#home(row.seq).put(row).catch(this.told);
  }

  async remove(seq) {
    await this.#home(seq).remove(seq).catch(this.told);
  }

  async removeUpTo(seq) {
    await this.table.removeUpTo(seq).catch(this.told);
    await this.spare.removeUpTo(seq);
  }

  #home(seq) {
    return seq > 1e9 ? this.spare : this.table;
  }
}

function upgrade(db) {
  for (const name of TABLES) db.createObjectStore(name, { keyPath: 'seq', autoIncrement: true });
}

function opened(account) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME + account, VERSION);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(() => reject(new Error('IndexedDB does not answer')), PATIENCE_MS);
  });
}

/**
 * The store of an account. @param {function} told is called with the problem when nothing can be kept
 * @returns {Promise<{reports, fixes, isKept: boolean, close: function}>}
 */
export async function openStore(account, told = () => {}) {
  try {
    const db = await opened(account);
    db.onversionchange = () => db.close(); // another tab logs out
    const [reports, fixes] = TABLES.map((name) => new CarefulTable(new Table(db, name), told));
    return { reports, fixes, isKept: true, close: () => db.close() };
  } catch (problem) {
    told(problem);
    return { reports: new MemoryTable(), fixes: new MemoryTable(), isKept: false, close: () => {} };
  }
}

/** Delete what an account has kept on this phone. */
export function eraseStore(account) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME + account);
    request.onsuccess = resolve;
    request.onerror = resolve;
    request.onblocked = resolve; // it goes when the other tab has let go
  });
}
