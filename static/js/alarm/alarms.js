// Units on scene that nobody has heard of in time, and new incidents of priority 1: seen, heard and
// read aloud, on the boards and on the map alike. Silencing a unit is everybody's, with a name and
// an end; muting is this browser's, and shown as long as it lasts.
import { $, button, el, icon, whenIdle } from '../core/dom.js';
import { newKey, units } from '../dispatch/requests.js';
import { clockTime } from '../words/age.js';
import { timeOfDay } from '../words/clock.js';
import { dueInWords, namesInWords } from '../words/dispatch.js';
import { judge, Watch } from './due.js';
import { Siren } from './siren.js';

const TICK_MS = 1_000;
/** The alarm sounds again so often while anybody is late and not silenced. */
const AGAIN_MS = 6_000;
const SILENCE_MINUTES = 5;
const URGENT_SHOWN_MS = 60_000;
/** By then the page has drawn what it came for. */
const SETTLED_MS = 1_500;

const SOUND = Object.freeze({
  locked: ['Turn sound on', 'No sound yet: the browser allows it only after a press'],
  on: ['Sound on', 'Mute the alarms in this browser'],
  muted: ['Muted here', 'Alarms make no sound in this browser. Press to hear them again'],
  none: ['No sound', 'This browser cannot make a sound'],
});

export class Alarms {
  /**
   * @param {{box: HTMLElement, sound: HTMLElement, settings: object, now: function(): number,
   *   siren?: Siren}} parts `now()` by the server's clock
   */
  constructor({ box, sound, settings, now, siren = null }) {
    Object.assign(this, { box, settings, now });
    this.siren = siren ?? new Siren({ told: () => this.#tellSound() });
    this.watch = new Watch();
    this.dispatch = { incidents: [], assignments: [] };
    this.urgent = new Map();
    this.soundedAt = -Infinity;
    this.#build(sound);
    setInterval(() => this.#tick(), TICK_MS);
    // a wall has nobody to press: its browser may be told to allow sound at once (docs/operations.md)
    if (settings.wall && !this.siren.muted) this.siren.unlock();
    setTimeout(() => whenIdle(() => this.siren.prepare()), SETTLED_MS);
    // the first press anywhere counts as the one that browsers ask for; the button's own is a choice
    for (const name of ['pointerdown', 'keydown']) {
      addEventListener(name, ({ target }) => {
        if (this.siren.state === 'locked' && !this.button.contains(target)) this.siren.unlock();
      }, { capture: true });
    }
  }

  /** Whether the viewer may answer for a unit: whoever dispatches for all, others for their own. */
  may({ unit_agency: agency }) {
    const { moves_units: whose, agency_id: own } = this.settings.viewer;
    return whose === 'all' || (whose === 'own' && own === agency);
  }

  /** What is open now: `incidents` and `assignments` of /api/dispatch, as lists or by id. */
  show({ incidents, assignments }) {
    this.dispatch = { incidents: [...incidents.values()], assignments: [...assignments.values()] };
    const fresh = this.watch.newUrgent(this.dispatch.incidents);
    for (const incident of fresh) this.urgent.set(incident.id, { incident, until: Date.now() + URGENT_SHOWN_MS });
    if (fresh.length) {
      this.siren.ring('urgent');
      this.#say(fresh.map(({ title, place }) => `New, priority 1: ${title}${place ? `, ${place}` : ''}.`).join(' '));
    }
    this.#tick();
  }

  #build(sound) {
    this.spoken = el('div', { class: 'spoken', role: 'alert' });
    this.list = el('div', { class: 'alarms' });
    this.box.append(this.spoken, this.list);
    this.button = button('sound', () => this.#press());
    sound.append(this.button);
    this.#tellSound();
  }

  #press() {
    if (this.siren.state === 'locked') this.siren.unlock({ greet: true });
    else if (this.siren.state === 'muted') {
      this.siren.mute(false);
      this.siren.unlock({ greet: true });
    } else this.siren.mute(true);
  }

  #tellSound() {
    const { state } = this.siren;
    const [words, about] = SOUND[state];
    this.button.dataset.sound = state;
    this.button.title = about;
    this.button.disabled = state === 'none';
    this.button.setAttribute('aria-label', `${words}. ${about}`);
    this.button.replaceChildren(icon(state === 'on' ? 'sound' : 'mute', this.settings.symbols_url), el('span', {}, words));
  }

  #tick() {
    const found = judge(this.dispatch.assignments, this.now());
    const fresh = this.watch.newLate(found.late);
    if (fresh.length) this.#say(`Not heard of in time: ${namesInWords(fresh.map(({ unit_name: name }) => name), 6)}.`);
    if (found.late.length && Date.now() - this.soundedAt >= AGAIN_MS) {
      if (this.siren.ring('check')) this.soundedAt = Date.now();
    }
    for (const [id, { until }] of this.urgent) if (until < Date.now() || !this.#isOpen(id)) this.urgent.delete(id);
    this.#draw(found);
  }

  #isOpen(id) {
    return this.dispatch.incidents.some((incident) => incident.id === id);
  }

  #say(words) {
    this.spoken.textContent = words;
  }

  // Rows are built anew only when who is in them changes; the countdowns run by themselves.
  #draw(found) {
    const signature = JSON.stringify([found.late, found.soon, found.silenced].map((list) => (
      list.map((one) => [one.id, one.par_at, one.silenced_until, this.may(one)]))).concat([[...this.urgent.keys()]]));
    if (signature !== this.signature) {
      this.signature = signature;
      const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.part : null;
      this.list.replaceChildren(...this.#urgent(), ...found.late.map((one) => this.#late(one)),
        ...found.soon.map((one) => this.#soon(one)), ...found.silenced.map((one) => this.#silenced(one)));
      if (focused) $(`[data-part="${focused}"]`, this.list)?.focus();
    }
    for (const due of this.list.querySelectorAll('[data-due]')) {
      const words = dueInWords(Number(due.dataset.due) - this.now());
      if (due.textContent !== words) due.textContent = words;
    }
  }

  #urgent() {
    return [...this.urgent.values()].map(({ incident }) => el('div', { class: 'alarm urgent' },
      this.#icon('alarm'),
      el('p', {}, el('strong', {}, 'New, priority 1: '), el('a', { href: `/?incident=${incident.id}` }, incident.title),
        incident.place ? `, ${incident.place}` : ''),
      button('button small', () => { this.urgent.delete(incident.id); this.#tick(); }, 'Seen')));
  }

  #late(one) {
    return el('div', { class: 'alarm late', dataset: { assignment: String(one.id) } }, this.#icon('alarm'),
      el('p', {}, el('strong', {}, `${one.unit_name} was not heard of. `), 'Check-in ', this.#due(one), this.#where(one)),
      ...this.#buttons(one));
  }

  #soon(one) {
    return el('div', { class: 'alarm soon', dataset: { assignment: String(one.id) } }, this.#icon('history'),
      el('p', {}, `${one.unit_name}: check-in `, this.#due(one), this.#where(one)), this.#heardButton(one));
  }

  #silenced(one) {
    const by = one.silenced_by ? ` by ${one.silenced_by}` : '';
    return el('div', { class: 'alarm silenced', dataset: { assignment: String(one.id) } }, this.#icon('mute'),
      el('p', {}, `${one.unit_name} was not heard of, `, this.#due(one), this.#where(one),
        el('strong', {}, ` Silenced${by} until `,
          el('time', { title: clockTime(one.silenced_until) }, timeOfDay(one.silenced_until, this.settings.zone)), '.')),
      this.#heardButton(one));
  }

  #icon(name) {
    return icon(name, this.settings.symbols_url);
  }

  #due({ par_at: at }) {
    return el('time', { title: clockTime(at), dataset: { due: String(at) } });
  }

  #where({ incident: id }) {
    const incident = this.dispatch.incidents.find((open) => open.id === id);
    return incident ? [' at ', el('a', { href: `/?incident=${id}` }, incident.title), '.'] : '.';
  }

  #buttons(one) {
    if (!this.may(one)) return [];
    return [this.#heardButton(one),
      this.#act(one, 'silence', `Silence ${SILENCE_MINUTES} min`,
        () => units.silence(one.id, { minutes: SILENCE_MINUTES, key: newKey() }))];
  }

  #heardButton(one) {
    return this.may(one) ? this.#act(one, 'heard', 'Heard', () => units.heard(one.id, { key: newKey() })) : null;
  }

  #act(one, name, words, step) {
    const pressed = button('button small', async () => {
      pressed.disabled = true;
      try {
        await step();
      } catch (problem) {
        pressed.after(el('span', { class: 'alarm-problem', role: 'alert' }, problem.message));
        pressed.disabled = false;
      }
    }, words);
    pressed.dataset.part = `${name}-${one.id}`;
    return pressed;
  }
}
