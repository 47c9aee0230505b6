import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

const SOURCE = readFileSync(new URL('../../static/js/phone/push-worker.js', import.meta.url), 'utf8');

/** A service worker's world with these pages open. */
function world(pages = []) {
  const handlers = {};
  const shown = [];
  const opened = [];
  const done = [];
  const scope = {
    location: { origin: 'https://meris.example' },
    addEventListener: (name, handle) => { handlers[name] = handle; },
    registration: { showNotification: async (title, options) => { shown.push({ title, ...options }); } },
    clients: { matchAll: async () => pages, openWindow: async (url) => { opened.push(url); } },
  };
  const made = { scope, URL, Date };
  runInNewContext(`${SOURCE}\naddPushHandlers(scope, async () => 'Abra MERIS');`, made);
  const fire = async (name, event) => {
    handlers[name]({ waitUntil: (promise) => done.push(promise), ...event });
    await Promise.all(done);
  };
  return { fire, shown, opened };
}

const page = (url) => {
  const log = [];
  return { url, log, focus: async () => { log.push('focus'); }, navigate: async (there) => { log.push(there); } };
};

const NOTICE = { title: 'E12: go to 2026-000012', body: 'Structure fire.', url: '/m', tag: 'notice-7', kind: 'assigned', at: 1_800_000_000 };
const click = (url) => ({ notification: { data: { url }, close() { this.closed = true; } } });

test('what was pushed is shown once under its tag, and stays until somebody looks', async () => {
  const { fire, shown } = world();
  await fire('push', { data: { json: () => NOTICE } });
  const [{ title, body, tag, requireInteraction, timestamp, data }] = shown;
  assert.deepEqual([title, body, tag, requireInteraction, timestamp], [
    NOTICE.title, NOTICE.body, 'notice-7', true, 1_800_000_000_000]);
  assert.equal(data.url, '/m');
});

test('even an unreadable message is shown', async () => {
  const { fire, shown } = world();
  await fire('push', { data: null });
  assert.deepEqual([shown[0].title, shown[0].body], ['MERIS', 'Abra MERIS']);
});

test('a press opens the page, or comes back to the one that is open', async () => {
  const alone = world();
  await alone.fire('notificationclick', click('/m'));
  assert.deepEqual(alone.opened, ['https://meris.example/m']);
  const other = page('https://meris.example/m/near');
  const both = world([page('https://meris.example/board'), other]);
  await both.fire('notificationclick', click('/m'));
  assert.deepEqual(other.log, ['focus', 'https://meris.example/m']);
  assert.deepEqual(both.opened, []);
});

test('a message leads to no other site', async () => {
  const { fire, opened } = world();
  await fire('notificationclick', click('https://evil.example/m'));
  await fire('notificationclick', click('//evil.example/'));
  assert.deepEqual(opened, ['https://meris.example/m', 'https://meris.example/m']);
});
