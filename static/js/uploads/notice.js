// What became of a step, at the foot of the window: read aloud, moving nothing, there until it is
// closed or the next step is taken.
import { button, el } from '../core/dom.js';

export class Notice {
  constructor() {
    this.box = el('div', { class: 'toast', hidden: true });
    this.said = el('div', { class: 'spoken', role: 'status' });
    document.body.append(this.box, this.said);
  }

  /** Only for those who hear the page: what they see, they see. */
  whisper(words) {
    this.said.textContent = words;
  }

  hide() {
    this.box.hidden = true;
  }

  /** @param {string} tone of css/banner.css; @param {Element[]} actions links or buttons */
  say(words, tone = 'info', actions = []) {
    this.box.hidden = false;
    this.box.replaceChildren(el('div', { class: `banner ${tone}`, role: tone === 'error' ? 'alert' : 'status' },
      el('p', {}, words), ...actions, button('button quiet small', () => this.hide(), 'Close')));
  }

  /** A step came to nothing; `again` repeats it. */
  fail(trouble, again) {
    const apart = { class: 'button small', href: '/log-in', target: '_blank', rel: 'noopener' };
    const logIn = trouble.ended && el('a', apart, 'Log in');
    this.say(trouble.message, 'error', [logIn, button('button small', again, 'Try again')].filter(Boolean));
  }
}
