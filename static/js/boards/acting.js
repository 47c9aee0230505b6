// The common moves of units, by key or from a small menu, through the same API as everywhere. What
// came of it is said where the eye is and aloud; a refusal says why and changes nothing.
import { send } from '../core/api.js';
import { button, el } from '../core/dom.js';
import { newKey, units } from '../dispatch/requests.js';
import { ENDED, LEFT_AS, MOVE_VERBS, namesInWords } from '../words/dispatch.js';

/** Keys of the moves; each is tried only where the table of moves allows it. */
export const MOVE_KEYS = Object.freeze({
  a: 'acknowledged', e: 'en_route', o: 'on_scene', t: 'transporting', d: 'at_destination',
});
const SOURCES = { en_route: ['dispatched', 'acknowledged'], on_scene: ['dispatched', 'acknowledged', 'en_route'] };

/** Whether a viewer may move a unit of that agency; the server has the last word. */
export function movesUnit({ moves_units: whose, agency_id: own }, agencyId) {
  return whose === 'all' || (whose === 'own' && own !== null && own === agencyId);
}

/** Which of an incident's units a move may be made with. */
export function movable(list, status, moves) {
  return list.filter((unit) => moves[unit.status]?.includes(status));
}

/** The moves that lead on, the next one first; what ends the work is offered apart. */
export function onwardOf(allowed, statuses) {
  return statuses.map(({ code }) => code).filter((code) => allowed.includes(code) && !ENDED.includes(code));
}

export class Acting {
  /** @param {{settings, notice, done}} page `done()` is called when something changed */
  constructor({ settings, notice, done }) {
    Object.assign(this, { settings, notice, done });
    this.menu = el('div', { class: 'moves', popover: 'auto', role: 'dialog', 'aria-label': 'Moves' });
    document.body.append(this.menu);
  }

  /** Whether this viewer may move units of an agency. */
  may(agencyId) {
    return movesUnit(this.settings.viewer, agencyId);
  }

  /** One unit to another status. @param {{assignment, name, status, agency_id}} unit */
  move(unit, status, more = {}) {
    if (!this.#allows(unit, status)) return null;
    return this.#try(
      () => units.move(unit.assignment, { status, key: newKey(), ...more }),
      (answer) => (answer.outcome === 'older' ? `A newer status of ${unit.name} is known; it stays.`
        : `${unit.name}: ${this.#title(status)}.`),
      () => this.move(unit, status, more));
  }

  /** All units of an incident that can go there. */
  moveAll(incident, status) {
    const those = movable(incident.units.filter((unit) => this.may(unit.agency_id)), status, this.settings.moves)
      .filter((unit) => (SOURCES[status] ?? []).includes(unit.status));
    if (!those.length) return this.notice.say(`No unit of ${incident.title} can go ${this.#title(status).toLowerCase()}.`);
    const from = [...new Set(those.map((unit) => unit.status))];
    return this.#try(() => units.moveAll(incident.id, { from, status, key: newKey() }),
      ({ moved }) => this.#movedWords(moved, status), () => this.moveAll(incident, status));
  }

  #movedWords(moved, status) {
    const names = moved.map((line) => line.unit_name);
    return names.length ? `${namesInWords(names)}: ${this.#title(status)}.` : 'Nothing moved: it was done already.';
  }

  /** The unit was heard of: its check-in starts again. */
  heard(list) {
    const those = list.filter((unit) => unit.par_at !== null && this.may(unit.agency_id));
    if (!those.length) return this.notice.say('No check-in is asked of it now.');
    return this.#try(() => Promise.all(those.map((unit) => units.heard(unit.assignment, { key: newKey() }))),
      () => `Heard ${namesInWords(those.map(({ name }) => name))}.`, () => this.heard(list));
  }

  /** A unit without work can be sent again. */
  available(row) {
    return this.#try(() => send('PATCH', `/api/resources/${row.id}`, { version: row.version, set: { status: 'available' } }),
      () => `${row.name}: Available.`, () => this.available(row));
  }

  /** The moves of one unit, beside the button that was pressed. */
  open(unit, element) {
    const choices = this.#choices(unit);
    this.menu.replaceChildren(el('h2', {}, unit.name), ...(choices.length ? choices
      : [el('p', { class: 'quietly' }, 'You may not move this unit.')]));
    this.menu.showPopover({ source: element });
    this.#stand(element);
    this.menu.querySelector('button, a')?.focus();
    this.menu.addEventListener('toggle', ({ newState }) => {
      if (newState === 'closed' && document.activeElement === document.body) element.focus();
    }, { once: true });
  }

  #choices(unit) {
    if (!unit.assignment) return [this.#choice('Available again', () => this.available(unit))];
    const links = unit.incident
      ? [el('a', { class: 'button quiet', href: `/?incident=${unit.incident}` }, 'Open on the map')] : [];
    if (!this.may(unit.agency_id)) return links;
    const allowed = this.settings.moves[unit.status] ?? [];
    return [
      ...onwardOf(allowed, this.settings.words.assignment_status).map((status) => (
        this.#choice(MOVE_VERBS[status] ?? this.#title(status), () => this.move(unit, status)))),
      unit.par_at !== null ? this.#choice('Heard: all is well', () => this.heard([unit])) : null,
      ...(allowed.includes('released') ? LEFT_AS.map(([code, title]) => (
        this.#choice(`Release: ${title.toLowerCase()}`, () => this.move(unit, 'released', { left_as: code })))) : []),
      // last: nobody should call a unit off by pressing Enter too soon
      allowed.includes('cancelled') ? this.#choice('Call it off', () => this.move(unit, 'cancelled')) : null,
      ...links,
    ].filter(Boolean);
  }

  #choice(title, run) {
    return button('button', () => {
      this.menu.hidePopover();
      run();
    }, title);
  }

  // Below the button, or above it where there is no room.
  #stand(element) {
    const at = element.getBoundingClientRect();
    const { offsetHeight: high, offsetWidth: wide } = this.menu;
    const below = at.bottom + 4 + high <= innerHeight;
    this.menu.style.top = `${Math.max(8, below ? at.bottom + 4 : at.top - 4 - high)}px`;
    this.menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - wide - 8))}px`;
  }

  #allows(unit, status) {
    if (!this.may(unit.agency_id)) {
      this.notice.say(`You may not move ${unit.name}: it is another agency's.`);
      return false;
    }
    if (this.settings.moves[unit.status]?.includes(status)) return true;
    const [from, to] = [unit.status, status].map((code) => this.#title(code).toLowerCase());
    this.notice.say(`${unit.name} is ${from} and cannot go ${to}.`);
    return false;
  }

  #title(status) {
    return this.settings.words.assignment_status.find(({ code }) => code === status)?.title ?? status;
  }

  async #try(step, words, again) {
    try {
      this.notice.say(words(await step()));
      this.done();
    } catch (problem) {
      this.notice.fail(problem, again);
    }
  }
}
