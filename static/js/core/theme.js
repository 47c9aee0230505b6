// Dark or light: the person's choice, else the system's.
import { recall, remember } from './storage.js';

export function isDark() {
  const chosen = recall('theme', null);
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** Choose the other one; canvases hear `themechange` on window and paint again. */
export function changeTheme() {
  const next = isDark() ? 'light' : 'dark';
  remember('theme', next);
  document.documentElement.dataset.theme = next;
  dispatchEvent(new Event('themechange'));
}
