// What can be begun at a point of the map: the menu of a right click or a long press.
import { Emitter } from '../core/emitter.js';
import { button, el } from '../core/dom.js';
import { decimal } from '../words/position.js';

/** Event: `incident` {lat, lon}. */
export class MapMenu extends Emitter {
  constructor(box, stage) {
    super();
    this.box = box;
    this.root = el('div', { class: 'together map-menu', role: 'dialog', 'aria-label': 'Here', hidden: true });
    box.append(this.root);
    stage.on('clicked', () => this.hide()).on('moved', () => this.hide());
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.hide();
      stage.map.getContainer().focus();
    });
  }

  hide() {
    this.root.hidden = true;
  }

  /** @param {{lat, lon, x, y}} point x and y in pixels of the map */
  show({ lat, lon, x, y }) {
    const position = { lat: Number(lat.toFixed(5)), lon: Number(lon.toFixed(5)) };
    this.root.replaceChildren(el('h2', {}, decimal(position)),
      button('', () => {
        this.hide();
        this.emit('incident', position);
      }, 'New incident here'));
    this.root.hidden = false;
    const { clientWidth: width, clientHeight: height } = this.box;
    this.root.style.left = `${Math.max(8, Math.min(width - this.root.offsetWidth - 8, x))}px`;
    this.root.style.top = `${Math.max(8, Math.min(height - this.root.offsetHeight - 8, y))}px`;
    this.root.querySelector('button').focus();
  }
}
