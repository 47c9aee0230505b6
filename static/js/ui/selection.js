// The one resource in hand: ringed on the map, marked in the list, open in the panel, in the
// address bar. Back lets go of it.
export class Selection {
  constructor(parts) {
    Object.assign(this, parts);
    this.address.on('moved', ({ selected }) => this.#show(selected));
  }

  get id() {
    return this.address.state.selected;
  }

  /** What the address bar says when the page opens. */
  start() {
    if (this.id) this.#show(this.id, { reveal: true });
  }

  /** Take one in hand. `focus` moves the focus to the panel, `reveal` pans to the symbol. */
  set(id, options = {}) {
    if (id === this.id) {
      this.#show(id, options);
      return;
    }
    this.opener = document.activeElement;
    this.address.set({ selected: id }, { push: !this.id });
    this.#show(id, options);
  }

  /** Let go; the focus returns to where it was. */
  close() {
    if (!this.id) return;
    if (this.address.pushed) history.back();
    else {
      this.address.set({ selected: null });
      this.#show(null);
    }
    if (this.opener?.isConnected) this.opener.focus();
  }

  /** Some resources changed (null: anything may have). */
  async refresh(changed) {
    if (!this.id) return;
    this.#mark(await this.client.locate(this.id));
    if (changed === null || changed.includes(this.id)) this.detail.refresh();
  }

  async #show(id, { focus = false, reveal = false } = {}) {
    this.list.select(id);
    if (!id) {
      this.detail.hide();
      this.#mark(null);
      return;
    }
    this.panels.turnTo('map');
    this.detail.show(id, { focus });
    const item = await this.client.locate(id);
    if (this.id !== id) return;
    this.#mark(item);
    if (reveal && item && item.lat !== null) this.stage.reveal(item, this.panels.phone ? 0 : this.detail.root.offsetWidth);
  }

  #mark(item) {
    this.markers.select(item);
  }
}
