// Logging out clears the phone. What is not sent yet would be lost, so that is asked first.
import { el } from '../core/dom.js';
import { recall, remember } from '../core/storage.js';
import { _ } from '../words/language.js';
import { eraseAll } from './kept.js';
import { reports } from './telling.js';

const DUE = 'log-out-due';
const PATIENCE_MS = 3000;

/** @returns {Promise<string>} `send`, `discard` or `stay` */
function asked(count) {
  const choices = [['send', _('Send first'), 'button primary'], ['discard', _('Discard and log out'), 'button danger'],
    ['stay', _('Stay'), 'button']];
  const dialog = el('dialog', { id: 'log-out-dialog', 'aria-labelledby': 'log-out-title' },
    el('h2', { id: 'log-out-title' }, _('{reports} not sent', { reports: reports(count) })),
    el('p', {}, _('Logging out clears this phone. What is not sent then is lost.')),
    el('div', { class: 'row' }, choices.map(([value, words, look]) => el('button', {
      type: 'button', class: `${look} wide`, value, onclick: () => dialog.close(value),
    }, words))));
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue || 'stay');
    });
    dialog.showModal();
  });
}

/** No more notices here. Without a line the browser's side of it ends all the same. */
const unsubscribed = () => import('./push.js').then(({ disable }) => disable()).catch(() => {});

/**
 * Log out by a form. @param {object} phone {account, outbox, sender, say, close()}
 * @returns {Promise<void>} when it is decided; the page is left unless the person stays
 */
export async function leave(form, phone) {
  const unsettled = async () => (await phone.outbox.items()).length;
  let count = await unsettled();
  const choice = count ? await asked(count) : 'discard';
  if (choice === 'stay') return;
  if (choice === 'send') {
    await phone.sender.kick();
    count = await unsettled();
    if (count) {
      phone.say({ tone: 'bad', text: _('{reports} could not be sent. You are still logged in.', { reports: reports(count) }) });
      return;
    }
  }
  const body = new FormData(form);
  await Promise.race([unsubscribed(), new Promise((done) => { setTimeout(done, PATIENCE_MS); })]);
  await phone.close();
  await eraseAll(phone.account);
  await ended(form.action, body);
}

/** The server ends the log-in; without a line, as soon as this browser opens a page of /m again. */
async function ended(action, body) {
  try {
    const response = await fetch(action, { method: 'POST', body });
    if (response.status < 500) remember(DUE, false);
    location.replace('/log-in?next=/m');
  } catch {
    remember(DUE, true);
    document.body.replaceChildren(el('main', { id: 'content' }, el('h1', {}, _('This phone is cleared')),
      el('p', {}, _('There is no connection, so the server does not know yet that you have logged out.'), ' ',
        _('It is told as soon as this page is opened with a connection.')),
      el('a', { class: 'button wide', href: '/m' }, _('Try again'))));
  }
}

/** Whether somebody logged out here without a line and the server was not told; tells it now. */
export async function leaveIfDue(account) {
  if (!recall(DUE, false)) return false;
  const body = new FormData();
  body.set('csrf_token', document.querySelector('meta[name="csrf-token"]')?.content ?? '');
  await eraseAll(account);
  await ended('/log-out', body);
  return true;
}
