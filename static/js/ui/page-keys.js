// The keys that every page has; a page that has more says them here: `keys.learn([…])`.
import { $ } from '../core/dom.js';
import { _ } from '../words/language.js';
import { Keys } from './keys.js';
import { walkWithArrows } from './walk.js';

const menu = $('#account-menu');
const search = $('[role="search"] input, main input[type="search"], main input[name="q"]');
const helpers = ['show-keys', 'show-keys-menu'].map((id) => $(`#${id}`)).filter(Boolean);

/** All pages and the account, at the keyboard; Escape leads back to where one was. */
function openMenu() {
  if (menu.matches(':popover-open')) return;
  menu.showPopover();
  $('a, button', menu)?.focus();
}

function lookFor() {
  search.focus();
  search.select();
}

export const keys = new Keys([
  ...(search ? [{ key: '/', title: _('Search'), run: lookFor }] : []),
  { key: 'm', title: _('Map'), run: () => location.assign('/') },
  { key: '.', title: _('Menu: all pages, and your account'), run: openMenu },
  { key: '?', title: _('These keys'), run: () => keys.show() },
  { key: 'Escape', shown: 'Esc', title: _('Close what is open') },
]);
if (!helpers.length) keys.table = []; // a page of somebody who is not signed in has no keys

walkWithArrows(menu, 'a, button');
for (const helper of helpers) {
  helper.addEventListener('click', () => {
    menu.hidePopover();
    keys.show();
  });
}
