// One step of the way: send a form, say how far the server is, and take over the page that follows.
// The line may be lost and the log-in may end meanwhile; neither loses what the person did.
import { $ } from '../core/dom.js';

const LOOK_EVERY_MS = 400;

/** A step that came to nothing; `ended`: the person has to log in again. */
export class Trouble extends Error {
  constructor(message, { ended = false, lost = false } = {}) {
    super(message);
    Object.assign(this, { ended, lost });
  }
}

const ENDED = 'Your log-in has ended. Log in again in a new tab, then try again: nothing here is lost.';
const LOST = 'The server cannot be reached. Try again when the line is back.';

async function pageOf(response) {
  if (response.status === 401 || new URL(response.url).pathname === '/log-in') throw new Trouble(ENDED, { ended: true });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (!$('#upload-page', page)) {
    const words = $('main p', page)?.textContent.trim();
    throw new Trouble(words || `The server answered ${response.status}. Try again.`);
  }
  return page;
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (problem) {
    if (problem.name === 'AbortError') throw problem;
    throw new Trouble(LOST, { lost: true });
  }
  return pageOf(response);
}

/** The page as it is now, or would be at another address of it. */
export function look(url = location.href, { signal } = {}) {
  return ask(url, { signal });
}

/** Send a form's entries; what is listed stays what the address says. */
export function post(action, entries) {
  const url = new URL(action, location.href);
  url.search = location.search;
  return ask(url, { method: 'POST', body: new URLSearchParams(entries) });
}

/** {state, step, done, total} of the work on the upload, or null when nobody knows just now. */
async function progressOf(upload) {
  try {
    const response = await fetch(`/api/uploads/${upload}/progress`);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Tell `hear` how far the server is until `stop()` is called. */
export function follow(upload, hear) {
  let stopped = false;
  const tick = async () => {
    if (stopped) return;
    const progress = await progressOf(upload);
    if (progress && !stopped) hear(progress);
    setTimeout(tick, LOOK_EVERY_MS);
  };
  setTimeout(tick, LOOK_EVERY_MS);
  return { stop() { stopped = true; } };
}

/** Wait until nobody applies the upload any more. */
export async function ended(upload, hear) {
  for (;;) {
    const progress = await progressOf(upload);
    if (progress) {
      hear(progress);
      if (progress.state !== 'applying') return;
    }
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY_MS); });
  }
}
