// The phone's style sheet is one file for old phones too, which do not know light-dark(): it repeats
// colors of vars.css, and this holds the two together.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = (name) => readFileSync(new URL(`../../static/css/${name}.css`, import.meta.url), 'utf8');
const [VARIABLES, PHONE] = [css('vars'), css('phone')];
const COLOR = /--([\w-]+): (#\w{6})/g;

/** What vars.css says of a color: [light, dark]. */
function known(name) {
  const found = new RegExp(`--${name}: (?:light-dark\\((#\\w{6}), (#\\w{6})\\)|(#\\w{6}))`).exec(VARIABLES);
  assert.ok(found, `--${name} is not in vars.css`);
  return found[3] ? [found[3], found[3]] : [found[1], found[2]];
}

/** The colors of a rule of phone.css, as told from `start` to the end of its block. */
function told(start) {
  const from = PHONE.indexOf(start);
  assert.ok(from >= 0, `no ${start} in phone.css`);
  const rule = PHONE.slice(from, PHONE.indexOf('}', from));
  return Object.fromEntries([...rule.matchAll(COLOR)].map(([, name, color]) => [name, color]));
}

const DAY = told(':root {');
const NIGHTS = [told(':root:not([data-theme="light"]) {'), told(':root[data-theme="dark"] {')];

test('by day the phone has the colors of everything else', () => {
  assert.ok(Object.keys(DAY).length > 40);
  for (const [name, color] of Object.entries(DAY)) assert.equal(color, known(name)[0], name);
});

test('by night too, by the system and by choice', () => {
  for (const night of NIGHTS) {
    for (const name of Object.keys(DAY)) assert.equal(night[name] ?? DAY[name], known(name)[1], name);
  }
  assert.deepEqual(NIGHTS[0], NIGHTS[1]);
});
