// In the detail of a unit: how old and how good its position is, kept true as it moves, and the way
// to its trail, which asks for a reason first.
import { Emitter } from '../core/emitter.js';
import { get, send } from '../core/api.js';
import { button, el } from '../core/dom.js';
import { agoInWords, epochOf } from '../words/age.js';
import { secondOrDay, timeOrDay } from '../words/clock.js';
import { decimal } from '../words/position.js';
import { count } from '../words/numbers.js';
import { trailForm } from './form.js';
import { accuracyInWords, fixesInWords, motionInWords, seenInWords, spanInWords, standing } from './words.js';

const TICK_MS = 5_000;
const LISTED = 200;
const HOUR_S = 3600;

/** Events: `moved` {lat, lon, radius} or null; `trail` {fixes} or null; `point` a fix of it. */
export class Whereabouts extends Emitter {
  /** @param {() => number} now epoch seconds by the server's clock; @param {string} zone the state's */
  constructor(now, zone) {
    super();
    Object.assign(this, { now, zone });
    this.line = el('p', { class: 'seen' });
    this.more = el('div', {});
    this.root = el('section', { class: 'whereabouts', 'aria-label': 'Position' }, this.line, this.more);
    setInterval(() => this.#tell(), TICK_MS);
  }

  /** The block of a resource; nothing for what no device places and whose trail is not for this viewer. */
  of(detail) {
    if (this.id !== detail.id) this.#forget(detail.id);
    const { place } = detail;
    this.url = detail.trail_url;
    if (detail.kind !== 'unit') return null;
    const at = epochOf(place?.at);
    if (place && !Number.isNaN(at) && !(this.fix?.at > at)) {
      this.fix = { ...this.fix, at, accuracy: place.radius_m, lat: place.lat, lon: place.lon };
    }
    this.#tell();
    this.#circle();
    if (!this.more.childElementCount) this.#offer();
    return this.fix || this.url ? this.root : null;
  }

  /** The unit in hand is elsewhere now. @param {?object} item of the map, with its `fix` */
  follow(item) {
    if (!item?.fix || item.id !== this.id) return;
    this.fix = { ...item.fix, lat: item.lat, lon: item.lon };
    this.#tell();
    this.#circle();
  }

  /** No resource is in hand any longer. */
  drop() {
    this.#forget(null);
  }

  #forget(id) {
    this.id = id;
    this.fix = null;
    this.more.replaceChildren();
    this.emit('trail', null);
    this.#circle();
  }

  #circle() {
    const { fix } = this;
    this.emit('moved', fix && { lat: fix.lat, lon: fix.lon, radius: fix.accuracy });
  }

  #tell() {
    this.line.hidden = !this.fix;
    if (!this.fix) return;
    this.line.className = `seen ${standing(this.now() - this.fix.at)}`;
    this.line.title = secondOrDay(this.fix.at, this.zone);
    this.line.textContent = seenInWords(this.fix, this.now());
  }

  #offer() {
    const looks = el('details', { class: 'trail-looks', ontoggle: (event) => this.#looks(event.target) },
      el('summary', {}, 'Who looked at the trail'));
    this.more.replaceChildren(...(this.url ? [
      button('button small', () => this.#form(), 'Trail'), looks,
    ] : []));
    if (this.url) this.more.firstChild.dataset.keep = 'trail';
  }

  #form() {
    this.more.replaceChildren(trailForm({
      ask: (hours, reason) => this.#ask(hours, reason), cancel: () => this.#offer(),
    }));
    this.more.querySelector('select').focus();
  }

  async #ask(hours, reason) {
    const { id } = this;
    const to = this.now();
    try {
      const trail = await send('POST', this.url, {
        from: new Date((to - hours * HOUR_S) * 1000).toISOString(), to: new Date(to * 1000).toISOString(), reason,
      });
      if (this.id === id) this.#show(trail);
    } catch (problem) {
      if (!problem.code) throw problem;
      const place = this.more.querySelector('.problem');
      if (this.id === id && place) place.textContent = problem.message;
    }
  }

  #show(trail) {
    const { fixes } = trail;
    this.emit('trail', { fixes });
    const lasted = spanInWords(fixes);
    const title = el('h3', { tabIndex: -1 }, 'Trail');
    this.more.replaceChildren(el('div', { class: 'section-head' }, title,
      button('button small', () => this.#hide(), 'Hide the trail')),
      el('p', { class: 'quietly' }, fixesInWords(trail), lasted && `, over ${lasted}`, `. Kept ${trail.kept_days} days.`),
      fixes.length ? el('p', {}, el('a', { href: trail.file, download: '' }, 'All of it as a file (CSV)')) : '',
      this.#list(fixes));
    title.focus();
  }

  // The newest first: that is what somebody looks for.
  #list(fixes) {
    const shown = fixes.slice(-LISTED).reverse();
    const left = fixes.length - shown.length;
    return el('div', {}, el('ol', { class: 'trail-fixes', reversed: true, 'aria-label': 'Positions, the newest first' },
      shown.map((fix) => el('li', {}, button('name-link', () => this.emit('point', fix), secondOrDay(fix.at, this.zone)),
        el('span', { class: 'quietly' }, ` ${[
          decimal(fix), accuracyInWords(fix.accuracy_m), motionInWords({ speed: fix.speed_mps, course: fix.course_deg }),
        ].filter(Boolean).join(', ')}`)))),
    left ? el('p', { class: 'quietly' }, `${count(left)} older ones are on the map and in the file.`) : null);
  }

  #hide() {
    this.emit('trail', null);
    this.#offer();
    this.more.querySelector('button').focus();
  }

  async #looks(fold) {
    if (!fold.open || fold.childElementCount > 1) return;
    try {
      const { looks } = await get(this.url);
      fold.append(looks.length ? el('ul', {}, looks.map(({ at, viewer, reason, from, to }) => el('li', {
        title: `Of ${timeOrDay(epochOf(from), this.zone)} – ${timeOrDay(epochOf(to), this.zone)}`,
      }, `${viewer}, ${agoInWords(this.now() - epochOf(at))}: ${reason}`))) : el('p', { class: 'quietly' }, 'Nobody yet.'));
    } catch (problem) {
      fold.append(el('p', { class: 'problem' }, problem.message));
    }
  }
}
