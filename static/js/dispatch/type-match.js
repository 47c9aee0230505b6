// Which types of incident some typed letters may mean, the likeliest first.

const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim();

/** 0 is the best; null when the type cannot be meant. */
function score({ title, short, words = [] }, typed) {
  if (plain(short) === typed) return 0;
  const names = [plain(title), ...words.map(plain)];
  if (names[0] === typed) return 1;
  if (names.includes(typed)) return 2;
  if (names[0].startsWith(typed)) return 3;
  if (names.some((name) => name.startsWith(typed))) return 4;
  if (names.some((name) => name.split(' ').some((word) => word.startsWith(typed)))) return 5;
  return plain(short).startsWith(typed) ? 6 : null;
}

/**
 * @param {{code, title, short, words}[]} types in the order a person should see them
 * @returns {object[]} those that `text` may mean; all of them when it is empty
 */
export function matchingTypes(types, text) {
  const typed = plain(text);
  if (!typed) return [...types];
  return types.map((type, rank) => ({ type, rank, score: score(type, typed) }))
    .filter((one) => one.score !== null)
    .sort((a, b) => a.score - b.score || a.rank - b.rank)
    .map(({ type }) => type);
}
