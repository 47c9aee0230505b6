// A place for people: what only a browser with a script can do. Where this device is goes into the
// field as coordinates and no farther than the form does.
import { $ } from './core/dom.js';

const WAIT_MS = 20_000;
const TYPE_IT = 'This browser does not say where it is. Type a place.';

const print = $('#print');
if (print) {
  print.hidden = false;
  print.addEventListener('click', () => window.print());
}

const here = $('#place-here');
if (here && navigator.geolocation) {
  here.hidden = false;
  here.addEventListener('click', () => {
    here.textContent = 'Finding where you are';
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      $('#place').value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
      here.textContent = 'Where I am now';
    }, () => {
      here.textContent = TYPE_IT;
    }, { enableHighAccuracy: true, maximumAge: 60_000, timeout: WAIT_MS });
  });
}
