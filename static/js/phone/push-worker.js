// The service worker's part in notices: shows what was pushed, and opens the page it is about.
// A classic script, because importScripts takes no other.
'use strict';

function addPushHandlers(scope, unread) { // eslint-disable-line no-unused-vars
  // A push that shows nothing costs the page its right to push, so even an unreadable one is shown.
  async function read(data) {
    try {
      return data.json();
    } catch {
      return { title: 'MERIS', body: await unread(), url: '/m' };
    }
  }

  function show({ title, body, url, tag, kind, at }) {
    return scope.registration.showNotification(title, {
      body, tag, data: { url },
      timestamp: at ? at * 1000 : Date.now(),
      requireInteraction: kind === 'assigned',
      vibrate: kind === 'assigned' ? [300, 120, 300, 120, 500] : [200],
    });
  }

  // Only to a page of ours, whatever was pushed.
  function within(url) {
    const there = new URL(url || '/m', scope.location.origin);
    return there.origin === scope.location.origin ? there.href : `${scope.location.origin}/m`;
  }

  async function open(url) {
    const there = within(url);
    const pages = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const page = pages.find((one) => new URL(one.url).pathname.startsWith('/m'));
    if (!page) return scope.clients.openWindow(there);
    await page.focus();
    return page.url === there ? page : page.navigate(there);
  }

  scope.addEventListener('push', (event) => event.waitUntil(read(event.data).then(show)));
  scope.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.url));
  });
}
