// "Already reported?": open incidents near the place, shown before a second one is made of one.
import { Emitter } from '../core/emitter.js';
import { button, el, settled } from '../core/dom.js';
import { agoInWords, epochOf } from '../words/age.js';
import { similarInWords, unitsInWords } from '../words/dispatch.js';
import { incidents } from './requests.js';

const PAUSE_MS = 120;
const ageOf = (moment) => agoInWords(Date.now() / 1000 - epochOf(moment));

/** Event: `open` {id}. */
export class Similar extends Emitter {
  constructor(glossary) {
    super();
    this.glossary = glossary;
    this.root = el('div', { class: 'similar', 'aria-live': 'polite' });
    this.look = settled((place, type) => this.#look(place, type), PAUSE_MS);
  }

  clear() {
    this.asked = null;
    this.root.replaceChildren();
  }

  async #look(place, type) {
    if (!place) {
      this.clear();
      return;
    }
    const asked = { lat: place.lat, lon: place.lon, type: type?.code };
    this.asked = asked;
    // without an answer nothing is warned of; making the incident asks the server anyway
    const { incidents: found } = await incidents.similar(asked).catch(() => ({ incidents: [] }));
    if (this.asked === asked) this.#show(found);
  }

  #show(found) {
    this.root.replaceChildren(...(found.length ? [el('section', { class: 'banner warn', 'aria-label': 'Already reported?' },
      el('h3', {}, 'Already reported?'), el('ul', {}, found.map((one) => this.#row(one))))] : []));
  }

  #row(incident) {
    const { id, number, status, units } = incident;
    return el('li', {}, this.glossary.diamond(incident),
      el('span', { class: 'words' }, similarInWords(incident, ageOf), el('small', { class: 'quietly' },
        ` ${this.glossary.title('incident_status', status).toLowerCase()}, ${unitsInWords(units)}`)),
      el('button', {
        type: 'button', class: 'button small', 'aria-label': `Open it: ${number}`, onclick: () => this.emit('open', { id }),
      }, 'Open it'));
  }
}
