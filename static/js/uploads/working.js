// What a person sees while the server works: words with counts, a bar, and how long it has taken.
import { $, el } from '../core/dom.js';

const TICK_MS = 1_000;
// Short work needs no clock, and very short work no words.
const CLOCK_AFTER_S = 3;
const SHOW_AFTER_MS = 250;

/** A line of words and a bar, in `<div class="working">` with a `<p>` and a `<progress>`. */
export class Working {
  #box;
  #words;
  #bar;
  #timer;
  #soon;
  #step;

  constructor(box) {
    this.#box = box;
    this.#words = $('p', box);
    this.#bar = $('progress', box);
  }

  /** A bar at the foot of the window: it moves nothing on the page. */
  static afloat() {
    const box = el('div', { class: 'working toast', hidden: true },
      el('p', { role: 'status' }), el('progress', { 'aria-label': 'Working' }));
    $('main').append(box);
    return new Working(box);
  }

  /** So much of a known whole is done. */
  part(words, done, whole) {
    clearInterval(this.#timer);
    this.#say(words);
    this.#bar.max = whole;
    this.#bar.value = done;
  }

  /** Nobody knows how much is left; the seconds count up. */
  wait(words) {
    const since = Date.now();
    clearInterval(this.#timer);
    this.#bar.removeAttribute('value');
    this.#say(`${words} …`);
    this.#timer = setInterval(() => {
      const seconds = Math.round((Date.now() - since) / 1000);
      if (seconds >= CLOCK_AFTER_S) this.#words.textContent = `${words} … ${seconds} s`;
    }, TICK_MS);
  }

  /** The server's own progress: a step, and rows where they are counted. */
  hear({ step, done, total }, steps) {
    const words = steps[step];
    if (!words) return;
    const number = (count) => count.toLocaleString('en-US');
    if (total) this.part(`${words}: ${number(done)} of ${number(total)}`, done, total);
    else if (step !== this.#step) this.wait(words);
    this.#step = step;
  }

  hide() {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#soon = null;
    this.#box.hidden = true;
  }

  #say(words) {
    this.#words.textContent = words;
    if (this.#box.hidden) this.#soon ??= setTimeout(() => { this.#box.hidden = false; }, SHOW_AFTER_MS);
  }
}
