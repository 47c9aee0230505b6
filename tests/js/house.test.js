// The rules of the house, kept by a test: small files, no cycles, and nobody reaches up.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../static', import.meta.url));
const files = (folder, ending) => readdirSync(join(ROOT, folder), { recursive: true })
  .filter((name) => name.endsWith(ending)).map((name) => join(ROOT, folder, name));
const SCRIPTS = files('js', '.js');
const STYLES = files('css', '.css');
const text = (file) => readFileSync(file, 'utf8');
const short = (file) => relative(ROOT, file);

/** Bare names may only be those of the page's import map. */
const LIBRARIES = new Set(['leaflet', 'mgrs']);
/** Each folder may import itself and what stands to its right. */
const ORDER = ['.', 'phone', 'boards', 'alarm', 'command', 'areas', 'dispatch', 'trail', 'ui', 'map', 'core', 'data', 'words'];
/** A symbol is drawn alike on the map and in the list, and the address knows what a filter is. */
const ALLOWED = new Set(['map/markers.js > ui/symbol.js', 'data/client.js > core/emitter.js', 'data/summaries.js > core/api.js',
  'data/worker.js > core/asker.js']);

function imports(file) {
  return [...text(file).matchAll(/^(?:import|export)(?:[^'"=]*from)?\s*['"]([^'"]+)['"];/gm)].map(([, name]) => name);
}

const ownImports = (file) => imports(file).filter((name) => name.startsWith('.')).map((name) => resolve(dirname(file), name));

test('no file is longer than 400 lines, no line than 130 characters', () => {
  for (const file of [...SCRIPTS, ...STYLES]) {
    const lines = text(file).split('\n');
    assert.ok(lines.length <= 400, `${short(file)} has ${lines.length} lines`);
    if (file.endsWith('.js')) lines.forEach((line, i) => assert.ok(line.length <= 130, `${short(file)}:${i + 1}`));
  }
});

test('libraries by bare name, our own files by relative path', () => {
  for (const file of SCRIPTS) {
    for (const name of imports(file)) assert.ok(name.startsWith('.') || LIBRARIES.has(name), `${short(file)} imports ${name}`);
  }
});

test('no import goes round in a circle', () => {
  const done = new Set();
  const visit = (file, path) => {
    assert.ok(!path.includes(file), [...path, file].map(short).join(' > '));
    if (done.has(file)) return;
    for (const next of ownImports(file).filter((name) => SCRIPTS.includes(name))) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of SCRIPTS) visit(file, []);
});

test('words know nobody, data knows no page, and the map knows no panels', () => {
  const rank = (file) => ORDER.indexOf(relative(join(ROOT, 'js'), dirname(file)).split('/')[0] || '.');
  for (const file of SCRIPTS.filter((name) => rank(name) >= 0)) {
    for (const next of ownImports(file).filter((name) => SCRIPTS.includes(name))) {
      const pair = `${short(file).slice(3)} > ${short(next).slice(3)}`;
      assert.ok(rank(next) >= rank(file) || ALLOWED.has(pair), `${pair} reaches up`);
    }
  }
});

test('what comes from people is never made into markup', () => {
  for (const file of SCRIPTS) {
    assert.doesNotMatch(text(file), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, short(file));
  }
});

/** Declarations of a sheet without its comments: [selector, property, value]. */
function declarations(file) {
  return [...text(file).replace(/\/\*[^]*?\*\//g, '').matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selector, block]) => (
    block.split(';').filter((line) => line.includes(':')).map((line) => {
      const at = line.indexOf(':');
      return [selector.trim(), line.slice(0, at).trim(), line.slice(at + 1).trim()];
    })));
}

const named = (file) => file.split('/').at(-1);
/** Paper is measured in points, the phone and the public's page in the reader's text, the wall in its own height. */
const OWN_MEASURE = new Set(['vars.css', 'paper.css', 'records.css', 'audit.css', 'phone.css', 'public.css', 'wall.css']);

test('a color is written in vars.css and nowhere else', () => {
  const raw = new RegExp('#[0-9a-f]{3,8}\\b|\\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|light-dark)\\('
    + '|\\b(?:black|white|red|green|blue|gr[ae]y|silver|orange|yellow|purple|navy|teal|maroon)\\b', 'i');
  const colored = /^(?:--.*|color|background.*|border.*|outline.*|fill|stroke|box-shadow|text-shadow|accent-color|caret-color)$/;
  for (const file of STYLES.filter((one) => named(one) !== 'vars.css')) {
    for (const [selector, property, value] of declarations(file)) {
      const bare = value.replace(/var\([^()]*\)/g, '');
      assert.ok(!colored.test(property) || !raw.test(bare), `${short(file)}: ${selector} { ${property}: ${value} }`);
    }
  }
});

test('space, corners, weights and sizes of text come from vars.css', () => {
  const spaced = /^(?:row-|column-)?gap$|^(?:padding|margin)/;
  for (const file of STYLES.filter((one) => !OWN_MEASURE.has(named(one)))) {
    for (const [selector, property, value] of declarations(file)) {
      const told = `${short(file)}: ${selector} { ${property}: ${value} }`;
      // a line of one pixel stays one; what is drawn round a point of the map is moved back by half its size
      if (spaced.test(property)) assert.doesNotMatch(value.replace(/\b1px\b/g, ''), /(?<![-\w.])\d+(?:\.\d+)?px/, told);
      if (property === 'border-radius') assert.doesNotMatch(value, /\d(?:px|rem)/, told);
      // letters in a drawing are measured as the drawing is
      const drawn = /\btext$/.test(selector);
      if (/^font(?:-size)?$/.test(property) && !drawn) assert.doesNotMatch(value, /\d(?:px|rem|pt)\b/, told);
      if (property === 'font-weight') assert.doesNotMatch(value, /^(?:[1-9]00|bold|normal)$/, told);
    }
  }
});

test('every variable that a sheet names is set somewhere', () => {
  const set = new Set(STYLES.flatMap((file) => [...text(file).matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name)));
  const scripted = SCRIPTS.map(text).join('\n');
  for (const file of STYLES) {
    for (const [, name, spare] of text(file).matchAll(/var\((--[\w-]+)(,)?/g)) {
      assert.ok(spare || set.has(name) || scripted.includes(`'${name}'`), `${short(file)}: ${name}`);
    }
  }
});

/** The text of everything that pages are made of. */
function pages() {
  return ['templates', 'static/js', 'meris', 'static/vendor'].flatMap((folder) => (
    readdirSync(join(ROOT, '..', folder), { recursive: true }).filter((name) => /\.(?:html|js|py)$/.test(name))
      .map((name) => text(join(ROOT, '..', folder, name)))));
}

test('every sheet is loaded by some page', () => {
  const whole = pages().join('\n');
  for (const file of STYLES) {
    const name = named(file).replace('.css', '');
    assert.ok(whole.includes(`css/${name}.css`) || whole.includes(`"${name}"`), short(file));
  }
});

test('every class that a sheet names is on some page', () => {
  const words = new Set(pages().flatMap((page) => page.match(/[\w-]+/g) ?? []));
  // put together where they are used
  const made = /^(?:st-\w+|w[246]|c\d+|code-\d+|leaflet-.*)$/;
  for (const file of STYLES) {
    for (const [selector] of declarations(file)) {
      for (const [, name] of selector.matchAll(/[.#](-?[a-z][\w-]*)/gi)) {
        assert.ok(words.has(name) || made.test(name), `${short(file)}: ${selector}`);
      }
    }
  }
});

test('no page styles itself', () => {
  const folder = join(ROOT, '..', 'templates');
  for (const name of readdirSync(folder, { recursive: true }).filter((one) => one.endsWith('.html'))) {
    const page = text(join(folder, name));
    assert.doesNotMatch(page, /\sstyle\s*=/, name);
    assert.doesNotMatch(page, /#[0-9a-f]{6}\b/i, name);
    // only what must be whole in one answer carries a sheet, and that is one of ours
    for (const [, sheet] of page.matchAll(/<style[^>]*>([^]*?)<\/style>/g)) assert.match(sheet, /^\{\{ \w+(?: \| safe)? \}\}$/, name);
  }
});
