// The rows of the list on a map: the same filter, and a click on a mark turns the list to its row.
import { $, framed } from '../core/dom.js';
import { SmallMap } from './small-map.js';

const number = (count) => count.toLocaleString('en-US');

function pointsOf({ row, fate, lat, lon, approximate }) {
  return row.map((_, i) => ({ row: row[i], fate: fate[i], lat: lat[i], lon: lon[i], approximate: approximate[i] }));
}

export class RowsMap {
  constructor(box, settings, listing) {
    Object.assign(this, { box, settings, listing });
    this.small = new SmallMap(box, settings);
    this.note = $('[data-note]', box);
    const { map, layer } = this.small;
    map.on('click', ({ containerPoint }) => this.#open(layer.at(containerPoint)));
    map.on('mousemove', framed(({ containerPoint }) => this.#point(layer.at(containerPoint))));
    document.addEventListener('pointerover', ({ target }) => this.#choose(target));
    document.addEventListener('focusin', ({ target }) => this.#choose(target));
    this.refresh();
  }

  /** What is listed may be other rows now, or the same rows with another fate. */
  async refresh() {
    const { checked } = $('#changes').dataset;
    const checkedAnew = checked !== this.checked;
    if (checkedAnew) await this.#load(checked);
    this.#show();
    if (checkedAnew) this.small.fit();
  }

  async #load(checked) {
    this.checked = checked;
    const response = await fetch(`${this.box.dataset.points}`);
    if (!response.ok) {
      this.note.textContent = 'The places cannot be read just now.';
      this.all = [];
      return;
    }
    const columns = await response.json();
    this.all = pointsOf(columns);
    this.of = columns.of;
  }

  #show() {
    const { fates } = $('#changes').dataset;
    const shown = fates ? this.all.filter(({ fate }) => fates.split(' ').includes(fate)) : this.all;
    this.small.show(shown);
    this.note.textContent = this.of > this.all.length
      ? `${number(shown.length)} shown, of the first ${number(this.all.length)} of ${number(this.of)} places`
      : `${number(shown.length)} ${shown.length === 1 ? 'place' : 'places'}`;
  }

  #choose(target) {
    const row = target.closest?.('#changes tr[data-row]')?.dataset.row;
    if (row !== undefined) this.small.layer.choose(Number(row));
  }

  #point(point) {
    const { map } = this.small;
    map.getContainer().style.cursor = point ? 'pointer' : '';
    map.getContainer().title = point ? `Row ${point.row}: ${this.settings.fates[point.fate].title.toLowerCase()}` : '';
  }

  async #open(point) {
    if (!point) return;
    this.small.layer.choose(point.row);
    if (!document.getElementById(`row-${point.row}`)) {
      await this.listing.turn(`${location.pathname}?show=${point.fate}&after=${point.row - 1}`);
    }
    const row = document.getElementById(`row-${point.row}`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.focus({ preventScroll: true });
  }
}
