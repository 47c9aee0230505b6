// What the buttons do that have to do with places: what is near here, a small map, a text to copy.
import { $ } from '../core/dom.js';
import { _ } from '../words/language.js';
import { pageOf } from './asking.js';

const OPTIONS = { enableHighAccuracy: true, maximumAge: 60_000, timeout: 20_000 };
const DENIED = 1;

const position = () => new Promise((resolve, reject) => {
  if (!navigator.geolocation) reject(new Error(_('This browser does not know where it is. Type a place.')));
  else {
    navigator.geolocation.getCurrentPosition(resolve, ({ code }) => {
      reject(new Error(code === DENIED ? _('This browser may not read the position. Allow it in its settings, or type a place.')
        : _('The phone does not know where it is just now. Type a place.')));
    }, OPTIONS);
  }
});

/** Fill in where this phone is. Rejects with words. */
export async function fillIn(form) {
  const { coords } = await position();
  $('[name=lat]', form).value = coords.latitude.toFixed(5);
  $('[name=lon]', form).value = coords.longitude.toFixed(5);
}

/** Ask by a form what is near; the answer is a page. Resolves as `pageOf`. */
export function near(form) {
  return pageOf(form.getAttribute('action'), { method: 'POST', body: new FormData(form) });
}

/** Open or close the map of a place. */
export async function toggleMap({ id }) {
  const button = $(`#${id}`); // the page may have been renewed since the tap
  if (!button) return;
  const box = $(`#${button.getAttribute('aria-controls')}`);
  const isOpen = button.getAttribute('aria-expanded') === 'true';
  button.setAttribute('aria-expanded', String(!isOpen));
  button.textContent = isOpen ? _('Show map') : _('Hide map');
  if (isOpen) {
    box.hidden = true;
    box.replaceChildren();
    return;
  }
  const { lat, lon, settings } = button.dataset;
  const { showMap } = await import('./map.js');
  await showMap(box, { lat: Number(lat), lon: Number(lon), settings: JSON.parse(settings) });
}

/** Copy a text, and say so on the button. */
export async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.textContent;
  button.textContent = _('Copied');
  setTimeout(() => { button.textContent = words; }, 2000);
}

/** Leave those of the choices whose words begin with what is typed. */
export function choose(input) {
  const typed = input.value.trim().toLowerCase().split(/\s+/);
  for (const choice of document.querySelectorAll('#unit-choices li')) {
    const words = choice.dataset.words.toLowerCase().split(/\s+/);
    choice.hidden = !typed.every((part) => words.some((word) => word.startsWith(part)));
  }
}

/** How many are counted in all, in words; unknown as long as the general count is. */
export function total(form) {
  const number = (name) => (form.elements[name]?.value.trim() ? Number(form.elements[name].value) : NaN);
  const known = ['general', 'medical_needs', 'other'].map(number).filter((count) => !Number.isNaN(count));
  if (!known.length) return _('not counted');
  const sum = known.reduce((all, count) => all + count, 0);
  return Number.isNaN(number('general')) ? _('unknown') : String(sum);
}
