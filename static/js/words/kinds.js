// Kinds of units as they are said: "engine or rescue", and "ambulance" for ALS and BLS alike.

const small = (title) => (/^[A-Z]{2}/.test(title) ? title : title[0].toLowerCase() + title.slice(1));

/** @param {string[]} titles of the kinds, such as "Ambulance, ALS" */
export function kindsInWords(titles) {
  const heads = new Set(titles.map((title) => title.split(',')[0]));
  if (heads.size === 1 && titles.length > 1) return small([...heads][0]);
  const words = titles.map((title) => title.split(', ').reverse().map(small).join(' '));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** "1 of 4 engines", "0 of 2 ambulances, type 2 or better". */
export function shareInWords({ have, count, unit_types: types, type_level: level = null, capabilities = [] }, titleOf) {
  const kinds = kindsInWords(types.map(titleOf));
  return [`${have} of ${count} ${count === 1 ? kinds : severalOf(kinds)}`,
    level === null ? '' : level > 1 ? `type ${level} or better` : 'type 1',
    capabilities.length ? `with ${capabilities.join(', ')}` : ''].filter(Boolean).join(', ');
}

const ODD = { bus: 'buses', other: 'others', command: 'command units', rescue: 'rescues' };

function severalOf(kinds) {
  return kinds.split(' or ').map((one) => ODD[one] ?? `${one}s`).join(' or ');
}
