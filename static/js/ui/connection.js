// Whether what is shown is true right now. In the bar always, in words; across the page when not.
import { Emitter } from '../core/emitter.js';
import { button, el, icon, logInLink } from '../core/dom.js';
import { say } from './announce.js';
import { ageInWords } from '../words/age.js';

const TICK_MS = 1_000;
/** A line that is lost for less than this heals by itself and frightens nobody. */
const PATIENCE_S = 4;

/** What the bar says in a state; `age` is of what is shown. */
export const WORDS = Object.freeze({
  connecting: () => 'Connecting',
  live: () => 'Live',
  away: (age) => `No database · ${age} old`,
  reconnecting: (age) => `Reconnecting · ${age} old`,
  offline: (age) => `Offline · ${age} old`,
  signed_out: () => 'Logged out',
  broken: () => 'Stopped',
});

const NOTHING_YET = { away: 'No database', reconnecting: 'No answer yet', offline: 'Offline' };
/** States that may heal by themselves, and what the banner calls them. */
const LOST = {
  away: 'The server is there, but its database does not answer. ',
  reconnecting: 'The line to the server is down. ',
  offline: 'No network. ',
};
/** States in which waiting does not help. */
const ENDED = new Set(['signed_out', 'broken']);

/** A short age that starts at once: "12 s", then as elsewhere. */
export function shownAge(seconds) {
  if (!Number.isFinite(seconds)) return 'nothing loaded';
  return seconds < 60 ? `${Math.max(0, Math.round(seconds))} s` : ageInWords(seconds);
}

/** Event: `retry` when the person does not want to wait. A loss is an alert; that it is over is said politely. */
export class Connection extends Emitter {
  constructor(pill, banner, settings) {
    super();
    this.pill = pill;
    this.words = pill.querySelector('[data-words]');
    this.banner = banner;
    this.settings = settings;
    this.show({ state: 'connecting', heard: null, ahead: 0 });
    setInterval(() => this.#tell(), TICK_MS);
  }

  /** @param {{state: string, heard: ?number, ahead: number}} connection of data/feed.js */
  show(connection) {
    if (connection.state !== this.connection?.state) this.since = Date.now() / 1000;
    this.connection = connection;
    this.#tell();
  }

  get #age() {
    const { heard, ahead } = this.connection;
    return heard === null ? NaN : Date.now() / 1000 + ahead - heard;
  }

  #tell() {
    const { state, heard } = this.connection;
    const age = heard === null ? 'nothing' : shownAge(this.#age);
    const words = heard === null && NOTHING_YET[state] ? NOTHING_YET[state] : WORDS[state](age);
    this.pill.dataset.state = state;
    if (this.words.textContent !== words) {
      this.words.textContent = words;
      this.pill.title = words; // a small phone has no room for the longest
    }
    this.#cross(state, age);
  }

  // The banner is built once a state, so that a screen reader hears it once; only its age runs.
  #cross(state, age) {
    const lost = ENDED.has(state)
      || (state in LOST && Date.now() / 1000 - this.since > PATIENCE_S);
    const name = lost ? state : '';
    if (this.crossed !== name) {
      if (this.crossed && state === 'live') say('Live again.');
      this.crossed = name;
      this.banner.replaceChildren(...(lost ? [this.#banner(state)] : []));
    }
    const figure = this.banner.querySelector('[data-age]');
    if (figure) figure.textContent = age;
  }

  #banner(state) {
    const retry = state === 'broken' ? button('button small', () => location.reload(), 'Load again')
      : button('button small', () => this.emit('retry'), 'Try now');
    return el('div', { class: 'banner bad' }, icon('alarm', this.settings.symbols_url),
      el('p', {}, this.#sentence(state)),
      state === 'signed_out' ? logInLink(this.settings) : null, retry);
  }

  #sentence(state) {
    if (state === 'signed_out') {
      return [el('strong', {}, 'Your session ended. '), 'What you see no longer changes. Log in again, then try now.'];
    }
    if (state === 'broken') return [el('strong', {}, 'The map stopped because of a fault. '), 'Load the page again.'];
    const first = LOST[state];
    if (this.connection.heard === null) return [el('strong', {}, first), 'Nothing is loaded yet.'];
    return [
      el('strong', {}, first), `You see ${this.settings.what ?? 'the map'} as it was `,
      // counted aloud every second, the age would drown everything else
      el('span', { 'data-age': '', 'aria-hidden': 'true' }), ' ago.',
    ];
  }
}
