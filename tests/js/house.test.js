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

test('styles take colors from vars.css', () => {
  // phone.css holds its own for old phones; phone-colors.test.js compares them
  const excepted = ['vars.css', 'print.css', 'phone.css'];
  const own = STYLES.filter((file) => !excepted.some((name) => file.endsWith(`/${name}`)));
  for (const file of own) {
    const hard = [...text(file).matchAll(/(?:^|[\s:,(])(#[0-9a-f]{3,8})\b/gim)].map(([, hex]) => hex);
    assert.ok(hard.length <= 8, `${short(file)}: ${hard}`);
  }
});
