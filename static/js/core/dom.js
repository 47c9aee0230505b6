// Making elements without parsing markup: what a county typed as a name stays text.

/** How soon a browser that cannot say when it is idle is taken to be. */
const SOON_MS = 3_000;

function setProperty(element, name, value) {
  if (name === 'class') element.className = value;
  else if (name === 'dataset') Object.assign(element.dataset, value);
  else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name in element && !name.startsWith('aria') && name !== 'list' && name !== 'role') element[name] = value;
  else element.setAttribute(name, value);
}

/**
 * An element: el('button', {class: 'quiet', onclick: save}, 'Save', icon).
 * Properties that are null, undefined or false are left out; so are such children.
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value !== null && value !== undefined && value !== false) setProperty(element, name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that does something here and sends no form. */
export function button(className, onclick, ...children) {
  return el('button', { type: 'button', class: className, onclick }, ...children);
}

/** The way back in, in another tab, so that this page loses nothing. */
export function logInLink(settings) {
  return el('a', {
    class: 'button small', href: settings.urls.log_in, target: '_blank', rel: 'noopener',
  }, 'Log in');
}

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element with attributes. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** An icon of the symbol file, hidden from screen readers: the words beside it say it. */
export function icon(name, symbolsUrl, className = 'icon') {
  return svg('svg', { class: className, 'aria-hidden': 'true', viewBox: '0 0 24 24' },
    svg('use', { href: `${symbolsUrl}#${name}` }));
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** Run at most once a frame, with the last arguments. */
export function framed(call) {
  let pending = null;
  return (...args) => {
    if (pending === null) {
      requestAnimationFrame(() => {
        const latest = pending;
        pending = null;
        call(...latest);
      });
    }
    pending = args;
  };
}

/** Run once the calls pause for `ms`, with the last arguments. */
export function settled(call, ms) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(call, ms, ...args);
  };
}

/** Call when the page has nothing else to do. */
export const whenIdle = globalThis.requestIdleCallback ?? ((call) => setTimeout(call, SOON_MS));
