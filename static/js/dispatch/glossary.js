// The words of dispatch as this installation has them, beside those of the resources' catalog.
import { ENDED } from '../words/dispatch.js';
import { timeOrDay } from '../words/clock.js';
import { agoInWords, clockTime, epochOf } from '../words/age.js';
import { el, svg } from '../core/dom.js';

const titles = (items) => new Map(items.map(({ code, title }) => [code, title]));

export class Glossary {
  constructor(catalog) {
    const { words, zone, viewer } = catalog.settings;
    this.catalog = catalog;
    this.words = words;
    this.zone = zone;
    this.may = viewer.may;
    this.lists = Object.fromEntries(Object.entries(words).map(([name, items]) => [name, titles(items)]));
    this.counties = new Map(catalog.settings.counties.map(({ fips, name }) => [fips, name]));
    this.types = [];
  }

  /** The types of incidents, as /api/dispatch gives them: {code: {title, short, words, …}}. */
  learn(types) {
    if (types) this.types = Object.entries(types).map(([code, facts]) => ({ code,
      ...facts })).filter(({ active }) => active !== false);
  }

  /** The title of a code of a list: priority, incident_status, close_reason, … */
  title(list, code) {
    return this.lists[list]?.get(String(code)) ?? String(code ?? 'unknown');
  }

  typeTitle(code) {
    return this.types.find((type) => type.code === code)?.title ?? code;
  }

  /** A county's name, whether the answer gives its code or its name. */
  countyName(county) {
    return this.counties.get(county) ?? county ?? 'unknown';
  }

  unitType(code) {
    return this.catalog.typeTitle('unit', code);
  }

  /** "priority 1, lifesaving". */
  priority(number) {
    return `Priority ${number}, ${this.title('priority', number).toLowerCase()}`;
  }

  /** A time on the state's clock, its age in the tooltip. */
  time(moment) {
    const epoch = epochOf(moment);
    if (Number.isNaN(epoch)) return el('span', { class: 'unknown' }, 'unknown');
    return el('time', { title: `${clockTime(epoch)}, ${agoInWords(Date.now() / 1000 - epoch)}` }, timeOrDay(epoch, this.zone));
  }

  /** The diamond of an incident with its priority in it; words stand beside it. */
  diamond({ priority, status }) {
    const picture = svg('svg', {
      viewBox: '0 0 24 24', class: 'symbol diamond', 'data-priority': String(priority ?? ''), 'data-incident': status,
      'aria-hidden': 'true',
    }, svg('use', { href: `${this.catalog.symbolsUrl}#incident` }));
    picture.append(svg('text', { x: 12, y: 16 }, String(priority ?? '?')));
    return picture;
  }
}

/** A live assignment is one that is not over. */
export const isLive = ({ status }) => !ENDED.includes(status);
