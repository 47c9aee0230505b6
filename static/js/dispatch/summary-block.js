// What an incident is, where it is, whose it is, and what its status may become: the first look.
import { Emitter } from '../core/emitter.js';
import { button, el, icon } from '../core/dom.js';
import { distanceInWords } from '../words/distance.js';
import { epochOf } from '../words/age.js';
import { decimal } from '../words/position.js';
import { STATUS_VERBS } from '../words/dispatch.js';
import { due, now, since } from './ages.js';

/** Events: `status` {status}, `close`, `reopen`, `goto`, `incident` {id}, `resource` {id}, `copied` words. */
export class SummaryBlock extends Emitter {
  constructor(glossary) {
    super();
    this.glossary = glossary;
    this.root = el('section', { class: 'summary', 'aria-label': 'At a glance' });
  }

  show(incident) {
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    this.root.replaceChildren(...[el('div', { class: 'top' }, this.#status(incident), this.#moves(incident) ?? ''),
      this.#overdue(incident),
      this.#place(incident), this.#caller(incident), this.#family(incident)].filter(Boolean));
    if (focused) this.root.querySelector(`[data-keep="${focused}"]`)?.focus();
  }

  #status({ status, status_at: at, priority, sensitivity, closed_at: closed, closed_by: by, close_title: why }) {
    const title = this.glossary.title('incident_status', status);
    return el('p', { class: 'status-line' },
      el('span', {}, el('strong', { class: 'status-now' }, title), ' ', closed ? this.glossary.time(closed) : since(at),
        closed ? el('span', { class: 'quietly' },
          [why && ` ${why.toLowerCase()}`, by && `, by ${by}`].filter(Boolean).join('')) : null,
        el('span', { class: 'quietly' }, ` · ${this.glossary.title('priority', priority).toLowerCase()} priority`)),
      sensitivity === 'confidential' ? el('span', { class: 'tag' }, 'Named roles only') : null);
  }

  #overdue({ overdue_at: at, status }) {
    if (status === 'closed' || !(epochOf(at) < now())) return null;
    return el('p', { class: 'out-of-date' }, icon('alarm', this.glossary.catalog.symbolsUrl),
      ' No unit on scene: the first one is ', due(at));
  }

  #moves({ moves = [], editable, status }) {
    if (!editable || !moves.length) return null;
    const order = ['active', 'controlled', 'closed'].filter((code) => moves.includes(code));
    return el('div', { class: 'choices', role: 'group', 'aria-label': 'Status of the incident' }, order.map((code) => {
      const reopening = status === 'closed';
      const run = code === 'closed' ? () => this.emit('close') : reopening ? () => this.emit('reopen')
        : () => this.emit('status', { status: code });
      return el('button', { type: 'button', class: 'button small', dataset: { keep: `to-${code}` }, onclick: run },
        reopening ? 'Reopen' : STATUS_VERBS[code], code === 'closed' ? ' …' : '');
    }));
  }

  #place(incident) {
    const { lat, place, county, jurisdiction, usng, radius_m: radius, resource, editable } = incident;
    const { symbolsUrl } = this.glossary.catalog;
    if (lat === null) {
      return el('div', { class: 'where' }, el('p', { class: 'out-of-date' }, 'Not on the map: nobody has said where it is.'),
        editable ? button('button small', () => this.emit('place'), icon('pin', symbolsUrl), 'Place it') : null);
    }
    const whose = [jurisdiction, county !== jurisdiction && county].filter(Boolean).join(', ');
    return el('div', { class: 'where' },
      el('p', {}, el('strong', {}, place ?? decimal(incident)), whose ? el('span', { class: 'quietly' }, ` · ${whose}`) : null,
        radius ? el('span', { class: 'quietly' }, ` · within ${distanceInWords(radius)}`) : null,
        resource ? [' · ', button('name-link', () => this.emit('resource', { id: resource.id }), resource.name)] : null),
      el('div', { class: 'choices' },
        button('button small quiet', () => this.#copy(usng ?? decimal(incident)),
          el('span', { class: 'grid-ref' }, usng ?? decimal(incident)),
          el('span', { class: 'quietly' }, 'copy')),
        button('button small quiet', () => this.emit('goto'), icon('target', symbolsUrl), 'Show'),
        editable ? button('button small quiet', () => this.emit('place'), icon('pin', symbolsUrl), 'Move') : null));
  }

  // Without https there is no clipboard for scripts; the reference is then marked for Ctrl-C.
  async #copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      this.emit('copied', `${words} copied.`);
    } catch {
      getSelection().selectAllChildren(this.root.querySelector('.grid-ref'));
      this.emit('copied', `${words} is marked: copy it with Ctrl-C.`);
    }
  }

  #caller({ caller_name: name, caller_phone: phone }) {
    if (!name && !phone) return null;
    return el('p', {}, el('span', { class: 'quietly' }, 'Caller '), name ?? 'not named', phone
      ? [' ', el('a', { href: `tel:${phone.replace(/[^+\d]/g, '')}`, class: 'phone' }, phone)] : null);
  }

  #family({ parent, children = [] }) {
    if (!parent && !children.length) return null;
    const link = (one) => el('li', {}, this.glossary.diamond(one),
      button('name-link', () => this.emit('incident', { id: one.id }), `${one.number} ${one.title}`),
      el('span', { class: 'quietly' }, ` ${this.glossary.title('incident_status', one.status).toLowerCase()}`));
    return el('div', { class: 'family' },
      parent ? [el('p', { class: 'quietly' }, 'Part of'), el('ul', {}, link(parent))] : null,
      children.length ? el('details', { open: children.length < 4 },
        el('summary', {}, `${children.length} incidents are part of it`),
        el('ul', {}, children.map(link))) : null);
  }
}
