// Words for those who hear the page: counts politely and seldom, losses at once.

const COUNT_EVERY_MS = 6_000;

export class Announcer {
  constructor(polite) {
    this.polite = polite;
    this.last = 0;
  }

  /** Say a count when it changed and the last one is some seconds ago; the latest wins. */
  count(words) {
    if (words === this.said) return;
    clearTimeout(this.timer);
    const pause = Math.max(400, this.last + COUNT_EVERY_MS - Date.now());
    this.timer = setTimeout(() => this.say(words), pause);
  }

  /** Say it now. */
  say(words) {
    this.said = words;
    this.last = Date.now();
    this.polite.textContent = words;
  }
}
