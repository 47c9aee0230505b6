// Somebody else was faster: who, when and for what; and who takes the place of whom.
import { el } from '../core/dom.js';
import { minutesInWords, namesInWords } from '../words/dispatch.js';

const inWords = ({ name, eta_minutes: minutes }) => [name,
  Number.isFinite(minutes) && minutesInWords(minutes)].filter(Boolean).join(', ');

/**
 * @param {string} message of the server, "Dana sent E12 to 2026-000012 4 s ago."
 * @param {object[]} lost {unit_id, unit}; @param {object[]} next {for, unit_id, name, …}, null where there is none
 */
export function lostRace(message, lost, next) {
  const found = next.filter((one) => one?.unit_id);
  const without = lost.filter(({ unit_id: id }) => !found.some((one) => one.for === id)).map(({ unit }) => unit);
  return el('div', { class: 'banner bad', role: 'alert' }, el('div', {},
    el('p', {}, el('strong', {}, message)),
    found.length ? el('p', {}, `Chosen instead: ${found.map(inWords).join('; ')}. Nothing was sent yet: press Enter to send.`)
      : el('p', {}, 'Nothing was sent yet.'),
    without.length ? el('p', {}, `Nobody else fits in place of ${namesInWords(without)}.`) : null));
}
