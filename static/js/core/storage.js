// What a panel remembers. A browser that forbids storage forgets, and everything else works.
const PREFIX = 'meris.';

export function recall(name, otherwise) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // a private window or a full disk: not worth a word
  }
}
