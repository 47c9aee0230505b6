// The phone page: every tap is kept at once, sent when it can be, and shown as what it is until then.
import { $ } from '../core/dom.js';
import { recall } from '../core/storage.js';
import { retold } from '../words/age.js';
import { _ } from '../words/language.js';
import { pageOf, post, renew } from './asking.js';
import { reportOf } from './form.js';
import * as marks from './marks.js';
import { countsOf, Outbox } from './outbox.js';
import { Sender } from './sender.js';
import { openStore } from './store.js';
import { isTyping, take } from './swap.js';
import { banner, outcome, taken } from './telling.js';
import { setTheme, showTheme } from './theme.js';

const TICK_MS = 15_000;
const POLL_MS = 30_000;
const REPORTS = '/api/phone/reports';
const POSITIONS = '/api/phone/positions';
/** Forms whose text is gone once it is said. */
const EMPTIED = new Set(['log', 'need']);

const here = () => document.body.dataset;
const { account } = here();

/** What is known of this page and its line; the banner is made from it. */
const known = {
  isOnline: navigator.onLine, isSignedOut: false, isElsewhere: false, isKept: true, hasUpdate: false, waiting: 0,
  // by the phone's own clock, so that a wrong one does not make an old page new
  seenAt: Number(here().kept) || performance.timeOrigin,
};

const isOnline = () => known.isOnline && navigator.onLine;

// Saying

function say({ tone, text }) {
  const said = $('#said');
  said.dataset.tone = tone;
  const line = document.createElement('p');
  line.textContent = text;
  said.replaceChildren(line);
}

function tell() {
  const { state, text, link, action } = banner({
    ...known, isOnline: isOnline(), epoch: Number(here().asOf), zone: here().zone,
    age: Math.max(0, (Date.now() - known.seenAt) / 1000),
  });
  $('#banner').dataset.state = state;
  if ($('#banner-text').textContent !== text) $('#banner-text').textContent = text;
  const [anchor, button] = [$('#banner-link'), $('#banner-action')];
  anchor.hidden = !link;
  if (link) Object.assign(anchor, { href: link.href, textContent: link.text });
  button.hidden = !action;
  if (action) button.textContent = action.text;
  for (const time of document.querySelectorAll('time.age[datetime]')) time.textContent = retold(time, Date.now() / 1000 + skew());
}

/** Seconds that the server's clock was ahead of ours when it drew the page. */
const skew = () => Number(here().asOf) - known.seenAt / 1000;

// What was said

const storing = openStore(account, () => {
  known.isKept = false;
  tell();
});
const outboxing = storing.then((store) => new Outbox({ store: store.reports }));
const channel = globalThis.BroadcastChannel ? new BroadcastChannel(`meris-phone-${account}`) : null;

const alone = (work) => (navigator.locks ? navigator.locks.request(`meris-send-${account}`, work) : work());

const phone = outboxing.then((outbox) => {
  const sender = new Sender({ outbox, account, renew, alone, post: (batch) => post(REPORTS, batch) });
  outbox.on('changed', (items) => {
    show(items);
    channel?.postMessage('changed');
  });
  outbox.on('settled', settled);
  sender.on('state', lineIs);
  return { account, outbox, sender, say, close };
});

function show(items) {
  const counts = countsOf(items);
  known.waiting = counts.waiting;
  marks.show(items);
  for (const [selector, number] of [['#queue-link', $('#queue-link [data-count]')], ['#tab-badge', $('#tab-badge')]]) {
    $(selector).hidden = items.length === 0;
    number.textContent = items.length;
  }
  $('#queue-link').dataset.state = counts.conflict || counts.refused ? 'bad' : 'waiting';
  if (here().page === 'queue') import('./queue.js').then(({ draw }) => draw(items));
  tell();
}

function settled({ item, answer }) {
  say(outcome(item, answer));
  if (answer.outcome === 'applied') marks.sent(item);
  refreshSoon();
}

function lineIs(state) {
  if (state === 'signed_out') known.isSignedOut = true;
  if (state === 'other_account') elsewhere();
  if (state === 'pausing') known.isOnline = false;
  if (state === 'idle') known.isOnline = navigator.onLine;
  tell();
}

async function submitted(form, submitter) {
  const report = reportOf(form, submitter);
  const { outbox, sender } = await phone;
  navigator.storage?.persist?.().catch(() => {});
  form.dataset.taken = '1';
  const item = await outbox.say(report);
  say(taken(item, { ...known, isOnline: isOnline() }));
  if (EMPTIED.has(item.kind)) form.reset();
  sender.kick();
  if (submitter?.dataset.route) leadTo(submitter.dataset.route);
}

/** The phone's own maps open beside this page, which must go on sending. */
function leadTo(href) {
  const link = Object.assign(document.createElement('a'), { href, target: '_blank', rel: 'noopener' });
  document.body.append(link);
  link.click();
  link.remove();
}

// The page, renewed in place

let refreshing = null;
let soon;

/** Fetch this page anew and put it in place. */
function refresh() {
  refreshing ??= renewed().finally(() => { refreshing = null; });
  return refreshing;
}

function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(refresh, 50);
}

async function renewed() {
  if (here().posted || known.isElsewhere) return; // an answer to a question is not asked again
  try {
    await takeOver(await pageOf(location.pathname + location.search));
  } catch {
    known.isOnline = false;
  }
  tell();
}

async function takeOver({ page, account: theirs, isSignedOut }) {
  known.isOnline = true;
  if (isSignedOut) known.isSignedOut = true;
  else if (theirs && theirs !== account) await elsewhere();
  if (!page || theirs !== account) return;
  known.isSignedOut = false;
  if (page.documentElement.lang !== document.documentElement.lang) {
    if (!isTyping()) location.reload(); // chosen elsewhere: what the scripts say comes with the page
    return;
  }
  if (page.body.dataset.app !== here().app) known.hasUpdate = true;
  const app = here().app;
  take(page);
  document.body.dataset.app = app; // the scripts that run are still those
  known.seenAt = Date.now();
  marks.forget();
  const { outbox } = await phone;
  show(await outbox.items());
  settle();
}

/** Another person has logged in in this browser: nothing of ours stays to be seen, nothing is sent. */
async function elsewhere() {
  if (known.isElsewhere) return;
  known.isElsewhere = true;
  const { sender } = await phone;
  sender.stop();
  stopPositions();
  const { erasePages } = await import('./kept.js');
  await erasePages(account);
  location.replace('/m');
}

/** Let go of everything, to log out. */
async function close() {
  const [{ sender }, store] = await Promise.all([phone, storing]);
  known.isElsewhere = true;
  sender.stop();
  stopPositions();
  news?.close();
  store.close();
  channel?.postMessage('left');
}

// Positions, while shared

let positions = null;

async function settle() {
  const { sharing, duty, dutyUntil } = here();
  for (const input of document.querySelectorAll('#count')) count(input);
  showTheme();
  if (here().page === 'me') import('./push.js').then((push) => push.start()).catch(() => {});
  if (!sharing || !duty) {
    stopPositions();
    return;
  }
  const { Positions } = await import('./positions.js');
  const { fixes } = await storing;
  positions ??= new Positions({ fixes, account, post: (body) => post(POSITIONS, body), told: mark, ended: refresh });
  positions.start((Number(dutyUntil) - skew()) * 1000);
}

function mark(problem) {
  const sign = $('#sharing-mark');
  sign.title = problem;
  if (problem) say({ tone: 'warn', text: problem });
}

function stopPositions() {
  positions?.stop();
  positions = null;
}

// Buttons that say nothing to the server

const count = (form) => import('./places.js').then(({ total }) => {
  if ($('#count-total')) $('#count-total').textContent = total(form);
});

async function askNear(form) {
  const { near } = await import('./places.js');
  try {
    const answer = await near(form);
    await takeOver(answer);
    if (answer.page) document.body.dataset.posted = '1';
    else if (!answer.isSignedOut) say({ tone: 'bad', text: _('The server did not answer that. Try again.') });
  } catch {
    known.isOnline = false;
    say({ tone: 'warn', text: _('No connection. What you see is what was near when you asked last.') });
  }
  tell();
}

async function nearHere() {
  const { fillIn } = await import('./places.js');
  const form = $('#near-place');
  say({ tone: 'good', text: _('Finding out where you are') });
  try {
    await fillIn(form);
    await askNear(form);
    $('#said').replaceChildren();
  } catch (problem) {
    say({ tone: 'bad', text: problem.message });
  }
}

const PRESSED = {
  '#banner-action, #update': () => import('./kept.js').then(({ update }) => update()),
  '#near-here': nearHere,
  '#map-show': (button) => import('./places.js').then(({ toggleMap }) => toggleMap(button))
    .catch(() => say({ tone: 'bad', text: _('The map could not be loaded. Try again with a connection.') })),
  '[data-copy]': (button) => import('./places.js').then(({ copy }) => copy(button)),
  '[data-theme-set]': (button) => setTheme(button.dataset.themeSet),
  '#install': () => installing?.prompt(),
  '[data-do], #queue-send': async (button) => {
    const [{ act }, parts] = await Promise.all([import('./queue.js'), phone]);
    await act(button, parts);
  },
};

document.addEventListener('click', (event) => {
  for (const [selector, act] of Object.entries(PRESSED)) {
    const button = event.target.closest(selector);
    if (button) act(button);
  }
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.report) {
    event.preventDefault();
    submitted(form, event.submitter);
  } else if (form.id === 'near-place') {
    event.preventDefault();
    askNear(form);
  } else if ('logout' in form.dataset) {
    event.preventDefault();
    Promise.all([import('./leaving.js'), phone]).then(([{ leave }, parts]) => leave(form, parts));
  }
});

document.addEventListener('input', (event) => {
  const form = event.target.closest('form');
  if (form) delete form.dataset.taken;
  if (form?.id === 'count') count(form);
  if (event.target.id === 'unit-find') import('./places.js').then(({ choose }) => choose(event.target));
});

// The line, the other tabs, and a page that the phone froze or brought back

async function wake() {
  if (document.visibilityState === 'hidden') {
    news?.close();
    news = null;
    return;
  }
  const { sender } = await phone;
  sender.kick();
  positions?.send();
  await refresh();
  listen();
}

let news = null;

async function listen() {
  if (news || known.isSignedOut || known.isElsewhere) return;
  const { listen: follow } = await import('./news.js').catch(() => ({}));
  news ??= follow?.(refreshSoon) ?? null;
}

addEventListener('online', () => {
  known.isOnline = true;
  wake();
});
addEventListener('offline', () => {
  known.isOnline = false;
  tell();
});
addEventListener('pageshow', ({ persisted }) => { if (persisted) wake(); });
document.addEventListener('visibilitychange', wake);
document.addEventListener('resume', wake);
addEventListener('beforeunload', (event) => {
  if (!known.isKept && known.waiting) event.preventDefault(); // it would be lost
});
channel?.addEventListener('message', async ({ data }) => {
  const { outbox } = await phone;
  if (data === 'left') location.replace('/m');
  else show(await outbox.items());
});

let installing = null;
addEventListener('beforeinstallprompt', (event) => {
  installing = event;
  if ($('#install')) $('#install').hidden = false;
});

function hasUpdate() {
  known.hasUpdate = true;
  if ($('#update')) $('#update').hidden = false;
  tell();
}

async function start() {
  tell();
  document.documentElement.dataset.ready = '1';
  performance.mark('meris-ready');
  const { outbox, sender } = await phone;
  if (recall('log-out-due', false)) {
    const { leaveIfDue } = await import('./leaving.js');
    if (await leaveIfDue(account)) return;
  }
  show(await outbox.items());
  settle();
  sender.kick();
  if (here().kept) await refresh();
  listen();
  const { startWorker } = await import('./kept.js');
  startWorker(account, hasUpdate);
}

setInterval(tell, TICK_MS);
setInterval(() => {
  const isTold = news?.source?.readyState === 1; // the feed is open and says when something is new
  if (!isTold && document.visibilityState === 'visible' && !isTyping()) refresh();
}, POLL_MS);
start();
