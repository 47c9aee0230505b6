// The one resource in hand: ringed on the map, marked in the list, open in the panel, in the
// address bar. Back lets go of it.
import { Emitter } from '../core/emitter.js';
import { giveBack } from '../core/focus.js';

/** Events: `shown` the item on the map (null: not there), again with every change; `dropped`. */
export class Selection extends Emitter {
  constructor(parts) {
    super();
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
    this.fromList = this.list.root.contains(this.opener);
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
    // a row of the list may have been drawn anew; whoever came by a link has no place to return to
    giveBack(this.opener, this.fromList ? this.list.row : null, this.stage.map.getContainer());
  }

  /** Let go without a word to the address: something else takes the panel. */
  drop() {
    this.list.select(null);
    this.detail.hide();
    this.#mark(null);
    this.emit('dropped');
  }

  /** Some resources changed (null: anything may have). */
  async refresh(changed) {
    if (!this.id) return;
    const item = await this.client.locate(this.id);
    this.#mark(item);
    if (this.sought === this.id) this.#reveal(item); // the page was faster than the snapshot
    if (changed === null || changed.includes(this.id)) this.detail.refresh();
  }

  async #show(id, { focus = false, reveal = false } = {}) {
    this.list.select(id);
    if (!id) {
      this.drop();
      return;
    }
    this.panels.turnTo('map');
    const [found] = await Promise.all([this.client.locate(id), this.detail.show(id, { focus })]);
    // the snapshot may have come while the panel was being filled
    const item = found ?? await this.client.locate(id);
    if (this.id !== id) return;
    this.#mark(item);
    if (reveal || this.panels.phone) this.#reveal(item);
  }

  #reveal(item) {
    this.sought = item ? null : this.id;
    if (item && item.lat !== null) this.stage.reveal(item, this.covered);
  }

  /** How much of the map the panel covers: its right side, on a phone its lower part. */
  get covered() {
    const { offsetWidth, offsetHeight } = this.detail.root;
    return this.panels.phone ? { bottom: offsetHeight } : { right: offsetWidth };
  }

  #mark(item) {
    this.markers.select(item);
    this.detail.moved(item);
    this.emit('shown', item);
  }
}
