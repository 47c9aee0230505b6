// Passkeys: hands the server's question to the browser and the browser's proof to the server.
import { _ } from '../words/language.js';

const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const known = list => (list ?? []).map(key => ({ ...key, id: bytes(key.id) }));

function question(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  };
}

function proof(credential) {
  const { response } = credential;
  const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const parts = names.filter(name => response[name]).map(name => [name, text(response[name])]);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: { ...Object.fromEntries(parts), transports: response.getTransports?.() ?? [] },
    extensions: JSON.stringify(credential.getClientExtensionResults()),
  });
}

function reason(error) {
  if (error.name === 'SecurityError') {
    return _('Passkeys need an address with a name and https, such as https://meris.example or http://localhost.');
  }
  if (error.name === 'InvalidStateError') return _('This device has a passkey for MERIS already.');
  return _('The browser did not use a passkey. Try again, or use the password.');
}

async function ask(form) {
  const problem = document.getElementById('passkey-problem');
  const again = form.querySelector('[data-again]');
  problem.hidden = again.hidden = true;
  try {
    const publicKey = question(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials[form.dataset.ceremony]({ publicKey });
    form.elements.credential.value = proof(credential);
    form.submit();
  } catch (error) {
    problem.textContent = window.PublicKeyCredential ? reason(error) : _('This browser knows no passkeys.');
    problem.hidden = again.hidden = false;
  }
}

const form = document.getElementById('passkey');
if (form) {
  form.querySelector('[data-again]').addEventListener('click', () => ask(form));
  ask(form);
}
