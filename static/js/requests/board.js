// The board of requests: drawn by the server, fetched again when the feed says that there is news, and
// now and then for its ages. What a person has open or in hand stays so. Keys walk from card to card.
import { $ } from '../core/dom.js';
import { tellAges } from '../page.js';
import { keys } from '../ui/page-keys.js';
import { hear } from './news.js';

/** Ages are the server's words. */
const AGES_MS = 60_000;
/** The feed says every 15 s that it is alive. */
const SILENT_MS = 45_000;
const LOOK_MS = 5_000;
const CARD = '.ask';

let heard = Date.now();
let drawn = Date.now();
/** There is news that a person in the middle of something was not shown yet. */
let behind = false;

/** Somebody is in the middle of something on the board. */
const busy = () => Boolean($('#board details[open]') || document.activeElement?.closest('#board form'));

function say() {
  const silence = Date.now() - heard;
  const box = $('#board-age');
  const late = silence > SILENT_MS;
  const words = late ? `No answer for ${Math.round(silence / 60_000) || 1} min: this is as it was then`
    : behind ? 'There is news: it is shown when you are done here' : '';
  box.classList.toggle('late', late);
  if (box.textContent !== words) box.textContent = words;
}

/** The card or link that was in hand, found again in what replaced it. */
function keepPlace(swap) {
  const card = document.activeElement?.closest(CARD)?.id;
  swap();
  if (card) $(`#${card} a`)?.focus({ preventScroll: true });
}

async function fetchBoard() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return null;
  return $('#board', new DOMParser().parseFromString(await answer.text(), 'text/html'));
}

async function renew() {
  behind = true;
  if (document.hidden || busy()) return;
  const fresh = await fetchBoard();
  if (!fresh || busy()) return;
  behind = false;
  heard = drawn = Date.now();
  keepPlace(() => $('#board').replaceWith(document.importNode(fresh, true)));
  tellAges();
}

function news() {
  renew().catch(() => null).finally(say);
}

function look() {
  if ((behind && !busy()) || Date.now() - drawn > AGES_MS) news();
  else say();
}

function step(by) {
  const cards = [...document.querySelectorAll(CARD)];
  const here = cards.indexOf(document.activeElement?.closest(CARD));
  const next = cards[Math.max(0, Math.min(cards.length - 1, here + by))];
  const link = next && $('a', next);
  link?.focus();
  link?.scrollIntoView({ block: 'nearest' });
}

keys.learn([
  { key: 'j', group: 'Requests', title: 'Next request', run: () => step(1) },
  { key: 'k', group: 'Requests', title: 'Request before', run: () => step(-1) },
  { key: 'n', group: 'Requests', title: 'New request', run: () => $('#new-request')?.click() },
]);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) news();
});
hear(news, () => { heard = Date.now(); });
setInterval(look, LOOK_MS);
