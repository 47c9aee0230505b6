// The service worker as the page sees it, and what is kept on the phone besides.
import { eraseStore } from './store.js';

const WORKER = '/m/sw.js';
const PAGES = ['/m', '/m/near', '/m/shelter', '/m/me', '/m/queue'];
const PAGES_OF = 'meris-pages-';
const UPDATE_MS = 3_600_000;
const TAKE_OVER_MS = 10_000;

const erased = (isMeant) => caches.keys().then((names) => Promise.all(names.filter(isMeant).map((name) => caches.delete(name))));

/**
 * Start the worker, and the newer one when MERIS was updated: that is safe while a page opens, for
 * its modules are loaded. @param {function} hasUpdate is called when a new one waits later
 */
export async function startWorker(account, hasUpdate) {
  if (!navigator.serviceWorker) return;
  let registration;
  try {
    registration = await navigator.serviceWorker.register(WORKER, { scope: '/m', updateViaCache: 'none' });
  } catch {
    await endIfGone();
    return;
  }
  if (!registration) return; // workers are forbidden here
  registration.waiting?.postMessage('take-over');
  registration.addEventListener('updatefound', () => {
    const next = registration.installing;
    next.addEventListener('statechange', () => {
      if (next.state === 'installed' && navigator.serviceWorker.controller) hasUpdate();
    });
  });
  const look = () => registration.update().catch(endIfGone);
  look(); // a worker that is known already was not asked for just now
  setInterval(look, UPDATE_MS);
  await navigator.serviceWorker.ready;
  await inCharge();
  await keepPages(account);
}

/** A worker is ready before it takes over this page, and what is asked for until then is not kept. */
function inCharge() {
  if (navigator.serviceWorker.controller) return null;
  return new Promise((done) => {
    navigator.serviceWorker.addEventListener('controllerchange', done, { once: true });
    setTimeout(done, TAKE_OVER_MS); // a page that was loaded past the worker is never taken over
  });
}

/** The server has no worker any more: neither have we. Without a line nothing changes. */
async function endIfGone() {
  const answer = await fetch(WORKER, { cache: 'no-store' }).catch(() => null);
  if (answer?.status !== 404) return;
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    if (new URL(registration.scope).pathname === '/m') await registration.unregister();
  }
  await erased((name) => name.startsWith('meris-'));
}

/** Every page once, so that each opens without a line though it was never looked at; those in another language anew. */
async function keepPages(account) {
  const { lang } = document.documentElement;
  const cache = await caches.open(PAGES_OF + account);
  const wanted = new Set([location.pathname, ...PAGES]); // this one came before the worker did
  for (const request of await cache.keys()) {
    const page = await cache.match(request, { ignoreVary: true });
    const { pathname } = new URL(request.url);
    if (page?.headers.get('Content-Language') === lang) wanted.delete(pathname);
    else wanted.add(pathname);
  }
  for (const path of wanted) await fetch(path, { headers: { Accept: 'text/html' } }).catch(() => {});
}

/** Let the new version take over, and load the page anew from it. */
export async function update() {
  const registration = await navigator.serviceWorker.getRegistration('/m');
  if (!registration?.waiting) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  registration.waiting.postMessage('take-over');
}

/** Delete the pages kept for an account, or for anybody; the files of MERIS itself are no secret. */
export function erasePages(account = '') {
  if (!globalThis.caches) return Promise.resolve();
  return erased((name) => name.startsWith(PAGES_OF + account) || (!account && name === 'meris-owner'));
}

/** Everything of an account goes: pages, what was said and not sent, positions. */
export async function eraseAll(account) {
  // the worker shows nothing kept without this cookie, even before the rest is gone
  document.cookie = 'meris-account=; Max-Age=0; Path=/';
  await erasePages();
  await eraseStore(account);
}
