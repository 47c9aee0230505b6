// Events go up, data goes down: everything visible extends this and knows nobody above it.
export class Emitter {
  #handlers = new Map();

  /** Call `handle(data)` whenever `name` happens. */
  on(name, handle) {
    if (!this.#handlers.has(name)) this.#handlers.set(name, []);
    this.#handlers.get(name).push(handle);
    return this;
  }

  emit(name, data) {
    for (const handle of this.#handlers.get(name) ?? []) handle(data);
  }
}
