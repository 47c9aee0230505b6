// Symbols on the map for the keyboard: Tab enters a group of them once, the arrow keys walk to the
// nearest one in their direction, Enter opens it.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** What lies aside of the direction counts as so much farther away. */
const ASIDE = 2.5;

export class Walk {
  /**
   * @param {L.Map} map; @param {HTMLElement} pane of the markers
   * @param {{label: string, entries: function(): Iterable<{marker}>, activate: function(entry)}} group
   */
  constructor(map, pane, { label, entries, activate }) {
    Object.assign(this, { map, entries, activate });
    pane.setAttribute('role', 'group');
    pane.setAttribute('aria-label', label);
    pane.addEventListener('keydown', (event) => this.#key(event));
  }

  /** After drawing: exactly one of them, and the same as before where it can be, takes the Tab. */
  keepOneTabStop() {
    const elements = [...this.entries()].map(({ marker }) => marker.getElement());
    if (elements.length && !elements.some((element) => element.tabIndex === 0)) elements[0].tabIndex = 0;
  }

  #key(event) {
    const here = [...this.entries()].find(({ marker }) => marker.getElement() === event.target);
    if (!here) return;
    const direction = ARROWS[event.key];
    if (direction) this.#walk(here, direction);
    else if (event.key === 'Enter' || event.key === ' ') this.activate(here);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #walk(here, direction) {
    const next = this.#nearest(here, direction);
    if (!next) return;
    here.marker.getElement().tabIndex = -1;
    const element = next.marker.getElement();
    element.tabIndex = 0;
    element.focus({ preventScroll: true });
  }

  #nearest(here, [dx, dy]) {
    const at = ({ marker }) => this.map.latLngToContainerPoint(marker.getLatLng());
    const from = at(here);
    let best = null;
    for (const known of this.entries()) {
      const { x, y } = at(known).subtract(from);
      const ahead = x * dx + y * dy;
      if (ahead < 1 || !this.map.getSize().contains(at(known))) continue;
      const far = ahead + ASIDE * Math.abs(x * dy - y * dx);
      if (!best || far < best.far) best = { known, far };
    }
    return best?.known;
  }
}
