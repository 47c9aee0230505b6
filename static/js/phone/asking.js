// Asking the server from the phone. No answer is not an error here but the usual state of the line.
import { $ } from '../core/dom.js';

/** A line that carries nothing for this long is dead, whatever the phone's bars say. */
const PATIENCE_MS = 30_000;

const token = () => $('meta[name="csrf-token"]')?.content ?? '';

async function patiently(url, options = {}) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE_MS);
  try {
    return await fetch(url, { ...options, signal: control.signal });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Send JSON. @returns {Promise<{status: number, data: object}>}; rejects when there is no answer, or
 * one that is not ours, such as the log-in page of a hotel's network
 */
export async function post(url, body) {
  const response = await patiently(url, {
    method: 'POST', body: JSON.stringify(body),
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token() },
  });
  return { status: response.status, data: await response.json() };
}

/**
 * A page of ours as the server draws it now. Rejects when there is no answer.
 * @returns {Promise<{page: ?Document, account: ?string, isSignedOut: boolean, status: number}>}
 */
export async function pageOf(url, options = {}) {
  const response = await patiently(url, { ...options, headers: { Accept: 'text/html' } });
  const account = response.headers.get('X-Meris-Account');
  const isSignedOut = response.redirected && new URL(response.url).pathname.startsWith('/log-in');
  if (!account || !response.ok) return { page: null, account, isSignedOut, status: response.status };
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  return { page, account, isSignedOut, status: response.status };
}

/** A token of the present log-in. @returns {Promise<?string>} the mark of the account it is for */
export async function renew() {
  const { page, account } = await pageOf('/m/queue');
  const fresh = page && $('meta[name="csrf-token"]', page);
  if (fresh && account === document.body.dataset.account) $('meta[name="csrf-token"]').content = fresh.content;
  return account;
}
