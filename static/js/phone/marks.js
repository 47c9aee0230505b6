// What a tap will make of the page, shown before the server has answered and marked as such.
import { $ } from '../core/dom.js';
import { _ } from '../words/language.js';

const NOW = { unit_status: '#status-now', respond: '#status-now', shelter_status: '#shelter-status' };

let shown = null; // {item, originals: [[selector, copy]]}

const isHere = ({ subject }) => {
  const { duty } = document.body.dataset;
  return [duty, $('#shelter')?.dataset.id].filter(Boolean).map(Number).includes(subject);
};

/** The page was replaced by a newer one. */
export function forget() {
  shown = null;
}

/** Mark the last of what waits. @param {object[]} items of the outbox */
export function show(items) {
  const last = items.filter((item) => item.state === 'waiting' && item.shown && NOW[item.kind] && isHere(item)).at(-1);
  if (last) mark(last);
  else if (shown && !shown.isSent) restore();
}

/** The server has taken it: it is so, though the page has not been renewed yet. */
export function sent(item) {
  if (shown?.item.key !== item.key) return;
  shown.isSent = true;
  say(NOW[item.kind], _('Sent'));
}

function mark(item) {
  const selector = NOW[item.kind];
  if (shown?.item.key === item.key || !$(selector)) return;
  const originals = shown?.originals ?? [selector, '#dock', '#shelter-moves'].filter((name) => $(name))
    .map((name) => [name, $(name).cloneNode(true)]);
  shown = { item, originals };
  paint($(selector), item.shown);
  say(selector, _('Waiting to send'));
  arrange(item.shown.moves ?? []);
}

function paint(now, { status, title, letter }) {
  now.dataset.status = status;
  const sign = $('.letter', now);
  if (sign) {
    sign.className = `letter st-${status}`;
    sign.textContent = letter || sign.textContent;
  }
  $('.word', now).textContent = title;
}

/** Since when, by whom and why was said of the status before. */
function say(selector, words) {
  for (const line of $(selector).querySelectorAll('p > span')) {
    line.hidden = !line.id.endsWith('pending');
    if (!line.hidden) line.textContent = words;
  }
}

/** Offer what may follow, the likeliest biggest. A shelter's moves have no likeliest. */
function arrange(moves) {
  const [next, more, off] = ['#move-next', '#moves-more', '#moves-off'].map((name) => $(name));
  $('#respond')?.remove();
  if (!more || !off) return;
  const buttons = [...document.querySelectorAll('.move[data-moves]')];
  off.append(...buttons);
  const allowed = moves.map((status) => buttons.find(({ dataset }) => dataset.status === status)).filter(Boolean);
  next?.append(...allowed.splice(0, 1));
  more.append(...allowed);
  if ($('#moves-other')) $('#moves-other').open = false;
  $('#dock')?.classList.toggle('rest', !next?.childElementCount);
}

function restore() {
  for (const [selector, copy] of shown.originals) $(selector)?.replaceWith(copy);
  shown = null;
}
