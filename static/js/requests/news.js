// Hears from the feed that something was asked for, moved on or shipped; what it is, the board says.

/** A busy minute is one fetch in so long, and not one for each request. */
const TOGETHER_MS = 800;
/** A line that broke may have missed news, and `catchup` and `reload` stand for any. */
const NEWS = ['requests', 'catchup', 'reload'];

/**
 * @param {function()} tell called soon after there may be something new
 * @param {function()} beat called whenever the line shows that it is alive
 */
export function hear(tell, beat) {
  const source = new EventSource('/api/feed');
  let waiting = null;
  const soon = () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      tell();
    }, TOGETHER_MS);
  };
  // the first opening follows the page, which is new
  source.addEventListener('open', () => source.addEventListener('open', soon), { once: true });
  for (const name of NEWS) source.addEventListener(name, soon);
  for (const name of [...NEWS, 'open', 'change', 'dispatch', 'beat']) source.addEventListener(name, beat);
}
