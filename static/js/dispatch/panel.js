// The panel at the right while an incident is in hand, or a new one is being written down. What
// was typed about an incident waits for its return as long as the page is open.
import { Emitter } from '../core/emitter.js';
import { IncidentView } from './incident-view.js';
import { NewForm } from './new-form.js';

const MOST_KEPT = 12;
const TICK_MS = 5_000;
const PASSED_ON = ['closed', 'goto', 'incident', 'unit', 'draw', 'child', 'area', 'said'];

/** Events: those of a view (with its id), `drawn` detail, `made` detail, `pick`, `seen` place, `open` {id}. */
export class IncidentPanel extends Emitter {
  constructor(root, glossary, others) {
    super();
    Object.assign(this, { root, glossary, others, kept: new Map(), view: null, form: null, draft: null });
    root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault(); // one key, one closing: the page's table has it too
      this.emit('closed');
    });
    setInterval(() => this.view?.tick(), TICK_MS);
  }

  /** Whether a person can see it now: a unit's detail may lie over it. */
  get visible() {
    return this.root.offsetParent !== null || this.root.getClientRects().length > 0;
  }

  /** Whether an incident is shown, and not the form for a new one. */
  get showing() {
    return this.visible && !this.form && Boolean(this.view?.detail);
  }

  /** Show an incident; resolves when it is drawn. */
  async show(id, { focus = false } = {}) {
    this.#putDown();
    const view = this.#view(id);
    const changed = view !== this.view || this.root.hidden;
    this.view = view;
    if (changed || !view.root.isConnected) this.root.replaceChildren(view.root);
    this.#name('Incident');
    if (focus) view.focus(); // at once: whoever types on meanwhile keeps the focus where it is then
    await view.refresh();
  }

  /** Write down a new one; what was written before and not thrown away is there again. */
  write(known, { focus = true } = {}) {
    this.form ??= this.draft ?? this.#newForm();
    this.draft = null;
    this.root.replaceChildren(this.form.root);
    this.#name('New incident');
    this.form.fill(known);
    if (focus) this.form.focus();
  }

  /** Away with the form; @returns {boolean} whether an incident was under it. */
  unwrite() {
    this.#putDown();
    if (this.view) this.root.replaceChildren(this.view.root);
    else this.hide();
    return Boolean(this.view);
  }

  /** What was written down is an incident now, or is not wanted. */
  forget() {
    this.form = null;
    this.draft = null;
  }

  hide() {
    this.view = null;
    this.#putDown();
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  #putDown() {
    if (this.form?.typed) this.draft = this.form;
    this.form = null;
  }

  #name(words) {
    this.root.hidden = false;
    this.root.setAttribute('aria-label', words);
  }

  #view(id) {
    const known = this.kept.get(id) ?? this.#newView(id);
    this.kept.delete(id); // the last one shown is the last one to go
    this.kept.set(id, known);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value);
    return known;
  }

  #newView(id) {
    const view = new IncidentView(this.glossary, id, this.others);
    for (const name of PASSED_ON) view.on(name, (data) => { if (view === this.view) this.emit(name, data); });
    view.on('drawn', (detail) => { if (view === this.view) this.emit('drawn', detail); });
    return view;
  }

  #newForm() {
    return new NewForm(this.glossary, this.others)
      .on('made', (detail) => this.emit('made', detail)).on('open', (one) => this.emit('open', one))
      .on('pick', () => this.emit('pick')).on('seen', (place) => this.emit('seen', place))
      .on('closed', () => this.emit('unwritten'))
      .on('thrown', () => {
        this.forget();
        this.emit('unwritten');
      });
  }
}
