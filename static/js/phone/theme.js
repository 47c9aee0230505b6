// Sun or night: the person's choice, else the phone's own.
import { recall, remember } from '../core/storage.js';

/** Say on the buttons which is chosen. */
export function showTheme() {
  const chosen = recall('theme', null) ?? 'auto';
  for (const button of document.querySelectorAll('[data-theme-set]')) {
    button.setAttribute('aria-pressed', String(button.dataset.themeSet === chosen));
  }
}

/** @param {string} name auto, light or dark */
export function setTheme(name) {
  remember('theme', name === 'auto' ? null : name);
  if (name === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  showTheme();
}
