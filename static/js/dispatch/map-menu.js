// What can be begun at a point of the map: the menu of a right click or a long press.
import { Emitter } from '../core/emitter.js';
import { formToken } from '../core/api.js';
import { button, el } from '../core/dom.js';
import { decimal } from '../words/position.js';

/** Event: `incident` {lat, lon}. */
export class MapMenu extends Emitter {
  /** @param {boolean} opens whether this person opens incidents */
  constructor(box, stage, opens) {
    super();
    Object.assign(this, { box, opens });
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
    this.root.replaceChildren(el('h2', {}, decimal(position)), ...this.opens ? [this.#incident(position)] : [],
      this.#place(position));
    this.root.hidden = false;
    const { clientWidth: width, clientHeight: height } = this.box;
    this.root.style.left = `${Math.max(8, Math.min(width - this.root.offsetWidth - 8, x))}px`;
    this.root.style.top = `${Math.max(8, Math.min(height - this.root.offsetHeight - 8, y))}px`;
    this.root.querySelector('button').focus();
  }

  #incident(position) {
    return button('', () => {
      this.hide();
      this.emit('incident', position);
    }, 'New incident here');
  }

  // Posted: where people in need are stands in no address.
  #place({ lat, lon }) {
    const hidden = { csrf_token: formToken(), latitude: lat, longitude: lon, begin: '1' };
    return el('form', { method: 'post', action: '/place' },
      Object.entries(hidden).map(([name, value]) => el('input', { type: 'hidden', name, value: String(value) })),
      el('button', { type: 'submit' }, 'Find a place for people here'));
  }
}
