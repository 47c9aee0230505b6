// Arrow keys among a few things that belong together, such as the statuses of a shelter.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Which of `length` things a key leads to from number `at`; null for any other key. */
export function nextOf(key, at, length) {
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  return key in STEPS ? (at + STEPS[key] + length) % length : null;
}

/**
 * Arrows, Home and End walk through what matches in `root`.
 * @param {{oneStop?: boolean}} options whether the Tab key stops at one of them only, the pressed one first
 */
export function walkWithArrows(root, selector, { oneStop = false } = {}) {
  const all = () => [...root.querySelectorAll(selector)];
  const stopAt = (one) => all().forEach((element) => { element.tabIndex = element === one ? 0 : -1; });
  if (oneStop) {
    stopAt(root.querySelector('[aria-pressed="true"]') ?? all()[0]);
    root.addEventListener('focusin', ({ target }) => stopAt(target));
  }
  root.addEventListener('keydown', (event) => {
    const those = all();
    const at = those.indexOf(event.target);
    const next = at < 0 || event.ctrlKey || event.metaKey || event.altKey ? null : nextOf(event.key, at, those.length);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    those[next].focus();
  });
}
