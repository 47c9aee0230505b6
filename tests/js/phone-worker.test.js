// The service worker in a browser made of a map: whose page is shown, and what an outage leaves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const SOURCE = readFileSync(new URL('../../static/js/phone/worker.js', import.meta.url), 'utf8');
const ORIGIN = 'https://meris.example';
const keyOf = (request) => new URL(typeof request === 'string' ? request : request.url, ORIGIN).href;

class FakeCache {
  entries = new Map();

  async match(request) {
    return this.entries.get(keyOf(request))?.clone();
  }

  async put(request, response) {
    this.entries.set(keyOf(request), response);
  }
}

class FakeCaches {
  all = new Map();

  async open(name) {
    if (!this.all.has(name)) this.all.set(name, new FakeCache());
    return this.all.get(name);
  }

  async match(request, { cacheName }) {
    return this.all.get(cacheName)?.match(request);
  }

  async keys() {
    return [...this.all.keys()];
  }

  async delete(name) {
    return this.all.delete(name);
  }
}

const WORDS = {
  en: { title: 'No connection', why: 'This page was not opened on this phone before.' },
  es: { title: 'Sin conexión', why: 'Esta página no se había abierto antes.' },
};

/** A phone with the worker of a version; `server(url)` answers, or throws where there is no line. */
class Phone {
  constructor({ version = 'one', caches = new FakeCaches(), cookies = true } = {}) {
    this.caches = caches;
    this.cookie = '';
    this.handlers = {};
    this.navigator = { onLine: true };
    this.server = () => { throw new TypeError('no line'); };
    const self = {
      MERIS: { version, files: [], words: WORDS }, caches, location: { origin: ORIGIN }, navigator: this.navigator,
      addEventListener: (name, handle) => { this.handlers[name] = handle; },
      clients: { claim: async () => {} }, skipWaiting: () => { this.tookOver = true; },
      cookieStore: cookies ? { get: async () => (this.cookie ? { value: this.cookie } : null) } : undefined,
    };
    const fetch = async (request) => this.server(keyOf(request), request);
    vm.runInNewContext(SOURCE, { self, caches, fetch, URL, Response, Headers, Date, Promise, JSON, setTimeout });
  }

  /** What a request gets; undefined when the worker lets it pass by. */
  async ask(path, { mode = 'navigate', method = 'GET' } = {}) {
    let answer;
    const waiting = [];
    this.handlers.fetch({
      request: { url: ORIGIN + path, mode, method }, respondWith: (promise) => { answer = promise; },
      waitUntil: (promise) => waiting.push(promise),
    });
    const response = await answer;
    while (waiting.length) await waiting.shift(); // what is waited for may ask for more
    return response;
  }

  text(path, options) {
    return this.ask(path, options).then((response) => response.text());
  }
}

const page = (mark, words = mark, language = 'en') => new Response(`<html><body class="x">${words}</body></html>`, {
  headers: { 'X-Meris-Account': mark, 'Content-Language': language },
});
const away = () => { throw new TypeError('no line'); };

test('a page that was seen is shown without a line, with the time at which it was kept', async () => {
  const phone = new Phone();
  phone.cookie = 'rita';
  phone.server = () => page('rita', 'Engine 12');
  assert.match(await phone.text('/m'), /Engine 12/);
  phone.server = away;
  assert.match(await phone.text('/m'), /<body data-kept="\d{13}" class="x">Engine 12/);
});

test('a page that was never seen is an excuse and no empty list', async () => {
  const phone = new Phone();
  phone.cookie = 'rita';
  const response = await phone.ask('/m/near');
  assert.equal(response.status, 503);
  assert.match(await response.text(), /was not opened on this phone before/);
});

test('the excuse is in the language of the last page, else in that of the browser', async () => {
  const phone = new Phone();
  phone.navigator.language = 'es-US';
  assert.match(await phone.text('/m/near'), /<html lang="es">.*Sin conexión/s);
  phone.navigator.language = 'fr';
  assert.match(await phone.text('/m/near'), /<html lang="en">.*No connection/s);
  phone.cookie = 'rita';
  phone.server = () => page('rita', 'Camión 12', 'es');
  await phone.text('/m');
  phone.server = away;
  assert.match(await phone.text('/m/near'), /Sin conexión/);
});

test('whoever chooses another language waits for it, and has the page they had without a line', async () => {
  const phone = new Phone();
  phone.cookie = 'rita';
  phone.server = () => page('rita', 'Engine 12');
  await phone.text('/m/me');
  phone.server = () => new Promise((resolve) => { setTimeout(() => resolve(page('rita', 'Camión 12', 'es')), 700); });
  assert.match(await phone.text('/m/me?language=es'), /Camión 12/);
  phone.server = away;
  assert.match(await phone.text('/m/me?language=es'), /Engine 12/);
});

test('a slow line is not waited for, a broken server is not shown, a refusal is', async () => {
  const phone = new Phone();
  phone.cookie = 'rita';
  phone.server = () => page('rita', 'kept');
  await phone.text('/m');
  let answer;
  phone.server = () => new Promise((resolve) => { answer = () => resolve(page('rita', 'fresh')); });
  const slow = phone.ask('/m');
  setTimeout(() => answer(), 900);
  assert.match(await (await slow).text(), /kept/);
  phone.server = () => new Response('broken', { status: 500 });
  assert.match(await phone.text('/m'), /fresh/, 'the late answer was kept');
  phone.server = () => new Response('not yours', { status: 403 });
  assert.equal(await phone.text('/m'), 'not yours');
});

for (const cookies of [true, false]) {
  test(`only the pages of who is logged in stay (${cookies ? 'by cookie' : 'where cookies cannot be read'})`, async () => {
    const phone = new Phone({ cookies });
    phone.cookie = 'rita';
    phone.server = () => page('rita', 'Engine 12');
    await phone.text('/m');
    await phone.text('/m/me');
    phone.cookie = 'sam';
    phone.server = () => page('sam', 'Armory');
    await phone.text('/m');
    phone.server = away;
    assert.match(await phone.text('/m'), /Armory/);
    assert.equal((await phone.ask('/m/me')).status, 503);
    assert.deepEqual((await phone.caches.keys()).filter((name) => name.includes('rita')), []);
  });
}

test('after another log-in nothing kept is shown, though no page of it has come yet', async () => {
  const phone = new Phone();
  phone.cookie = 'rita';
  phone.server = () => page('rita', 'Engine 12');
  await phone.text('/m');
  phone.server = away;
  for (const cookie of ['sam', '']) {
    phone.cookie = cookie;
    assert.doesNotMatch(await phone.text('/m'), /Engine 12/);
  }
});

test('where cookies cannot be read, a log-in hides what is kept until a page says whose it is', async () => {
  const phone = new Phone({ cookies: false });
  phone.server = () => page('rita', 'Engine 12');
  await phone.text('/m');
  const owner = await phone.caches.open('meris-owner');
  await owner.put('/m/owner', new Response(JSON.stringify({ mark: '', at: Date.now() - 1 })));
  phone.server = away;
  assert.doesNotMatch(await phone.text('/m'), /Engine 12/);
  phone.server = () => page('rita', 'Engine 12');
  await phone.text('/m');
  phone.server = away;
  assert.match(await phone.text('/m'), /Engine 12/);
});

test('an answer that was asked for before another log-in is not kept', async () => {
  const phone = new Phone();
  phone.cookie = 'rita';
  phone.server = () => {
    phone.cookie = 'sam'; // while the answer is on its way
    return page('rita', 'Engine 12');
  };
  await phone.text('/m');
  assert.deepEqual((await phone.caches.keys()).filter((name) => name.startsWith('meris-pages')), []);
});

test('errors, strangers and questions in the address are not kept as the page', async () => {
  const phone = new Phone();
  phone.cookie = 'rita';
  phone.server = () => new Response('<body>hotel', { status: 200 });
  await phone.text('/m');
  phone.server = (url) => (url.includes('?') ? page('rita', 'found') : new Response('gone', { status: 404 }));
  await phone.text('/m/shelter');
  await phone.text('/m?find=boat');
  phone.server = away;
  for (const path of ['/m', '/m/shelter']) assert.equal((await phone.ask(path)).status, 503);
});

test('what is not a page or a file passes by', async () => {
  const phone = new Phone();
  for (const [path, options] of [['/api/phone/reports', { mode: 'cors', method: 'POST' }], ['/metrics', {}], ['/map', {}],
    ['/m/sw.js', { mode: 'cors' }], ['/m/report', { method: 'POST' }], ['/log-in', {}]]) {
    assert.equal(await phone.ask(path, options), undefined, path);
  }
});

test('a page from before an update gets the file of that name; the old files go', async () => {
  const caches = new FakeCaches();
  const old = new Phone({ version: 'one', caches });
  old.server = () => new Response('old');
  await old.text('/static/one/css/phone.css', { mode: 'no-cors' });
  const phone = new Phone({ version: 'two', caches });
  phone.server = () => new Response('new');
  await phone.text('/static/two/css/phone.css', { mode: 'no-cors' });
  await new Promise((done) => { phone.handlers.activate({ waitUntil: (promise) => promise.then(done) }); });
  assert.deepEqual(await caches.keys(), ['meris-app-two']);
  phone.server = away;
  assert.equal(await phone.text('/static/one/css/phone.css', { mode: 'no-cors' }), 'new');
  await assert.rejects(phone.text('/static/one/js/other.js', { mode: 'no-cors' }));
});

test('a new worker takes over when it is told to, and not before', () => {
  const phone = new Phone();
  phone.handlers.message({ data: 'something else' });
  assert.equal(phone.tookOver, undefined);
  phone.handlers.message({ data: 'take-over' });
  assert.equal(phone.tookOver, true);
});
