// One's own last commands: kept while the tab is open, for this person only, never sent anywhere.
const MOST = 20;

export class Past {
  /** @param {string} person whose commands they are */
  constructor(person) {
    this.name = `meris.commands.${person}`;
  }

  /** The last ones, the newest first. */
  get lines() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name) ?? '[]');
    } catch {
      return this.kept ?? [];
    }
  }

  add(line) {
    this.kept = [line, ...this.lines.filter((one) => one !== line)].slice(0, MOST);
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.kept));
    } catch {
      // storage is forbidden: they last as long as the page
    }
  }
}
