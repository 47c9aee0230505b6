// Lengths of time that are estimates: as much detail as they deserve, like running_out_words.py.
const DAY = 24;

/** 40 min, 2.5 h, 6 h, 4 days. */
export function hoursInWords(hours) {
  if (hours < 1 / 12) return 'under 5 min';
  if (hours < 1) return `${Math.round(hours * 12) * 5} min`;
  if (hours < 3) return `${Math.round(hours * 2) / 2} h`;
  if (hours < 2 * DAY) return `${Math.round(hours)} h`;
  return hours < 60 * DAY ? `${Math.round(hours / DAY)} days` : 'more than 60 days';
}

/** 4–9 h, 40 min – 2 h. */
export function rangeInWords(least, most) {
  const [low, high] = [hoursInWords(least), hoursInWords(most)];
  const [number, ...unit] = low.split(' ');
  if (low === high) return low;
  return unit.join(' ') === high.split(' ').slice(1).join(' ') ? `${number}–${high}` : `${low} – ${high}`;
}
