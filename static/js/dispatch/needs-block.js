// What is asked for: its heading, and the way to ask for something else. The needs themselves stand
// below, each with the units that could meet it (recommend-block.js).
import { Emitter } from '../core/emitter.js';
import { el, icon } from '../core/dom.js';
import { NeedsEditor } from './needs-editor.js';

/** Event: `save` {needs, form}. */
export class NeedsBlock extends Emitter {
  constructor(glossary) {
    super();
    this.glossary = glossary;
    this.root = el('section', { class: 'needs-block', 'aria-label': 'Needed' });
  }

  show(needs, { editable }) {
    Object.assign(this, { needs, editable });
    if (!this.editor) this.#draw();
  }

  /** Saved: the lines come back with the next answer. */
  close() {
    this.editor = null;
    this.#draw();
    this.root.querySelector('[data-keep="needs"]')?.focus();
  }

  #draw() {
    const { needs, editable } = this;
    this.root.replaceChildren(
      el('div', { class: 'section-head' }, el('h3', {}, 'Needed'), editable ? el('button', {
        type: 'button', class: 'button small quiet', dataset: { keep: 'needs' }, onclick: () => this.#edit(),
      }, icon('edit', this.glossary.catalog.symbolsUrl), needs.length ? 'Change' : 'Say what is needed') : null));
  }

  #edit() {
    this.editor = new NeedsEditor(this.glossary, this.needs)
      .on('save', (needs) => this.emit('save', { needs, form: this.editor }))
      .on('closed', () => this.close());
    this.root.replaceChildren(el('div', { class: 'section-head' }, el('h3', {}, 'Needed')), this.editor.root);
    this.editor.focus();
  }
}
