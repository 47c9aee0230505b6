// Somebody logs in: what a phone keeps of the account before is not shown until a page has said whose
// log-in this is now. Matters where the service worker cannot read the cookie that says so.
const OWNER = 'meris-owner';

async function forgetOwner() {
  if (!await caches.has(OWNER)) return; // never used as a phone
  const cache = await caches.open(OWNER);
  await cache.put('/m/owner', new Response(JSON.stringify({ mark: '', at: Date.now() })));
}

if (globalThis.caches) document.addEventListener('submit', () => forgetOwner().catch(() => {}));
