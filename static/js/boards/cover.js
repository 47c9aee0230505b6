// Where fewer units stand ready than must: always in sight, with a way to who is missing.
import { el } from '../core/dom.js';
import { shareInWords } from '../words/kinds.js';
import { plural } from '../words/numbers.js';

const MOST = { desk: 12, wall: 8 };

/** Units of the kinds that are missing there: who they are, and what they are doing instead. */
export function lookFor({ counties, unit_types: types }) {
  const params = new URLSearchParams({ county: counties.join(','), type: types.join(',') });
  return `/board/units#${params.toString().replaceAll('%2C', ',')}`;
}

export class Cover {
  constructor(root, { titleOf, wall }) {
    Object.assign(this, { root, titleOf, most: wall ? MOST.wall : MOST.desk, wall });
    this.expanded = false;
  }

  show(holes) {
    const signature = JSON.stringify([holes, this.expanded]);
    if (this.signature === signature) return;
    this.signature = signature;
    this.holes = holes;
    this.root.dataset.holes = String(holes.length);
    this.root.replaceChildren(...(holes.length ? this.#holes(holes) : [el('p', {}, 'Minimum cover holds everywhere.')]));
  }

  #holes(holes) {
    const shown = this.expanded ? holes : holes.slice(0, this.most);
    const rest = holes.length - shown.length;
    return [
      el('h2', {}, `${plural(holes.length, 'hole')} in cover`),
      el('ul', {}, shown.map((hole) => this.#hole(hole)), rest > 0 || this.expanded ? this.#more(rest) : null),
    ];
  }

  #hole(hole) {
    const share = { have: hole.available, count: hole.minimum, unit_types: hole.unit_types };
    const words = [el('b', {}, hole.where), ` ${shareInWords(share, this.titleOf)}`];
    const inside = this.wall ? el('span', { class: 'hole' }, words)
      : el('a', { class: 'hole', href: lookFor(hole), title: `${hole.text}. Show these units and what they are doing` }, words);
    return el('li', {}, inside);
  }

  #more(rest) {
    if (this.wall) return el('li', {}, `and ${rest} more`);
    return el('li', {}, el('button', { type: 'button', class: 'button small quiet', onclick: () => {
      this.expanded = !this.expanded;
      this.show(this.holes);
      this.root.querySelector('li:last-child button')?.focus();
    } }, this.expanded ? 'Show fewer' : `and ${rest} more`));
  }
}
