// What a board shows and in which order, as the address keeps it after the `#`, which is never
// sent to the server's log. A link and the back button lead to the same rows.

export const LISTS = Object.freeze(['status', 'priority', 'type', 'county', 'agency']);
const PLAIN = Object.freeze(['q', 'region', 'sort']);

/** @returns {{status: string[], priority: string[], type: string[], county: string[], agency: string[],
 *   q: string, region: string, sort: string, reverse: boolean, flat: boolean}} */
export function parse(fragment) {
  const params = new URLSearchParams(fragment.replace(/^#/, ''));
  const choice = { reverse: params.get('reverse') === '1', flat: params.get('flat') === '1' };
  for (const name of LISTS) choice[name] = (params.get(name) ?? '').split(',').filter(Boolean);
  for (const name of PLAIN) choice[name] = params.get(name) ?? '';
  choice.page = Math.max(1, Math.floor(Number(params.get('page'))) || 1);
  return choice;
}

/** The fragment for a choice, without `#`; `parse(format(choice))` is the choice. */
export function format(choice) {
  const params = new URLSearchParams();
  for (const name of LISTS) if (choice[name].length) params.set(name, choice[name].join(','));
  for (const name of PLAIN) if (choice[name]) params.set(name, choice[name]);
  for (const name of ['reverse', 'flat']) if (choice[name]) params.set(name, '1');
  if (choice.page > 1) params.set('page', String(choice.page));
  return params.toString().replaceAll('%2C', ',');
}

/** Whether anything is left out by the choice. */
export function narrows(choice) {
  return Boolean(choice.q.trim() || choice.region) || LISTS.some((name) => choice[name].length > 0);
}

/** The same order, and nothing left out. */
export function widened(choice) {
  return { ...choice, ...Object.fromEntries(LISTS.map((name) => [name, []])), q: '', region: '', page: 1 };
}
