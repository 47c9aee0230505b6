// A button beside each password shows what was typed; it appears only where scripts run.
import { _ } from '../words/language.js';

for (const button of document.querySelectorAll('[data-reveals]')) {
  const input = document.getElementById(button.dataset.reveals);
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    button.textContent = shown ? _('Hide') : _('Show');
    button.setAttribute('aria-pressed', String(shown));
    input.focus();
  });
}
document.querySelector('[aria-invalid]')?.focus();
