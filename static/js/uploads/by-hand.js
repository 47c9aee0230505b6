// Adding one resource: a press on the map writes its position, and what is typed shows on the map.
import { $ } from '../core/dom.js';
import { SmallMap } from './small-map.js';
import { decimal } from '../words/position.js';

const CLOSE = 13;
const DEGREES = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;

const small = new SmallMap($('#place-map'), JSON.parse($('#settings').textContent));
const input = $('#coordinates');
const note = $('#place-map [data-note]');

/** Plain degrees only; what else was typed is for the server to read. */
function typed() {
  const [, lat, lon] = DEGREES.exec(input.value) ?? [];
  return lat === undefined ? null : { lat: Number(lat), lon: Number(lon) };
}

function show(place) {
  small.show(place ? [{ row: 1, fate: 'new', approximate: false, ...place }] : []);
  note.textContent = place ? `Placed at ${decimal(place)}` : 'Press the place on the map';
}

small.map.on('click', ({ latlng: { lat, lng } }) => {
  const place = { lat, lon: lng };
  input.value = decimal(place);
  show(place);
});
input.addEventListener('input', () => show(typed()));

const place = typed();
show(place);
if (place) small.map.setView([place.lat, place.lon], CLOSE, { animate: false });
