// Doing what was understood: the calls that the server named, in order, each with a key of its own
// so that the same line sent twice does it once.
import { send } from '../core/api.js';

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12)); // randomUUID needs https
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param {object} command an answer of /api/command; it keeps the key, so that a second try is the same
 * @returns {Promise<object[]>} the answers in order; rejects with the ApiError of the first refusal,
 *   which then says by `done` how many calls were made
 */
export async function act(command) {
  command.key ??= newKey();
  const answers = [];
  for (const [n, { method, url, body }] of command.actions.entries()) {
    try {
      answers.push(await send(method, url, method === 'PATCH' && url.startsWith('/api/resources/') ? body
        : { ...body, key: `${command.key}-${n}` }));
    } catch (problem) {
      throw Object.assign(problem, { done: n });
    }
  }
  return answers;
}

/**
 * The line that sends the next best units in the place of those that somebody else was faster with.
 * @returns {{line: string, words: string}|null} null where nobody else fits
 */
export function instead(problem, command) {
  const next = (problem.data?.next ?? []).filter((one) => one?.unit_id);
  const asked = command.actions[problem.done ?? 0]?.body?.units;
  if (!next.length || !asked) return null;
  const taker = new Map(next.map((one) => [one.for, one]));
  const lost = new Set([...problem.data.taken ?? [], ...problem.data.unfit ?? []].map(({ unit_id: id }) => id));
  const units = asked.map((id) => (lost.has(id) ? taker.get(id)?.unit_id : id)).filter(Boolean);
  const [, incident] = /\bto (\d{4}-\d+)/.exec(command.sentence) ?? [];
  return {
    line: `send ${units.map((id) => `#${id}`).join(' ')}${incident ? ` to ${incident}` : ''}`,
    words: `Send ${next.map(({ name }) => name).join(' and ')} instead`,
  };
}
