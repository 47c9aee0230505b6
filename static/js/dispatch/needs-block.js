// What is asked for, and how much of it is sent.
import { Emitter } from '../core/emitter.js';
import { button, el, icon } from '../core/dom.js';
import { needInWords, sentInWords } from '../words/dispatch.js';
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
        type: 'button', class: 'button small', dataset: { keep: 'needs' }, onclick: () => this.#edit(),
      }, icon('edit', this.glossary.catalog.symbolsUrl), needs.length ? 'Change' : 'Say what is needed') : null),
      needs.length ? el('ul', { class: 'need-lines' }, needs.map((need) => this.#line(need)))
        : el('p', { class: 'quietly' }, 'Nothing is asked for.'));
  }

  #line(need) {
    const { sent, missing, note } = need;
    const words = need.text ?? needInWords(need, (code) => this.glossary.unitType(code));
    return el('li', { class: missing > 0 ? 'missing' : 'complete' },
      el('span', { class: 'words' }, words, note ? el('small', { class: 'quietly' }, ` ${note}`) : null),
      missing > 0 ? el('strong', {}, `${missing} missing`)
        : el('span', { class: 'quietly' }, icon('check', this.glossary.catalog.symbolsUrl), ' sent'),
      el('span', { class: 'spoken' }, `, ${sentInWords(need)} sent`));
  }

  #edit() {
    this.editor = new NeedsEditor(this.glossary, this.needs)
      .on('save', (needs) => this.emit('save', { needs, form: this.editor }))
      .on('closed', () => this.close());
    this.root.replaceChildren(el('div', { class: 'section-head' }, el('h3', {}, 'Needed')), this.editor.root);
    this.editor.focus();
  }
}
