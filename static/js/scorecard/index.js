// The scorecard without waiting: another measure on the tiles, another order of the list, and
// arrow keys from county to county. Everything works without it, by links.
import { keys } from '../ui/page-keys.js';
import { tour } from './tour.js';
import { sortBy } from './sorting.js';

/** Show a measure on the tiles and say what it is; the links keep it from then on. */
function show(measure) {
  for (const part of document.querySelectorAll('[data-shows]')) part.dataset.shows = measure;
  for (const link of document.querySelectorAll('.measures [data-measure]')) {
    if (link.dataset.measure === measure) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

/** Put the parameters of a link into the address, and of those into every link of the page. */
function keep(changed) {
  const here = new URL(location.href);
  for (const [name, value] of Object.entries(changed)) {
    if (value) here.searchParams.set(name, value);
    else here.searchParams.delete(name);
  }
  history.replaceState(null, '', here);
  for (const link of document.querySelectorAll('a[data-measure], a[data-sort]')) {
    const target = new URL(link.href);
    for (const [name, value] of Object.entries(changed)) {
      // a link's own parameters are what it is for
      if (('measure' in link.dataset) === (name === 'measure')) continue;
      if (value) target.searchParams.set(name, value);
      else target.searchParams.delete(name);
    }
    link.href = target.href;
  }
}

const plain = (event) => event.button === 0
  && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

for (const link of document.querySelectorAll('.measures [data-measure]')) {
  link.addEventListener('click', (event) => {
    if (!plain(event)) return;
    event.preventDefault();
    show(link.dataset.measure);
    keep({ measure: link.dataset.measure });
  });
}

for (const link of document.querySelectorAll('#call-list [data-sort]')) {
  link.addEventListener('click', (event) => {
    if (!plain(event)) return;
    event.preventDefault();
    const reverse = sortBy(link.closest('table'), link.closest('th'));
    keep({ sort: link.dataset.sort, reverse: reverse ? '1' : '' });
  });
}

tour(document.getElementById('tiles'));
keys.learn([{ key: ['←', '↑', '→', '↓'], group: 'Tiles', title: 'From county to county; Enter opens it' }]);
