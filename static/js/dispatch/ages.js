// Ages and expectations that go on running while the panel stays as it is.
import { el } from '../core/dom.js';
import { clockTime, epochOf } from '../words/age.js';
import { dueInWords, spanInWords } from '../words/dispatch.js';

let ahead = 0;

/** Seconds the server's clock is ahead of this machine's (data/feed.js). */
export function setAhead(seconds) {
  ahead = seconds;
}

/** Epoch seconds by the server's clock. */
export const now = () => Date.now() / 1000 + ahead;

/** How long it has been so: "4 min". */
export function since(moment) {
  const epoch = epochOf(moment);
  return el('time', { dataset: { since: String(epoch) }, title: clockTime(epoch) }, spanInWords(now() - epoch));
}

/** When it is due: "in 4 min", "2 min late". */
export function due(moment) {
  const epoch = epochOf(moment);
  return el('time', { dataset: { due: String(epoch) }, title: clockTime(epoch) }, dueInWords(epoch - now()));
}

/** Bring all of them under `root` up to date. */
export function tellAges(root) {
  for (const time of root.querySelectorAll('time[data-since]')) tell(time, spanInWords(now() - Number(time.dataset.since)));
  for (const time of root.querySelectorAll('time[data-due]')) tell(time, dueInWords(Number(time.dataset.due) - now()));
}

function tell(time, words) {
  if (time.textContent !== words) time.textContent = words;
}
