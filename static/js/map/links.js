// From the incident in hand to each of its units: a solid line to who was sent, a dashed one to
// who is only reserved.
import * as L from 'leaflet';

const PANE = 'links';

export class Links {
  /** @param {function(number): Promise<?{lat, lon}>} locate where a unit is now */
  constructor(map, locate) {
    Object.assign(this, { map, locate });
    map.createPane(PANE).style.zIndex = 450;
    this.layer = L.layerGroup().addTo(map);
  }

  /** @param {?{lat, lon}} incident null takes them away; @param {object[]} assignments of it */
  async show(incident, assignments) {
    const turn = {};
    this.turn = turn;
    const drawn = incident && incident.lat !== null ? assignments : [];
    const places = await Promise.all(drawn.map(({ unit }) => this.locate(unit)));
    if (this.turn !== turn) return; // a newer one overtook it
    this.layer.clearLayers();
    drawn.forEach(({ status, unit }, i) => {
      const { lat, lon } = places[i] ?? {};
      if (typeof lat !== 'number') return;
      const held = status === 'reserved' ? ' held' : '';
      L.polyline([[incident.lat, incident.lon], [lat, lon]], {
        pane: PANE, className: `link ${status}${held}`, interactive: false, unit,
      }).addTo(this.layer);
    });
  }
}
