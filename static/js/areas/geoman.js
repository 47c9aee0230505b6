// Geoman draws and edits outlines on a Leaflet map. Only who draws needs its 0.3 MB, so it is
// fetched then. It is a plain script that writes into a global `L`, and the namespace of an ES
// module cannot be written to: it is given a copy. The classes in the copy are the very same, so
// that what it adds to them reaches our map.
import * as L from 'leaflet';
import { el } from '../core/dom.js';

const fileOf = (name) => new URL(`../../vendor/geoman/${name}`, import.meta.url).href;

/** What Geoman says at the pointer, in the words of this page. */
const WORDS = {
  tooltips: {
    firstVertex: 'Click the first corner', continueLine: 'Click the next corner',
    finishLine: 'Click the last corner', finishPoly: 'Click the first corner to finish',
    startRect: 'Click one corner', finishRect: 'Click the opposite corner',
    startCircle: 'Click the middle', finishCircle: 'Click the edge',
  },
};

let ready = null;

function fetched(tag, properties) {
  return new Promise((resolve, reject) => {
    const element = el(tag, {
      ...properties, onload: () => resolve(element),
      onerror: () => {
        element.remove();
        reject(new Error('The drawing tools could not be loaded. Try again when the line is back.'));
      },
    });
    document.head.append(element);
  });
}

async function load(map) {
  globalThis.L = { ...L };
  await Promise.all([
    fetched('link', { rel: 'stylesheet', href: fileOf('leaflet-geoman.css') }),
    fetched('script', { src: fileOf('leaflet-geoman.min.js') }),
  ]);
  const { PM } = globalThis.L;
  PM.setOptIn(true); // it leaves alone what does not ask for it: symbols, basemap, areas
  map.pm = new PM.Map(map); // the map was made before Geoman came
  map.pm.setGlobalOptions({ snappable: false });
  map.pm.setLang('meris', WORDS, 'en');
  return PM;
}

/** Geoman on this map, fetched at the first call; rejects with words to show. */
export function geoman(map) {
  ready ??= load(map).catch((problem) => {
    ready = null;
    throw problem;
  });
  return ready;
}
