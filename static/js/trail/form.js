// Why somebody wants to see where a unit has been, and of which hours. Without a reason nothing is shown.
import { button, el } from '../core/dom.js';

const REASONS = ['Crew not heard of', 'Accident or injury', 'Complaint or claim', 'Review of an incident', 'Lost equipment'];
const OTHER = 'Other';
const SPANS = [
  [1, 'the last hour'], [4, 'the last 4 hours'], [12, 'the last 12 hours'], [24, 'the last day'], [168, 'the last 7 days'],
];

/** @param {{ask: (hours: number, reason: string) => void, cancel: () => void}} calls */
export function trailForm({ ask, cancel }) {
  const why = el('select', { id: 'trail-why', required: true }, el('option', { value: '' }, 'Choose a reason'),
    [...REASONS, OTHER].map((reason) => el('option', { value: reason }, reason)));
  const words = el('input', { type: 'text', id: 'trail-words', maxLength: 250, autocomplete: 'off' });
  const span = el('select', { id: 'trail-span' }, SPANS.map(([hours, title]) => el('option', { value: hours }, title)));
  const problem = el('p', { class: 'problem', role: 'alert' });
  const send = (event) => {
    event.preventDefault();
    const more = words.value.trim();
    if (why.value === OTHER && !more) {
      problem.textContent = 'Say in a few words why.';
      words.focus();
    } else ask(Number(span.value), why.value === OTHER ? more : [why.value, more].filter(Boolean).join(': '));
  };
  return el('form', { class: 'field trail-form', onsubmit: send },
    el('label', { htmlFor: 'trail-why' }, 'Why'), why,
    el('label', { htmlFor: 'trail-words' }, 'In your words'), words,
    el('label', { htmlFor: 'trail-span' }, 'Of'), span,
    el('p', { class: 'help' }, 'Your name, the reason and the hours are kept with the unit; its agency can read them.'),
    problem,
    el('div', { class: 'actions' }, el('button', { class: 'button primary small' }, 'Show the trail'),
      button('button small quiet', cancel, 'Cancel')));
}
