// Numbers and nouns as people read them.
const whole = new Intl.NumberFormat('en-US');

/** 2481 reads "2,481"; what is not a number reads "unknown", never 0. */
export function count(number) {
  return typeof number === 'number' && Number.isFinite(number) ? whole.format(number) : 'unknown';
}

/** For a circle 40 px wide: 950, 1.2k, 12k. */
export function short(number) {
  if (number < 1000) return String(number);
  if (number < 9950) return `${(number / 1000).toFixed(1)}k`;
  return `${Math.round(number / 1000)}k`;
}

/** "1 resource", "2 resources". */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}
