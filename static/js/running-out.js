// Keeps the list of what runs out first true: when stock, people or a request changed anywhere, the
// page is asked for again and its list replaced; what a person has open or typed stays.
import { $ } from './core/dom.js';
import { tellAges } from './page.js';

/** Many changes come together; the list is fetched once for all of them, and not more often. */
const QUIET_MS = 1_500;
const LEAST_MS = 6_000;
/** Without any news the estimates grow old by themselves. */
const ANYWAY_MS = 60_000;
const NEWS = ['change', 'dispatch', 'catchup', 'reload'];

let waiting = null;
let fetchedAt = Date.now();

/** Somebody is in the middle of something in the list: pressing a button, reading by keyboard. */
const isBusy = () => $('#list')?.contains(document.activeElement);

async function renew() {
  waiting = null;
  if (document.hidden || isBusy()) {
    soon();
    return;
  }
  fetchedAt = Date.now();
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const fresh = $('#list', new DOMParser().parseFromString(await response.text(), 'text/html'));
  if (!fresh || isBusy()) return;
  $('#list').replaceWith(document.importNode(fresh, true));
  tellAges();
}

function soon() {
  const since = Date.now() - fetchedAt;
  waiting ??= setTimeout(renew, Math.max(QUIET_MS, LEAST_MS - since));
}

const source = new EventSource('/api/feed');
for (const name of NEWS) source.addEventListener(name, soon);
addEventListener('pagehide', () => source.close());
setInterval(soon, ANYWAY_MS);
