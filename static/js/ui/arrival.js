// A page that comes as the answer to a form: what it says is put where the keyboard is, so that it
// is read first and can be seen. A region that speaks is silent about what it held from the start.
import { $ } from '../core/dom.js';

const SAID = 'main [role="alert"]:not(:empty), main .flashes';

/** The focus goes to what the page says of what was just done, unless the page has a better place. */
export function attend() {
  if (location.hash || $('[autofocus]') || ![document.body, null].includes(document.activeElement)) return;
  const said = [...document.querySelectorAll(SAID)].find((element) => element.checkVisibility());
  if (!said) return;
  said.tabIndex = -1;
  said.focus();
}
