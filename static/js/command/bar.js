// The one box of the bar: words to search for, and for staff commands. It shows what it understood
// before anything happens; Enter does it, Tab completes, the arrows walk through what is offered.
import { $, el, settled } from '../core/dom.js';
import { Emitter } from '../core/emitter.js';
import { Listbox } from '../ui/listbox.js';
import { act, instead } from './acting.js';
import { Asking } from './asking.js';
import { Drawing, isSurelyCommand, optionsOf, optionsOfHelp } from './options.js';
import { Past } from './past.js';
import { Sentence } from './sentence.js';

const PAUSE_MS = 120;
const HELP = /^\s*(\?|help)?\s*$/i;

/**
 * Events: `place` {lat, lon, bounds}, `resource` {id}, `narrow` {text, ids}, `incident` {id, focus},
 * `units` {ids, text}, `page` {url}, `draw` {kind}, `acted` {intent, sentence}.
 */
export class CommandBar extends Emitter {
  /** @param {function} context what the page holds: {incident, unit, center} */
  constructor(form, catalog, context = () => ({})) {
    super();
    const { viewer } = catalog.settings;
    this.commands = catalog.isStaff;
    this.context = context;
    this.input = form.querySelector('input');
    this.asking = new Asking(this.commands);
    this.past = new Past(viewer.name);
    this.sentence = new Sentence(catalog);
    const drawing = new Drawing(catalog);
    this.list = new Listbox(this.input, { label: 'Found', draw: (option) => drawing.draw(option) })
      .on('taken', (option) => this.#taken(option));
    form.append(el('div', { class: 'command-panel', tabindex: '0', onmousedown: (event) => event.preventDefault() },
      this.sentence.root, this.list.root));
    this.#listen(form);
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** What the page holds is another incident now: what was understood with the one before is void. */
  renew() {
    this.answer = this.sure = null;
    if (document.activeElement === this.input && this.input.value.trim()) this.#look();
  }

  #listen(form) {
    form.addEventListener('submit', (event) => this.#submit(event));
    const look = settled(() => this.#look(), PAUSE_MS);
    this.input.addEventListener('input', () => {
      this.answer = this.sure = null;
      look();
    });
    this.input.addEventListener('focus', () => {
      if (this.input.value || this.commands) this.#look();
    });
    this.input.addEventListener('blur', () => this.#leave());
    this.input.addEventListener('keydown', (event) => this.#key(event));
    document.addEventListener('keydown', (event) => this.#anywhere(event));
  }

  #key(event) {
    if (event.key === 'Tab' && !event.shiftKey && this.list.open) this.#complete(event);
    else if (event.key === 'ArrowDown' && !event.defaultPrevented) this.#look();
    else if (event.key === 'Escape') this.#escape(event);
  }

  // Once: what hangs below the box goes. Twice: the box is left.
  #escape(event) {
    if (!event.defaultPrevented && this.sentence.root.hidden) this.input.blur();
    event.preventDefault();
    this.#hide();
  }

  // Ctrl-K (on a Mac Cmd-K) from wherever one is, also out of a field.
  #anywhere(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'k' || $('dialog[open]')) return;
    event.preventDefault();
    this.focus();
  }

  // Tab takes the marked line, else the first that goes on from what is typed.
  #complete(event) {
    const { options, at } = this.list;
    const option = options[at]?.line ? options[at] : options.find(({ completes }) => completes);
    if (!option || !this.input.value.trim()) return;
    event.preventDefault();
    this.#write(option.line);
  }

  #write(line) {
    this.input.value = line;
    this.input.setSelectionRange(line.length, line.length);
    this.answer = this.sure = null;
    this.#look();
  }

  // Enter with nothing marked: the command; else a place if that is all there is; else the words.
  async #submit(event) {
    event.preventDefault();
    const answer = this.answer && this.answer.question === this.#question ? this.answer : await this.#look();
    if (!answer) return;
    const { found, command } = answer;
    if (command?.complete) await this.#do(command);
    else if (found.ids.length === 0 && found.places.length) this.#taken({ place: found.places[0] });
    else if (found.ids.length && !isSurelyCommand(command)) this.#taken({ narrow: found });
  }

  // A line means something else with another incident in hand, or another unit chosen.
  get #question() {
    const { incident, unit } = this.context();
    return JSON.stringify([this.input.value, incident, unit]);
  }

  /** One question for a line, however many wait for it: the pause after typing, and Enter. */
  #look() {
    const question = this.#question;
    if (this.looking?.question !== question) {
      const looking = { question };
      looking.answer = this.#lookFor(this.input.value, question).finally(() => {
        if (this.looking === looking) this.looking = null;
      });
      this.looking = looking;
    }
    return this.looking.answer;
  }

  async #lookFor(line, question) {
    this.answer = null;
    if (HELP.test(line)) return this.#help(line);
    if (!this.commands && line.trim().length < 2) {
      this.#hide();
      return null;
    }
    try {
      const answer = await this.asking.ask(line, this.context());
      if (!answer) return null;
      answer.question = question;
      this.#offer(answer);
      return answer;
    } catch (problem) {
      this.list.say(problem.message);
      return null;
    }
  }

  async #help(line) {
    this.sentence.hide();
    if (!this.commands) {
      this.list.close();
      return null;
    }
    this.known ??= (await this.asking.ask('?', {}).catch(() => null))?.command.help;
    if (document.activeElement === this.input && HELP.test(this.input.value)) {
      this.list.offer(optionsOfHelp(this.past.lines, this.known ?? [], { all: Boolean(line.trim()) }));
    }
    return null;
  }

  #offer(answer) {
    this.answer = answer;
    if (document.activeElement !== this.input) return;
    const { found, command } = answer;
    const nothing = found.ids.length === 0 && found.places.length === 0;
    // What may be words to search for is no mistake as long as they are found.
    if (command?.intent && (command.complete || !command.guess || nothing)) this.sentence.show(command);
    else this.sentence.hide();
    const options = optionsOf(answer);
    if (options.length) this.list.offer(options);
    else if (command?.intent || answer.line.trim().length < 2) this.list.close();
    else this.list.say('Nothing found. Try part of a name, a ZIP code, or 38.58, -92.17.');
  }

  #taken({ place, resource, narrow, row, line }) {
    if (line !== undefined || row?.text) {
      this.#write(line ?? row.text);
      return;
    }
    this.#leave();
    if (place) this.emit('place', place);
    if (resource) this.emit('resource', { id: resource.id });
    if (row?.resource) this.emit('resource', { id: row.resource });
    if (narrow) this.emit('narrow', { text: narrow.query, ids: narrow.ids });
    this.#empty();
  }

  async #do(command) {
    if (this.doing || !(command.actions.length || command.show)) return;
    if (command.warnings.length && command.actions.length && this.sure !== command) {
      this.sure = command;
      this.sentence.show(command, { sure: true });
      return;
    }
    this.doing = true;
    const line = this.input.value;
    try {
      const [answer] = await act(command);
      this.past.add(command.text.trim());
      this.#done(command, answer, { typedOn: this.input.value !== line });
    } catch (problem) {
      this.#refused(problem, command);
    } finally {
      this.doing = false;
    }
  }

  #done(command, answer, { typedOn }) {
    const { intent, sentence, show } = command;
    this.emit('acted', { intent, sentence });
    const made = intent === 'create' ? answer.incident.id : show?.incident;
    if (typedOn) { // the next line stays, and so does the focus
      if (made) this.emit('incident', { id: made, focus: false });
      return;
    }
    if (!show && !made) {
      this.input.value = '';
      this.list.close();
      this.sentence.tell('good', `Done: ${sentence}`);
      return;
    }
    this.#empty();
    if (made) this.emit('incident', { id: made, focus: true });
    if (show) this.#show(show, command);
  }

  #show({ place, resource, page, units, ids, draw, text }, command) {
    if (units) this.emit('units', { ids: units, text: command.text.trim() });
    else if (place) this.emit('place', place);
    if (resource) this.emit('resource', { id: resource });
    if (page) this.emit('page', { url: page });
    if (ids) this.emit('narrow', { text, ids });
    if (draw) this.emit('draw', { kind: draw });
  }

  #refused(problem, command) {
    const done = problem.done ? ` The first ${problem.done} of ${command.actions.length} were done.` : '';
    this.sentence.tell('bad', `${problem.message}${done}`);
    const other = instead(problem, command);
    if (other) this.list.offer([{ group: 'Next best', line: other.line, about: other.words }]);
    else this.list.close();
  }

  #empty() {
    this.input.value = '';
    this.answer = this.sure = null;
    this.input.blur();
  }

  #hide() {
    this.sentence.hide();
    this.list.close();
  }

  #leave() {
    this.asking.stop();
    this.looking = null; // its answer will not come: whoever returns asks anew
    this.#hide();
  }
}
