// Where fewer units stand ready than must: always in sight, with a way to who is missing.
import { button, el } from '../core/dom.js';
import { shareInWords } from '../words/kinds.js';
import { plural } from '../words/numbers.js';

/** Units of the kinds that are missing there: who they are, and what they are doing instead. */
export function lookFor({ counties, unit_types: types }) {
  const params = new URLSearchParams({ county: counties.join(','), type: types.join(',') });
  return `/board/units#${params.toString().replaceAll('%2C', ',')}`;
}

/** One line of holes, however many there are: the table below must not move when a third one opens. */
export class Cover {
  constructor(root, { titleOf, wall }) {
    Object.assign(this, { root, titleOf, wall, expanded: false, list: null });
    this.more = wall ? el('p', { class: 'more' }) : button('button small quiet more', () => this.#turn());
    new ResizeObserver(() => this.#fit()).observe(root);
  }

  /** @param {{holes: object[], rules: number}} answer of /api/cover */
  show({ holes, rules }) {
    const signature = JSON.stringify([holes, rules]);
    if (this.signature === signature) return;
    this.signature = signature;
    this.root.dataset.holes = String(holes.length);
    this.list = holes.length ? el('ul', {}, holes.map((hole) => this.#hole(hole))) : null;
    const none = rules ? 'Minimum cover holds everywhere.'
      : 'No minimum cover is set: nothing is watched for too few units.';
    this.root.replaceChildren(...(this.list ? [el('h2', {}, `${plural(holes.length, 'hole')} in cover`), this.list, this.more]
      : [el('p', {}, none)]));
    this.#fit();
  }

  #hole(hole) {
    const share = { have: hole.available, count: hole.minimum, unit_types: hole.unit_types };
    const words = [el('b', {}, hole.where), ` ${shareInWords(share, this.titleOf)}`];
    const inside = this.wall ? el('span', { class: 'hole' }, words)
      : el('a', { class: 'hole', href: lookFor(hole), title: `${hole.text}. Show these units and what they are doing` }, words);
    return el('li', {}, inside);
  }

  #turn() {
    this.expanded = !this.expanded;
    this.#fit();
  }

  // What has no room on the line is behind the button, with its number.
  #fit() {
    if (!this.list) return;
    const items = [...this.list.children];
    for (const item of items) item.hidden = false;
    this.root.classList.toggle('expanded', this.expanded);
    this.#tell(items.length);
    const rest = this.expanded ? [] : items.filter(({ offsetTop }) => offsetTop > items[0].offsetTop);
    for (const item of rest) item.hidden = true;
    this.#tell(rest.length);
  }

  #tell(rest) {
    this.more.hidden = !rest && !this.expanded;
    this.more.textContent = this.expanded ? 'Show fewer' : `and ${rest} more`;
  }
}
