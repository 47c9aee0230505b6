// Where the keyboard is, while things are drawn anew.

const SAME = ['data-keep', 'data-part', 'id', 'href', 'aria-label', 'name'];

/** A selector that finds the same thing again in what replaces it; null when nothing names it. */
function nameOf(element) {
  const name = SAME.find((one) => element.getAttribute(one));
  return name ? `${element.localName}[${name}="${CSS.escape(element.getAttribute(name))}"]` : null;
}

/**
 * Draw a part of the page anew; what had the focus has it again.
 * @param {HTMLElement} root what is drawn anew; @param {function} draw
 * @param {string} otherwise selector of what takes the focus when the thing itself is gone
 */
export function keepingFocus(root, draw, otherwise) {
  const here = root.contains(document.activeElement) ? document.activeElement : null;
  const name = here && nameOf(here);
  draw();
  if (!here || document.activeElement === here) return;
  const again = here.isConnected ? here : (name && root.querySelector(name)) ?? root.querySelector(otherwise);
  again?.focus({ preventScroll: true });
}

/** Give the focus back to what had it; when that is gone, to the first of `others` that is in sight. */
export function giveBack(opener, ...others) {
  const inSight = (element) => element?.isConnected && element !== document.body && element.checkVisibility();
  [opener, ...others].find(inSight)?.focus();
}
