// What every page does: the theme, ages that go on ageing, keys, and the focus on what was just said.
import { changeTheme } from './core/theme.js';
import { attend } from './ui/arrival.js';
import './ui/page-keys.js';
import { clockTime, retold } from './words/age.js';

const AGE_TICK_MS = 15_000;

/** Every <time class="age" datetime="…"> in words, with the clock time in its tooltip. */
export function tellAges() {
  for (const time of document.querySelectorAll('time.age[datetime]')) {
    const words = retold(time, Date.now() / 1000);
    if (time.textContent !== words) time.textContent = words;
    time.title = clockTime(time.getAttribute('datetime'));
  }
}

for (const id of ['theme', 'theme-menu']) {
  document.getElementById(id)?.addEventListener('click', changeTheme);
}
matchMedia('(prefers-color-scheme: dark)')
  .addEventListener('change', () => dispatchEvent(new Event('themechange')));
attend();
tellAges();
setInterval(tellAges, AGE_TICK_MS);
