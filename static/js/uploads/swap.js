// Takes over what the server drew: of the page that follows a step, the regions that differ replace
// ours. There is one way to draw a page, the server's; what a person had open or in hand stays so.
import { tellAges } from '../page.js';
import { $ } from '../core/dom.js';

const TOKEN = /name="csrf_token" value="[^"]*"/g;

const drawn = new Map();
const writer = new XMLSerializer();
const plain = (region) => writer.serializeToString(region).replace(TOKEN, '');
const regionsOf = (page) => [...page.querySelectorAll('[data-region]')];

/** Where the person is: which item of which list, and how far down the window it stands. */
function handOn() {
  const active = document.activeElement;
  const item = active?.closest('[data-region] li, [data-region] form');
  if (!item) return null;
  const region = item.closest('[data-region]').dataset.region;
  const items = [...document.querySelectorAll(`[data-region="${region}"] ${item.localName}`)];
  return {
    id: active.id, region, tag: item.localName, index: items.indexOf(item), top: item.getBoundingClientRect().top,
    caret: active.localName === 'input' && active.type !== 'radio' ? active.selectionStart : null,
    typed: active.type === 'search' ? active.value : null,
  };
}

const firstOf = (item) => $('a[href], button:not([tabindex]), input:not([type=hidden]), select', item);

/** Nothing of this kind is left to do: what comes next is the verdict and its button. */
function onward() {
  const next = $('#do-apply') ?? $('#verdict a, #verdict button');
  next?.focus({ preventScroll: true });
  $('#verdict')?.scrollIntoView({ block: 'nearest' });
}

/** The same element, or the first of the item that took its place, where it was on the screen. */
function putBack(hand) {
  if (!hand) return;
  const same = hand.id ? document.getElementById(hand.id) : null;
  const items = [...document.querySelectorAll(`[data-region="${hand.region}"] ${hand.tag}`)];
  const item = same?.closest('li, form') ?? items[Math.min(hand.index, items.length - 1)];
  if (!item) {
    onward();
    return;
  }
  const target = same ?? firstOf(item);
  target?.focus({ preventScroll: true });
  if (same && hand.typed !== null && hand.typed !== same.value) {
    same.value = hand.typed; // typed while the page was on its way
    same.dispatchEvent(new Event('input', { bubbles: true }));
  }
  if (same && hand.caret !== null) same.setSelectionRange(hand.caret, hand.caret);
  scrollBy(0, item.getBoundingClientRect().top - hand.top);
}

/** Elements that live on, such as a map: the old one goes where the new one stands. */
function replace(region, fresh) {
  const opened = new Map([...region.querySelectorAll('details[id]')].map(({ id, open }) => [id, open]));
  for (const details of fresh.querySelectorAll('details[id]')) {
    if (opened.has(details.id)) details.open = opened.get(details.id);
  }
  for (const kept of region.querySelectorAll('[data-keep]')) {
    fresh.querySelector(`#${kept.id}`)?.replaceWith(kept);
  }
  region.replaceWith(fresh);
}

/**
 * Replace the regions of this page by those of `page`.
 * @param {Document} page as the server sent it; @param {?string[]} only these regions
 * @returns {string[]} the names of those that changed
 */
export function take(page, only = null) {
  const hand = handOn();
  const fresh = new Map(regionsOf(page).map((region) => [region.dataset.region, region]));
  const ours = regionsOf(document);
  const changed = [];
  for (const region of ours) {
    const name = region.dataset.region;
    const next = fresh.get(name);
    if (only && !only.includes(name)) continue;
    if (!next) region.hidden = true;
    else if (drawn.get(name) !== plain(next)) {
      drawn.set(name, plain(next));
      changed.push(name);
      replace(region, document.importNode(next, true));
    }
  }
  for (const [name, region] of fresh) if (!ours.some(({ dataset }) => dataset.region === name)) add(region);
  settle(page);
  if (changed.length) putBack(hand);
  tellAges();
  return changed;
}

function add(region) {
  const before = region.previousElementSibling?.dataset.region;
  const copy = document.importNode(region, true);
  const place = before && $(`[data-region="${before}"]`);
  if (place) place.after(copy);
  else $('#upload-page').append(copy);
}

/** What the page says of itself, and the tokens of the forms that were not replaced. */
function settle(page) {
  const [ours, theirs] = [$('#upload-page'), $('#upload-page', page)];
  Object.assign(ours.dataset, { ...theirs.dataset });
  if (!('collects' in theirs.dataset)) delete ours.dataset.collects;
  const token = $('meta[name="csrf-token"]', page)?.content;
  if (!token) return;
  $('meta[name="csrf-token"]').content = token;
  for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
}
