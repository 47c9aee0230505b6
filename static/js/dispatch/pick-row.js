// One unit that could be sent: its name, when it would be there, why it, and what speaks against.
import { button, el } from '../core/dom.js';
import { minutesInWords } from '../words/dispatch.js';
import { distanceInWords } from '../words/distance.js';
import { symbol } from '../ui/symbol.js';

// The first reason says how the minutes were reckoned: it belongs to the figure.
const isReckoning = (reason) => /^[\dh ]+min: /.test(reason);

function figures({ eta_minutes: minutes, distance_m: meters }) {
  return [Number.isFinite(minutes) && minutesInWords(minutes), Number.isFinite(meters) && distanceInWords(meters)]
    .filter(Boolean).join(' · ');
}

/**
 * @param {object} pick {unit_id, name, unit_type, status, agency, eta_minutes, distance_m, reasons, warnings}
 * @param {{glossary, checked: boolean, change: function(boolean), unit: function}} shown
 */
export function pickRow(pick, { glossary, checked, change, unit }) {
  const { unit_id: id, name, unit_type: type, agency, reasons = [], warnings = [] } = pick;
  const box = el('input', {
    type: 'checkbox', id: `pick-${id}`, checked, dataset: { keep: `pick-${id}` }, onchange: () => change(box.checked),
  });
  return el('li', { class: 'pick-row' }, box,
    el('div', { class: 'words' },
      el('label', { htmlFor: `pick-${id}` }, symbol(glossary.catalog, { kind: 'unit', status: pick.status ?? 'available' }),
        el('strong', { title: name }, name), el('span', { class: 'eta', title: reasons.find(isReckoning) }, figures(pick))),
      el('p', { class: 'quietly' },
        [glossary.unitType(type), agency, ...reasons.filter((reason) => !isReckoning(reason))].filter(Boolean).join(' · ')),
      warnings.map((words) => el('p', { class: 'out-of-date' }, words))),
    button('icon-button', () => unit(id), el('span', { 'aria-hidden': 'true' }, '›'),
      el('span', { class: 'spoken' }, `Open ${name}`)));
}

/** A unit that was not suggested, and the reason. */
export function passedRow({ unit_id: id, name, unit_type: type, reason }, { glossary, unit }) {
  return el('li', { class: 'passed-row' }, button('name-link', () => unit(id), name),
    el('span', { class: 'quietly' }, ` ${glossary.unitType(type)}: `), reason);
}
