// Where the pointer is, in the two notations people read to each other, and how long a mile is.
import * as L from 'leaflet';
import { forward } from 'mgrs';
import { units } from '../words/distance.js';
import { decimal, gridDigits, usng, wrapped } from '../words/position.js';

export class Readout {
  /** @param {HTMLElement} element with [data-degrees] and [data-grid] in it */
  constructor(element, stage) {
    this.element = element;
    this.stage = stage;
    this.degrees = element.querySelector('[data-degrees]');
    this.grid = element.querySelector('[data-grid]');
    const inMiles = units().unit === 'mi';
    L.control.scale({ position: 'bottomleft', maxWidth: 120, imperial: inMiles, metric: !inMiles }).addTo(stage.map);
    stage.on('pointed', (position) => this.show(position ?? stage.view.center));
    stage.on('moved', ({ center }) => this.show(center));
    this.show(stage.view.center);
  }

  show({ lat, lon }) {
    const position = { lat, lon: wrapped(lon) };
    this.degrees.textContent = decimal(position);
    this.grid.textContent = usng(position, forward, gridDigits(this.stage.view.zoom));
  }
}
