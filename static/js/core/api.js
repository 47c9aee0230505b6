// Talking to the server from the page. Every failure is one kind of error with words to show.

/** `code` is the server's ("conflict", "invalid", …), or "unreachable" when there was no answer. */
export class ApiError extends Error {
  constructor({ code, status = 0, message, data = {} }) {
    super(message);
    Object.assign(this, { code, status, data });
  }
}

/** The token belongs to the session: after a log-in elsewhere the page's own is worth nothing. */
let tokenIsOld = false;

const csrfMeta = (page) => page.querySelector('meta[name="csrf-token"]');

async function csrfToken() {
  if (tokenIsOld) {
    const text = await fetch('/').then((response) => response.text());
    csrfMeta(document).content = csrfMeta(new DOMParser().parseFromString(text, 'text/html'))?.content ?? '';
    tokenIsOld = false;
  }
  return csrfMeta(document)?.content ?? '';
}

async function problemOf(response) {
  const data = await response.json().catch(() => ({}));
  return new ApiError({
    code: data.error ?? 'failed', status: response.status, data,
    message: data.message ?? `The server answered ${response.status}. Try again.`,
  });
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (problem) {
    if (problem.name === 'AbortError') throw problem;
    throw new ApiError({
      code: 'unreachable',
      message: 'The server cannot be reached. Nothing was saved; try again when the line is back.',
    });
  }
  if (response.status === 401) tokenIsOld = true;
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

/** GET JSON; rejects with ApiError, or AbortError when `signal` was used. */
export function get(url, { signal } = {}) {
  return ask(url, { signal, headers: { Accept: 'application/json' } });
}

/** Send JSON with the page's CSRF token. */
export async function send(method, url, body) {
  return ask(url, {
    method,
    headers: {
      Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': await csrfToken(),
    },
    body: JSON.stringify(body),
  });
}
