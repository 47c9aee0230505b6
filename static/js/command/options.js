// What the box offers below a line, as options of its list: how the line may go on, what else it may
// mean, what was found. Each option is drawn here and taken by the bar.
import { el, icon } from '../core/dom.js';
import { symbol } from '../ui/symbol.js';
import { count, plural } from '../words/numbers.js';

const MOST_RESOURCES = 8;
const MOST_PAST = 4;
/** Commands that words may be the beginning of. */
const MOST_BEGUN = 3;
/** What the rows of a command are; units where it is not said. */
const ROWS = {
  find: 'Found', recommend: 'These fit best', card: 'These fit best', close: 'Released with it', create: 'The place',
};

/** The options of an answer {found, command}, in the order in which they are likeliest meant. */
export function optionsOf({ found, command }) {
  return [...(command?.intent ? ofCommand(command) : []), ...(isSurelyCommand(command) ? [] : ofSearch(found)),
    ...(command && !command.intent ? goingOn(command).slice(0, MOST_BEGUN) : [])];
}

/** Whether words can hardly be meant for a search. */
export function isSurelyCommand(command) {
  return Boolean(command?.intent) && !command.guess && (command.complete || command.problems.length > 0);
}

/** For the empty box: one's own last lines, then what can be typed. */
export function optionsOfHelp(past, help, { all = false } = {}) {
  const lines = past.slice(0, MOST_PAST).map((line) => ({ group: 'Your last commands', line }));
  const examples = help.flatMap(({ title, examples: [...given] }) => given.slice(0, all ? given.length : 1)
    .map((line) => ({ group: all ? title : 'You can type', line, about: all ? '' : title })));
  return [...lines, ...examples];
}

const goingOn = ({ completions }) => completions
  .map(({ text, word, about }) => ({ group: 'Go on', line: text, word, about, completes: true }));

function ofCommand(command) {
  const others = command.others.map((row) => ({ group: command.complete ? 'Or' : 'Which one?', row }));
  const group = ROWS[command.intent] ?? 'Units';
  const rows = command.rows.map((row) => ({ group, row: { ...row, text: null } }));
  return command.complete ? [...rows, ...others, ...goingOn(command)] : [...others, ...goingOn(command), ...rows];
}

function ofSearch(found) {
  const places = found.places.map((place) => ({ group: 'Places', place }));
  const resources = found.resources.slice(0, MOST_RESOURCES).map((resource) => ({ group: 'Resources', resource }));
  const narrow = found.ids.length > 1 ? [{ group: 'Filter', narrow: found }] : [];
  return [...places, ...resources, ...narrow];
}

/** Draws options with the words and symbols of the catalog. */
export class Drawing {
  constructor(catalog) {
    this.catalog = catalog;
  }

  /** @returns {Node[]} */
  draw(option) {
    const { place, resource, narrow, row } = option;
    if (place) return this.#line(this.#icon(place.bounds ? 'map' : 'pin'), place.title, place.what);
    if (resource) return this.#line(symbol(this.catalog, resource), resource.name, this.#whereabouts(resource));
    if (narrow) return this.#line(this.#icon('filter'), `Show only “${narrow.query}”`, this.#howMany(narrow));
    if (row) return this.#row(row);
    return [el('code', { class: 'title' }, option.line.trim()), el('span', { class: 'quietly' }, option.about ?? '')];
  }

  #icon(name) {
    return icon(name, this.catalog.symbolsUrl);
  }

  #line(picture, title, about) {
    return [picture, el('span', { class: 'title' }, title), el('span', { class: 'quietly' }, about)];
  }

  #row({ title, about, reasons, warnings, kind, status }) {
    const why = [
      ...warnings.map((words) => el('span', { class: 'warns' }, words)), ...reasons.map((words) => el('span', {}, words)),
    ];
    return [
      kind && status ? symbol(this.catalog, { kind, status }) : null,
      el('span', { class: 'about-row' }, el('span', { class: 'title' }, title), el('span', { class: 'quietly' }, about),
        why.length ? el('span', { class: 'why' }, why) : null),
    ].filter(Boolean);
  }

  #whereabouts({ kind, status, city, county }) {
    return [this.catalog.status(kind, status).title, city ?? county].filter(Boolean).join(' · ');
  }

  #howMany({ ids, more }) {
    return more ? `more than ${count(ids.length)} resources` : plural(ids.length, 'resource');
  }
}
