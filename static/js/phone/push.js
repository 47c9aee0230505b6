// Notices on a closed phone: asks for them, keeps the server's address of this browser true, and
// gives it up. Where a browser or the installation cannot push, the page says so and rings itself.
import { _ } from '../words/language.js';

const $ = (id) => document.getElementById(id);
const URL_OF = '/api/phone/push';

const WORDS = {
  on: _('Notices reach this phone even when this page is closed.'),
  off: _('Notices reach this phone only while this page is open.'),
  denied: _('This browser is told to show no notices of this site. Allow them in its settings for this site.'),
  none: _('Notices reach this phone only while this page is open: this browser takes no others.'),
  unsent: _('Notices reach this phone only while this page is open: this installation sends no others.'),
  offline: _('Without a line nothing can be changed here.'),
};

async function ask(method, url, body) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
  const response = await fetch(url, {
    method,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? WORDS.offline);
  return answer;
}

function bytesOf(base64url) {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const isAble = () => 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

async function subscriptionHere() {
  const worker = await navigator.serviceWorker.getRegistration('/m');
  return worker?.pushManager.getSubscription() ?? null;
}

/** @returns {Promise<'on'|'off'|'denied'|'none'|'unsent'>} whether this browser is told of notices */
export async function pushState() {
  if (!isAble()) return 'none';
  const here = await subscriptionHere();
  const { key, mine } = await ask('GET', here ? `${URL_OF}?endpoint=${encodeURIComponent(here.endpoint)}` : URL_OF);
  if (key === null) return 'unsent';
  if (Notification.permission === 'denied') return 'denied';
  if (here && mine) return 'on';
  // somebody else's, from a log-in before this one: theirs must not be shown here
  if (here) await here.unsubscribe();
  return 'off';
}

/** From a press of a button: browsers ask no one otherwise. */
export async function enable() {
  if (await Notification.requestPermission() !== 'granted') return pushState();
  const { key } = await ask('GET', URL_OF);
  const worker = await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  await ask('POST', URL_OF, { subscription: made.toJSON(), label: navigator.userAgentData?.platform ?? navigator.platform });
  return pushState();
}

/** Also before logging out. The browser's side first: it works without a line. */
export async function disable() {
  const here = isAble() ? await subscriptionHere() : null;
  if (!here) return;
  await here.unsubscribe();
  await ask('DELETE', URL_OF, { endpoint: here.endpoint });
}

function show(state, words = WORDS[state]) {
  $('push-state').hidden = false;
  $('push-state').textContent = words;
  $('push-on').hidden = state !== 'off';
  $('push-off').hidden = state !== 'on';
}

async function change(step) {
  try {
    await step();
    show(await pushState());
  } catch (problem) {
    show('offline', problem instanceof TypeError ? WORDS.offline : problem.message);
  }
}

async function markSeen() {
  const { notices, unseen } = await ask('GET', '/api/phone/notices');
  if (unseen) await ask('POST', '/api/phone/notices/seen', { up_to: notices[0].id });
}

/** Bind the buttons of the page "Me"; also after it was swapped. Its notices count as seen. */
export function start() {
  if (!$('push-state')) return;
  $('push-on').onclick = () => change(enable);
  $('push-off').onclick = () => change(disable);
  change(async () => {});
  markSeen().catch(() => {}); // without a line they stay unseen
}
