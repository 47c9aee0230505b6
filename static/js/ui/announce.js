// Words for those who hear the page: what was done at once, counts politely and seldom.
import { $ } from '../core/dom.js';

const COUNT_EVERY_MS = 6_000;
/** Two parts of a page that tell of the same thing are heard once. */
const ECHO_MS = 1_000;

let last = { words: '', at: 0 };

/** Say it now, after what is being read. */
export function say(words) {
  const at = Date.now();
  if (words === last.words && at - last.at < ECHO_MS) return;
  last = { words, at };
  $('#polite').textContent = words;
}

/** Says what keeps changing, such as how many resources are shown. */
export class Announcer {
  /** Say a count when it changed and the last words are some seconds ago; the latest wins. */
  count(words) {
    if (words === this.said) return;
    clearTimeout(this.timer);
    const pause = Math.max(400, last.at + COUNT_EVERY_MS - Date.now());
    this.timer = setTimeout(() => this.say(words), pause);
  }

  /** Say it now. */
  say(words) {
    this.said = words;
    say(words);
  }
}
