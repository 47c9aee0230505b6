// Takes over a newer page: the server draws, we put it in place. What a person has typed, opened or
// holds the focus on stays as it was.
import { $ } from '../core/dom.js';

const REGIONS = ['#bar-state', '#content'];
const INPUTS = 'input:not([type=hidden]), textarea, select';

const nameOf = (input) => `${input.closest('form')?.dataset.report ?? ''} ${input.id} ${input.name}`;

function isTouched(input) {
  if (input.closest('form')?.dataset.taken) return false; // it was said; the next page knows it
  if (input.type === 'radio' || input.type === 'checkbox') return input.checked !== input.defaultChecked;
  if (input.localName === 'select') return [...input.options].some((option) => option.selected !== option.defaultSelected);
  return input.value !== input.defaultValue;
}

/** Whether somebody has typed what would be lost by loading the page anew. */
export function isTyping() {
  return [...document.querySelectorAll(INPUTS)].some(isTouched);
}

function inHand() {
  const typed = [...document.querySelectorAll(INPUTS)].filter(isTouched)
    .map((input) => ({ name: nameOf(input), value: input.value, checked: input.checked }));
  const opened = new Map([...document.querySelectorAll('details[id]')].map(({ id, open }) => [id, open]));
  const active = document.activeElement;
  const focus = active && active !== document.body && { id: active.id, name: nameOf(active), text: active.textContent };
  return { typed, opened, focus };
}

function putBack({ typed, opened, focus }) {
  for (const details of document.querySelectorAll('details[id]')) {
    if (opened.has(details.id)) details.open = opened.get(details.id);
  }
  const inputs = [...document.querySelectorAll(INPUTS)];
  for (const { name, value, checked } of typed) {
    for (const input of inputs.filter((one) => nameOf(one) === name)) {
      if (input.type === 'radio' || input.type === 'checkbox') input.checked = input.value === value ? checked : input.checked;
      else input.value = value;
    }
  }
  if (focus) refocus(focus, inputs);
}

function refocus({ id, name, text }, inputs) {
  const byId = id && document.getElementById(id);
  const byName = inputs.find((input) => nameOf(input) === name && input.name);
  const buttons = [...document.querySelectorAll('#content button, #content a')];
  (byId || byName || buttons.find((button) => button.textContent === text))?.focus({ preventScroll: true });
}

/** The map that was opened stays, as long as it shows the same place. */
function openMap() {
  const button = $('#map-show');
  return button?.getAttribute('aria-expanded') === 'true' ? { button, box: $('#map-here') } : null;
}

function keepMap({ button, box }) {
  const fresh = $('#map-show');
  if (!fresh || fresh.dataset.lat !== button.dataset.lat || fresh.dataset.lon !== button.dataset.lon) return;
  fresh.setAttribute('aria-expanded', 'true');
  fresh.textContent = button.textContent;
  $('#map-here').replaceWith(box);
}

/** Show `page` instead of what is here. @param {Document} page of the same account */
export function take(page) {
  const hand = inHand();
  const map = openMap();
  const at = scrollY;
  for (const region of REGIONS) {
    const fresh = $(region, page);
    if (fresh) $(region)?.replaceWith(document.importNode(fresh, true));
  }
  for (const name of Object.keys(document.body.dataset)) delete document.body.dataset[name];
  Object.assign(document.body.dataset, { ...page.body.dataset });
  const token = $('meta[name="csrf-token"]', page)?.content;
  if (token) $('meta[name="csrf-token"]').content = token;
  document.title = page.title;
  if (map) keepMap(map);
  putBack(hand);
  scrollTo(0, at);
}
