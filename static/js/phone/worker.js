// The service worker of /m: a page that was seen stays readable without a line, for whoever saw it.
// A classic script, because old phones know no others; /m/sw.js loads it and sets `self.MERIS`.
//
// Files      of this version are kept once. What a page of another version asks for and the server
//            cannot be asked for, is this version's file of that name, as the server would do.
// Pages      are kept for each account apart and shown only to the account whose log-in this browser
//            holds: the cookie `meris-account` says which, `meris-owner` where cookies cannot be read.
// Languages  a page is kept in the one in which it came; what the worker says itself is in that of the
//            last page, or the browser's.
// The rest   (reports, the feed, every write) passes by as if there were no worker. Whatever goes
//            wrong in here ends in asking the server.
(() => {
  const { version, files, words } = self.MERIS;
  const APP = `meris-app-${version}`;
  const PAGES = 'meris-pages-';
  const OWNER = 'meris-owner';
  const OWNER_KEY = '/m/owner';
  const MARK = 'X-Meris-Account';
  /** A line slower than this is not waited for when there is something to show. */
  const PATIENCE_MS = 600;

  const isPage = ({ pathname }) => pathname === '/m' || (pathname.startsWith('/m/') && !pathname.includes('.'));
  const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

  // Whose pages may be shown

  async function remembered() {
    const found = await caches.match(OWNER_KEY, { cacheName: OWNER });
    return found ? found.json() : { mark: '', at: 0, language: '' };
  }

  async function owner() {
    if (!self.cookieStore) return (await remembered()).mark;
    return (await self.cookieStore.get('meris-account'))?.value ?? '';
  }

  /** Whether an answer that was asked for at `askedAt` is for who is logged in now; if so, only theirs stay. */
  async function settle(mark, language, askedAt) {
    const known = await remembered();
    if (self.cookieStore ? mark !== await owner() : mark !== known.mark && known.at > askedAt) return false;
    if (mark !== known.mark) {
      await drop((name) => name.startsWith(PAGES) && name !== PAGES + mark);
    }
    if (mark !== known.mark || language !== known.language) {
      const cache = await caches.open(OWNER);
      await cache.put(OWNER_KEY, new Response(JSON.stringify({ mark, at: Date.now(), language })));
    }
    return true;
  }

  async function drop(isMeant) {
    const names = await caches.keys();
    await Promise.all(names.filter(isMeant).map((name) => caches.delete(name)));
  }

  // Pages

  /** A page with the phone's own time in it: its age is right even where the phone's clock is not. */
  async function dated(response) {
    const text = await response.text();
    const headers = new Headers(response.headers);
    for (const name of ['Content-Encoding', 'Content-Length', 'Clear-Site-Data']) headers.delete(name);
    return new Response(text.replace('<body', `<body data-kept="${Date.now()}"`), { headers });
  }

  async function keep(pathname, response, askedAt) {
    const mark = response.headers.get(MARK);
    const language = response.headers.get('Content-Language') ?? '';
    if (!mark || !response.ok || !(await settle(mark, language, askedAt))) return;
    const cache = await caches.open(PAGES + mark);
    await cache.put(pathname, await dated(response));
  }

  async function kept(pathname) {
    const mark = await owner();
    return mark ? caches.match(pathname, { cacheName: PAGES + mark, ignoreVary: true }) : undefined;
  }

  /** A question in the address (such as a search) is answered, and not kept as if it were the page. */
  async function ask(event, { pathname, search }) {
    const askedAt = Date.now();
    const response = await fetch(event.request);
    if (!search) event.waitUntil(keep(pathname, response.clone(), askedAt).catch(() => {}));
    return response;
  }

  /** What the server says unless it is away, broken or slow, and something is kept. */
  async function open(event, url) {
    const asked = ask(event, url);
    asked.catch(() => {});
    event.waitUntil(asked.catch(() => {}));
    const page = await kept(url.pathname).catch(() => undefined);
    if (!page) return asked.catch(() => apology(url));
    if (url.searchParams.has('language')) return asked.catch(() => page); // another one was chosen: wait for it
    const good = asked.then((response) => (response.status < 500 ? response : page), () => page);
    return Promise.race([good, wait(self.navigator.onLine ? PATIENCE_MS : 0).then(() => page)]);
  }

  /** The language of the last page, else the browser's, else English. */
  async function language() {
    const { language: last } = await remembered().catch(() => ({}));
    return [last, self.navigator.language?.slice(0, 2)].find((one) => one in words) ?? 'en';
  }

  async function apology({ pathname }) {
    const spoken = await language();
    const { title, why, again, home } = words[spoken];
    const page = `<!doctype html><html lang="${spoken}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · MERIS</title><body style="font:1.25rem/1.5 system-ui,sans-serif;margin:2rem;max-width:30rem">
<h1>${title}</h1><p>${why}</p><p><a href="${pathname}" style="display:inline-block;padding:.75rem 0">${again}</a></p>
<p><a href="/m" style="display:inline-block;padding:.75rem 0">${home}</a></p>`;
    return new Response(page, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
  }

  // Files

  async function file(request, url) {
    const known = await caches.match(request, { cacheName: APP, ignoreVary: true }).catch(() => undefined);
    return known ?? fetched(request, url);
  }

  async function fetched(request, url) {
    const [, , folder, ...name] = url.pathname.split('/');
    try {
      const response = await fetch(request);
      if (response.ok && folder === version) await keepFile(request, response.clone());
      return response;
    } catch (problem) {
      const ours = await caches.match(`/static/${version}/${name.join('/')}`, { cacheName: APP, ignoreVary: true });
      if (ours) return ours;
      throw problem;
    }
  }

  async function keepFile(request, response) {
    const cache = await caches.open(APP);
    await cache.put(request, response).catch(() => {}); // a full phone: it is fetched again next time
  }

  // The life of a worker

  self.addEventListener('install', (event) => {
    event.waitUntil(caches.open(APP).then((cache) => cache.addAll(files)));
  });

  self.addEventListener('activate', (event) => {
    event.waitUntil(drop((name) => name.startsWith('meris-app-') && name !== APP).then(() => self.clients.claim()));
  });

  self.addEventListener('message', (event) => {
    if (event.data === 'take-over') self.skipWaiting();
  });

  self.addEventListener('fetch', (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== self.location.origin) return;
    if (request.method === 'GET' && url.pathname.startsWith('/static/')) event.respondWith(file(request, url));
    else if (!isPage(url)) return;
    else if (request.mode === 'navigate' && request.method === 'GET') event.respondWith(open(event, url));
    else if (request.mode !== 'navigate') event.respondWith(ask(event, url));
  });

  if (self.addPushHandlers) self.addPushHandlers(self, async () => words[await language()].news);
})();
