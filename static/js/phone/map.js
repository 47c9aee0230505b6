// A small map of one place and of where this phone is: asked for by a tap, because it is large.
import * as L from 'leaflet';
import { Basemap } from '../map/basemap.js';
import { el } from '../core/dom.js';
import { _ } from '../words/language.js';

const STYLES = ['../../vendor/leaflet/leaflet.css', '../../css/vars.css'];
/** Towns and borders are in sight; there are no roads to look at closer. */
const ZOOM = 11;

function style(name) {
  const href = new URL(name, import.meta.url).href;
  const known = document.querySelector(`link[href="${href}"]`);
  if (known) return Promise.resolve();
  return new Promise((done) => {
    document.head.prepend(el('link', { rel: 'stylesheet', href, onload: done, onerror: done }));
  });
}

function showSelf(map) {
  let circle = null;
  const watch = navigator.geolocation?.watchPosition(({ coords }) => {
    if (!map.getContainer().isConnected) {
      navigator.geolocation.clearWatch(watch); // the page was replaced
      return;
    }
    circle?.remove();
    const at = [coords.latitude, coords.longitude];
    circle = L.layerGroup([
      L.circle(at, { radius: coords.accuracy, weight: 1, className: 'self-accuracy' }),
      L.circleMarker(at, { radius: 6, className: 'self' }).bindTooltip(_('This phone')),
    ]).addTo(map);
  }, () => {}, { enableHighAccuracy: true, maximumAge: 10_000 });
}

/** @param {HTMLElement} box empty; @param {{lat, lon, settings}} place with the page's map settings */
export async function showMap(box, { lat, lon, settings }) {
  await Promise.all(STYLES.map(style));
  box.hidden = false;
  const ground = el('div', { class: 'map-ground' });
  const credits = el('p', { class: 'quietly' });
  box.replaceChildren(ground, credits);
  const map = L.map(ground, { attributionControl: false, fadeAnimation: false }).setView([lat, lon], ZOOM);
  const icon = L.divIcon({ className: 'map-place', iconSize: [24, 24], html: el('b', {}, '◆') });
  L.marker([lat, lon], { icon, alt: _('The place') }).addTo(map);
  showSelf(map);
  await new Basemap(map, settings, credits).start();
}
