// The maps of the page, each drawn once it comes into view: the page stands without them.
import { $ } from '../core/dom.js';

const drawn = new WeakMap();

const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    target.drawNow();
  }
}, { rootMargin: '200px' });

function soon(element, draw) {
  if (drawn.has(element)) return;
  drawn.set(element, true);
  element.drawNow = draw;
  watcher.observe(element);
}

/** Look after the maps that are on the page now. */
export function drawMaps(settings, listing) {
  const rows = $('#rows-map');
  if (rows?.points) rows.points.refresh();
  else if (rows) {
    soon(rows, async () => {
      const { RowsMap } = await import('./rows-map.js');
      rows.points = new RowsMap(rows, settings, listing);
    });
  }
  const places = $('#proposals-map');
  if (places?.shows) places.shows.refresh();
  else if (places) {
    soon(places, async () => {
      const { ProposalsMap } = await import('./proposals-map.js');
      places.shows = new ProposalsMap(places, settings);
    });
  }
}
