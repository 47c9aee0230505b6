// The page of one upload: each form is sent once and the page that follows taken over in place.
import { $ } from '../core/dom.js';
import { Basket } from './basket.js';
import { watchColumns } from './columns.js';
import { Listing } from './listing.js';
import { drawMaps } from './maps.js';
import { Notice } from './notice.js';
import { ended, follow, look, post, Trouble } from './steps.js';
import { take } from './swap.js';
import { Working } from './working.js';

const WORDS = { apply: 'Loading the rows', check: 'Checking the rows', undo: 'Undoing', save: 'Saving' };

const settings = JSON.parse($('#settings').textContent);
const { upload } = $('#upload-page').dataset;
const notice = new Notice();
const working = Working.afloat();
const basket = new Basket((entries) => step('fix', entries, 'check'));
const listing = new Listing({ drawn, failed: (trouble, again) => notice.fail(trouble, again) });
let busy = false;

function drawn() {
  watchColumns();
  basket.show();
  drawMaps(settings, listing);
}

/** What the server said on the page that follows. */
function hear(page) {
  const said = [...page.querySelectorAll('.flashes .banner')];
  if (said.length) {
    const tone = said.some((one) => one.classList.contains('error')) ? 'error' : 'info';
    notice.say(said.map((one) => one.textContent.trim()).join(' '), tone);
  } else notice.whisper($('#verdict-words, #result')?.textContent ?? '');
}

function rest(resting) {
  busy = resting;
  document.body.toggleAttribute('data-busy', resting);
  for (const button of document.querySelectorAll('#upload-page form button')) {
    button.setAttribute('aria-disabled', String(resting));
  }
}

/** Do something that ends in a page; what it says is shown, what it changes drawn. */
async function settle(doing, words) {
  if (busy) return false;
  rest(true);
  notice.hide();
  working.wait(words);
  const following = follow(upload, (progress) => working.hear(progress, settings.steps));
  try {
    const page = await doing();
    take(page);
    hear(page);
    return true;
  } finally {
    following.stop();
    working.hide();
    rest(false);
    drawn();
  }
}

/** Send a form's entries to one of the doors of this upload. */
async function step(door, entries, kind, form = null) {
  const action = form?.action ?? `/uploads/${upload}/${door}`;
  const again = () => step(door, entries, kind, form);
  const token = ['csrf_token', $('meta[name="csrf-token"]').content];
  const all = [...entries.filter(([name]) => name !== 'csrf_token'), token];
  try {
    const done = await settle(() => post(action, all), WORDS[kind] ?? WORDS.save);
    if (done && (kind === 'check')) basket.empty();
    if (done && (kind === 'apply' || kind === 'undo')) arrive();
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    if (trouble.lost && kind === 'apply') wait();
    else notice.fail(trouble, async () => {
      if (trouble.ended) await look().then(take).catch(() => undefined); // a new log-in has new tokens
      again();
    });
  }
}

/** The result stands at the top. */
function arrive() {
  const title = $('#result, #verdict-words');
  if (!title) return;
  scrollTo(0, 0);
  title.tabIndex = -1;
  title.focus();
}

/** Somebody applies it, this page or another: tell how far it is, then what became of it. */
async function wait() {
  const box = $('#applying .working');
  const told = box ? new Working(box) : working;
  told.wait(WORDS.apply);
  await ended(upload, (progress) => told.hear(progress, settings.steps));
  told.hide();
  const page = await look();
  take(page);
  drawn();
  arrive();
}

function submitted(event) {
  const form = event.target;
  const kind = form.dataset.progress;
  if (!kind || event.defaultPrevented) return;
  event.preventDefault();
  if (busy) return;
  const { submitter } = event;
  if ($('#upload-page').dataset.collects !== undefined && form.matches('[data-fixes]')) {
    if (submitter?.name) basket.toggle(submitter);
    else basket.correct(form);
    return;
  }
  step(null, [...new FormData(form, submitter)], kind, form);
}

// The browser shows a page it has kept as it was left; the upload may have moved on.
addEventListener('pageshow', (event) => {
  if (event.persisted) look().then(take).then(drawn).catch(() => location.reload());
});
document.addEventListener('submit', submitted);
drawn();
if ($('#upload-page').dataset.stage === 'unchecked') $('#check').requestSubmit();
if ($('#upload-page').dataset.stage === 'applying') wait();
