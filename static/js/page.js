// What every page does: the theme, and ages that go on ageing.
import { changeTheme } from './core/theme.js';
import { agoInWords, clockTime, epochOf } from './words/age.js';

const AGE_TICK_MS = 15_000;

/** Every <time class="age" datetime="…"> in words, with the clock time in its tooltip. */
export function tellAges() {
  for (const time of document.querySelectorAll('time.age[datetime]')) {
    const moment = time.getAttribute('datetime');
    time.textContent = agoInWords(Date.now() / 1000 - epochOf(moment));
    time.title = clockTime(moment);
  }
}

for (const id of ['theme', 'theme-menu']) {
  document.getElementById(id)?.addEventListener('click', changeTheme);
}
matchMedia('(prefers-color-scheme: dark)')
  .addEventListener('change', () => dispatchEvent(new Event('themechange')));
tellAges();
setInterval(tellAges, AGE_TICK_MS);
