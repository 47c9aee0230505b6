// The three lists: what waits, what was refused and why, and what contradicts somebody else.
import { $ } from '../core/dom.js';
import { epochOf } from '../words/age.js';
import { timeOrDay } from '../words/clock.js';
import { _, ngettext } from '../words/language.js';

const LISTS = { waiting: '#queue-waiting', refused: '#queue-refused', conflict: '#queue-conflict' };

const at = (moment) => {
  const epoch = epochOf(moment);
  return Number.isNaN(epoch) ? '' : timeOrDay(epoch, document.body.dataset.zone);
};
const by = ({ by: who, at: when } = {}) => [who && _('by {name}', { name: who }), at(when)].filter(Boolean).join(', ');

/** What each slot of an item's template says. */
export function slotsOf(item) {
  const tries = item.tries ? ngettext('Tried once.', 'Tried {num} times.', item.tries) : '';
  const said = _('Said at {time}', { time: at(item.said_at) });
  return {
    what: item.words || item.kind, when: `${said}.`, why: item.message ?? '', tries,
    theirs: item.theirs?.what ?? '', 'theirs-when': by(item.theirs ?? {}),
    mine: item.mine?.what ?? item.words, 'mine-when': said,
  };
}

function row(item) {
  const element = $(`#item-${item.state}`).content.firstElementChild.cloneNode(true);
  const slots = slotsOf(item);
  for (const slot of element.querySelectorAll('[data-slot]')) slot.textContent = slots[slot.dataset.slot] ?? '';
  element.dataset.key = item.key;
  return element;
}

/** Draw the lists, where the page has them. */
export function draw(items) {
  for (const [state, selector] of Object.entries(LISTS)) {
    const section = $(selector);
    if (!section) return;
    const mine = items.filter((item) => item.state === state);
    $('[data-list]', section).replaceChildren(...mine.map(row));
    $('.none', section).hidden = mine.length > 0;
  }
  const send = $('#queue-send');
  if (send) send.hidden = !items.some(({ state }) => state === 'waiting');
}

const DOING = {
  discard: (outbox, key) => outbox.drop(key),
  'keep-theirs': (outbox, key) => outbox.drop(key),
  'use-mine': (outbox, key) => outbox.again(key),
  again: (outbox, key) => outbox.again(key),
};

/** Do what a button of an item says. @returns {Promise<boolean>} whether it was one */
export async function act(button, { outbox, sender }) {
  if (button.id === 'queue-send') {
    sender.kick();
    return true;
  }
  const key = button.closest('[data-key]')?.dataset.key;
  const doing = DOING[button.dataset.do];
  if (!key || !doing) return false;
  button.disabled = true; // one tap, one answer
  await doing(outbox, key);
  sender.kick();
  return true;
}
