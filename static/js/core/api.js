// Talking to the server from the page. Every failure is one kind of error with words to show.
import { asked } from './asker.js';

/** `code` is the server's ("conflict", "invalid", …), or "unreachable" when there was no answer. */
export class ApiError extends Error {
  constructor({ code, status = 0, message, data = {} }) {
    super(message);
    Object.assign(this, { code, status, data });
  }
}

/**
 * What belongs to a sign-in: the page's mark (core/asker.js) and its token against forged requests.
 * After a log-out both are worth nothing; after a new log-in of the same person there are new ones.
 */
let signIn = null;
let isOver = false;

function read(page) {
  const { viewer } = JSON.parse(page.querySelector('#settings')?.textContent ?? '{}');
  return {
    mark: viewer?.mark, person: `${viewer?.name}, ${viewer?.agency}`,
    token: page.querySelector('meta[name="csrf-token"]')?.content ?? '',
  };
}

function ours() {
  signIn ??= read(document);
  return signIn;
}

/**
 * Take over a new log-in, if it is the same person's: what somebody typed must not be saved in
 * another's name. @returns {Promise<string>} the mark in force
 */
export async function renew() {
  const before = ours();
  const text = await fetch(location.pathname).then((response) => response.text());
  const now = read(new DOMParser().parseFromString(text, 'text/html'));
  isOver = now.person !== before.person;
  if (!isOver) signIn = now;
  return ours().mark;
}

/** The token that a form of this page is posted with. */
export function formToken() {
  return ours().token;
}

async function problemOf(response) {
  const data = await response.json().catch(() => ({}));
  return new ApiError({
    code: data.error ?? 'failed', status: response.status, data,
    message: data.message ?? `The server answered ${response.status}. Try again.`,
  });
}

async function ask(url, optionsOf) {
  let response;
  try {
    if (isOver) await renew();
    response = await fetch(asked(url, ours().mark), optionsOf(ours()));
  } catch (problem) {
    if (problem.name === 'AbortError') throw problem;
    throw new ApiError({
      code: 'unreachable',
      message: 'The server cannot be reached. Nothing was saved; try again when the line is back.',
    });
  }
  if (response.status === 401) isOver = true;
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

/** GET JSON; rejects with ApiError, or AbortError when `signal` was used. */
export function get(url, { signal } = {}) {
  return ask(url, () => ({ signal, headers: { Accept: 'application/json' } }));
}

/** Send JSON with the page's CSRF token. */
export function send(method, url, body) {
  return ask(url, ({ token }) => ({
    method,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': token },
    body: JSON.stringify(body),
  }));
}
