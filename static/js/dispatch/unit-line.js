// One unit at an incident: what it does and since when, what it most likely does next as the big
// button, and everything else it may do behind "More".
import { button, el, icon } from '../core/dom.js';
import { lastTime } from '../words/clock.js';
import { LEFT_AS, MOVE_VERBS } from '../words/dispatch.js';
import { epochOf } from '../words/age.js';
import { symbol } from '../ui/symbol.js';
import { due, now, since } from './ages.js';

/** A hold has no status of its own among those of units: the unit is as it was. */
const lookOf = ({ status }) => ({ kind: 'unit', status: status === 'reserved' ? 'available' : status });

/** Whether the unit was to be heard of by now, silenced or not. */
export function isOverdue({ par_at: at }) {
  return epochOf(at) < now();
}

/** Whether that is silenced for the moment. */
export function isSilenced({ silenced_until: until }) {
  return epochOf(until) > now();
}

/**
 * @param {object} line an assignment as the API gives it
 * @param {{glossary, open: boolean, title: ?Node}} shown `title` instead of the unit's name
 * @param {object} act {move(line, change), heard(line), silence(line, minutes), toggle(line), unit(line)}
 */
export function unitLine(line, { glossary, open, title }, act) {
  const { id } = line;
  const overdue = isOverdue(line);
  return el('li', { class: `unit-line${overdue && !isSilenced(line) ? ' alarm' : ''}`, dataset: { assignment: String(id) } },
    el('div', { class: 'line' }, symbol(glossary.catalog, lookOf(line)),
      el('div', { class: 'words' }, title ?? unitName(line, act),
        el('p', { class: 'quietly' }, title ? null : `${glossary.unitType(line.unit_type)} · `, state(line, glossary))),
      line.moves?.length ? buttons(line, open, act) : null),
    overdue ? checkIn(line, act) : null,
    open ? more(line, glossary, act) : null);
}

function unitName(line, act) {
  return el('p', {}, button('name-link', () => act.unit(line), line.unit_name),
    line.task ? el('span', { class: 'quietly' }, ` ${line.task}`) : null);
}

// "En route 4 min · there in 2 min · check-in in 12 min"
function state(line, glossary) {
  const { status, status_at: at, booked, from, until, eta_at: eta, par_at: par, destination } = line;
  if (booked) return ['Booked from ', glossary.time(from), ' until ', glossary.time(until)];
  const parts = [el('strong', {}, glossary.title('assignment_status', status)), ' ', since(at)];
  if (status === 'reserved' && until) parts.push(' · held until ', glossary.time(until));
  if (['dispatched', 'acknowledged', 'en_route'].includes(status) && eta) parts.push(' · there ', due(eta));
  if (['transporting', 'at_destination'].includes(status) && destination) parts.push(` · ${destination}`);
  if (par && !isOverdue(line)) parts.push(' · check-in ', due(par));
  return parts;
}

function buttons(line, open, act) {
  const { id, next, moves, unit_name: name } = line;
  const likeliest = next ?? moves[0];
  const run = likeliest === 'released' ? () => act.toggle(line, true) : () => act.move(line, { status: likeliest });
  return el('div', { class: 'line-buttons' },
    el('button', { type: 'button', class: 'button small next', 'aria-label': `${MOVE_VERBS[likeliest]}, ${name}`, onclick: run },
      MOVE_VERBS[likeliest]),
    el('button', {
      type: 'button', class: 'icon-button more-button', 'aria-expanded': String(open), dataset: { keep: `more-${id}` },
      'aria-label': `More about ${name}`, onclick: () => act.toggle(line),
    }, el('span', { 'aria-hidden': 'true' }, '⋯')));
}

// The alarm itself is the line's; here is what silences it: the unit was heard, or wait a little.
function checkIn(line, act) {
  const { id, unit_name: name, par_at: at } = line;
  const silenced = isSilenced(line);
  return el('div', { class: `check-in${silenced ? ' silenced' : ''}` },
    el('p', {}, silenced ? ['Silent until the next look: check-in ', due(at)] : ['Not heard of: check-in ', due(at)]),
    el('button', {
      type: 'button', class: 'button small', dataset: { keep: `heard-${id}` }, 'aria-label': `Heard of ${name}`,
      onclick: () => act.heard(line),
    }, 'Heard'),
    silenced ? null : el('button', {
      type: 'button', class: 'button small', 'aria-label': `Silence 5 min: ${name}`, onclick: () => act.silence(line, 5),
    }, 'Silence 5 min'));
}

function more(line, glossary, act) {
  const { moves, id } = line;
  const plain = moves.filter((status) => !['released', 'cancelled'].includes(status));
  const at = el('input', { type: 'time', id: `at-${id}`, 'aria-label': 'When it happened; empty means now' });
  const destination = moves.includes('transporting')
    ? el('input', { type: 'text', placeholder: 'Where to (for transporting)', 'aria-label': 'Destination',
      maxLength: 200 }) : null;
  const reason = el('input',
    { type: 'text', placeholder: 'Why (for out of service or cancel)', 'aria-label': 'Reason', maxLength: 200 });
  const change = (part) => {
    const epoch = at.value ? lastTime(at.value, glossary.zone, now()) : NaN;
    act.move(line, {
      ...part, ...(Number.isNaN(epoch) ? {} : { at: new Date(epoch * 1000).toISOString() }),
      ...(destination?.value.trim() ? { destination: destination.value.trim() } : {}),
      ...(reason.value.trim() ? { reason: reason.value.trim() } : {}),
    });
  };
  const move = (status, title = MOVE_VERBS[status], rest = {}) => button('button small',
    () => change({ status, ...rest }), title);
  return el('div', { class: 'more', dataset: { more: String(id) } },
    plain.length ? el('div', { class: 'choices' }, plain.map((status) => move(status))) : null,
    destination, el('label', { class: 'at-time' }, 'At ', at, el('span', { class: 'quietly' }, ' empty: now')),
    moves.includes('released')
      ? el('div', { class: 'choices', role: 'group', 'aria-label': `Release ${line.unit_name}, left as` },
      el('span', { class: 'quietly' }, icon('check', glossary.catalog.symbolsUrl), ' Release as'),
      LEFT_AS.map(([code, title]) => move('released', title, { left_as: code }))) : null,
    moves.some((status) => ['released', 'cancelled'].includes(status)) ? reason : null,
    moves.includes('cancelled')
      ? el('div', { class: 'choices' }, move('cancelled', line.booked ? 'Cancel the booking' : 'Cancel')) : null);
}
