// What a person sees while the server works: words with a count, and how long it has taken.
import { $ } from '../core/dom.js';

const TICK_MS = 1_000;
// Short work needs no clock.
const CLOCK_AFTER_S = 3;

/** A line of words and a bar, made from `<div class="working">` or put after an element. */
export class Working {
  #box;
  #words;
  #bar;
  #timer;

  constructor(box) {
    this.#box = box;
    this.#words = $('p', box);
    this.#bar = $('progress', box);
  }

  /** A box of its own below `element`. */
  static below(element) {
    const box = document.createElement('div');
    const words = document.createElement('p');
    const bar = document.createElement('progress');
    box.className = 'working';
    words.setAttribute('role', 'status');
    bar.setAttribute('aria-label', 'Working');
    box.append(words, bar);
    element.append(box);
    return new Working(box);
  }

  /** So much of a known whole is done. */
  part(words, done, whole) {
    this.#show(words);
    this.#bar.max = whole;
    this.#bar.value = done;
  }

  /** Nobody knows how much is left; the seconds count up. */
  wait(words) {
    const since = Date.now();
    this.#bar.removeAttribute('value');
    this.#show(`${words} …`);
    this.#timer = setInterval(() => {
      const seconds = Math.round((Date.now() - since) / 1000);
      if (seconds >= CLOCK_AFTER_S) this.#words.textContent = `${words} … ${seconds} s`;
    }, TICK_MS);
  }

  hide() {
    clearInterval(this.#timer);
    this.#box.hidden = true;
  }

  #show(words) {
    clearInterval(this.#timer);
    this.#box.hidden = false;
    this.#words.textContent = words;
  }
}
