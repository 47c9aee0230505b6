// Where the rows would land if a proposed repair of their places were taken. The proposal that a
// person points at, or moves to with the keyboard, is the one shown.
import { $ } from '../core/dom.js';
import { SmallMap } from './small-map.js';

const pointsOf = (proposal) => proposal.points.map(([row, lat, lon]) => ({ row, lat, lon, fate: 'changed', approximate: false }));

export class ProposalsMap {
  constructor(box, settings) {
    this.small = new SmallMap(box, settings);
    this.note = $('[data-note]', box);
    for (const event of ['pointerover', 'focusin']) {
      document.addEventListener(event, ({ target }) => {
        const id = target.closest?.('[data-proposal]')?.dataset.proposal;
        if (id !== undefined && id !== this.shown) this.#show(id);
      });
    }
    this.refresh();
  }

  /** The proposals may be others now; the best one is shown first. */
  refresh() {
    this.proposals = JSON.parse($('#proposals-data').textContent);
    const best = this.proposals.find((one) => one.best) ?? this.proposals[0];
    if (best) this.#show(best.id);
  }

  #show(id) {
    const proposal = this.proposals.find((one) => one.id === id);
    if (!proposal) return;
    this.shown = id;
    for (const item of document.querySelectorAll('[data-proposal]')) {
      item.toggleAttribute('data-shown', item.dataset.proposal === id);
    }
    this.small.show(pointsOf(proposal));
    this.small.fit();
    const [shown, of] = [proposal.points.length, proposal.rows].map((n) => n.toLocaleString('en-US'));
    this.note.textContent = `${shown} of ${of} rows, as “${proposal.title}” would place them`;
  }
}
