// A cursor names a moment of the server's journal: "identity-xmin:xmax:running,…". The page never
// makes one, but it may have to know which of two is the older.

function parts(cursor) {
  const dash = cursor.indexOf('-');
  const [, end, running] = cursor.slice(dash + 1).split(':');
  const xids = (running ?? '').split(',').filter(Boolean).map(Number);
  return { identity: cursor.slice(0, dash), end: Number(end), running: new Set(xids) };
}

/** Whether everything that the one moment had seen, the other has seen as well. */
export function isWithin(one, other) {
  if (!one || !other) return false;
  if (one === other) return true;
  const [mine, theirs] = [parts(one), parts(other)];
  if (mine.identity !== theirs.identity || !(mine.end <= theirs.end)) return false;
  return [...theirs.running].every((xid) => xid >= mine.end || mine.running.has(xid));
}
