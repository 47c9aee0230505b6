// The statuses of one kind must be told apart: by letter always, by color by everybody who sees
// colors in one way or another. Simulations after Machado, Oliveira and Fernandes (2009).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = (name) => readFileSync(new URL(`../../static/css/${name}.css`, import.meta.url), 'utf8');
const VARIABLES = css('vars');
const CODE_LISTS = ['shelter', 'supply', 'unit'].map((name) => (
  readFileSync(new URL(`../../meris/fields/lists_${name}.py`, import.meta.url), 'utf8'))).join('\n');

const KINDS = {
  shelter: ['open', 'full', 'consolidating', 'alert', 'standby', 'closed', 'retired', 'unknown'],
  supply_site: ['open', 'standby', 'closed', 'unknown'],
  unit: ['available', 'staged', 'dispatched', 'en_route', 'on_scene', 'transporting', 'at_destination', 'returning',
    'out_of_service', 'off_duty'],
};
const EYES = {
  'full color vision': null,
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
/** Least difference (CIEDE2000): far above the 2.3 that can just be seen; ten hues need more luck. */
const LEAST = { shelter: 10, supply_site: 10, unit: 5 };

/** What is set on :root always, and what is set there for who asks for more contrast. */
const [ALWAYS, MORE] = VARIABLES.split('@media (prefers-contrast: more)');

/** A color as #rrggbb; a variable that stands for another is followed. `theme` may be "light, more contrast". */
function color(name, theme) {
  const value = new RegExp(`--${name}: (?:light-dark\\((#\\w{6}), (#\\w{6})\\)|(#\\w{6})|var\\(--([\\w-]+)\\));`);
  const found = (theme.includes('more') && value.exec(MORE)) || value.exec(ALWAYS);
  assert.ok(found, `--${name} is not in vars.css`);
  return found[4] ? color(found[4], theme) : found[3] ?? found[theme.startsWith('light') ? 1 : 2];
}

function linear(hex) {
  return [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

function seenBy(eye, rgb) {
  if (!eye) return rgb;
  return eye.map((row) => Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])));
}

const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(one, other) {
  const [light, dark] = [luminance(linear(one)), luminance(linear(other))].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function lab([r, g, b]) {
  const x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047;
  const y = 0.2126729 * r + 0.7151522 * g + 0.072175 * b;
  const z = (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883;
  const [fx, fy, fz] = [x, y, z].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

// CIEDE2000, after Sharma, Wu and Dalal (2005).
function difference([l1, a1, b1], [l2, a2, b2]) {
  const rad = Math.PI / 180;
  const mean7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(mean7 / (mean7 + 25 ** 7)));
  const [ap1, ap2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(ap1, b1), Math.hypot(ap2, b2)];
  const hue = (a, b) => (Math.atan2(b, a) / rad + 360) % 360;
  const [h1, h2] = [hue(ap1, b1), hue(ap2, b2)];
  const gray = c1 * c2 === 0;
  let dh = gray ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  if (dh < -180) dh += 360;
  let hm = gray ? h1 + h2 : (h1 + h2) / 2;
  if (!gray && Math.abs(h1 - h2) > 180) hm += hm < 180 ? 180 : -180;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh * rad) / 2);
  const [lm, cm] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t = 1 - 0.17 * Math.cos((hm - 30) * rad) + 0.24 * Math.cos(2 * hm * rad)
    + 0.32 * Math.cos((3 * hm + 6) * rad) - 0.2 * Math.cos((4 * hm - 63) * rad);
  const sl = 1 + (0.015 * (lm - 50) ** 2) / Math.sqrt(20 + (lm - 50) ** 2);
  const sc = 1 + 0.045 * cm;
  const sh = 1 + 0.015 * cm * t;
  const rt = -2 * Math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7)) * Math.sin(60 * rad * Math.exp(-(((hm - 275) / 25) ** 2)));
  return Math.sqrt(((l2 - l1) / sl) ** 2 + ((c2 - c1) / sc) ** 2 + (dH / sh) ** 2 + (rt * (c2 - c1) * dH) / (sc * sh));
}

test('the measure of difference is the published one', () => {
  assert.ok(Math.abs(difference([50, 2.6772, -79.7751], [50, 0, -82.7485]) - 2.0425) < 1e-4);
  assert.ok(Math.abs(difference([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514]) - 0.9082) < 1e-4);
  assert.ok(Math.abs(difference([50, 2.5, 0], [73, 25, -18]) - 27.1492) < 1e-4);
});

for (const theme of ['light', 'dark']) {
  for (const [kind, statuses] of Object.entries(KINDS)) {
    for (const [eye, matrix] of Object.entries(EYES)) {
      test(`${kind} statuses differ in the ${theme} theme for ${eye}`, () => {
        statuses.forEach((one, i) => statuses.slice(i + 1).forEach((other) => {
          const [a, b] = [one, other].map((name) => lab(seenBy(matrix, linear(color(`st-${name}`, theme)))));
          const least = matrix ? LEAST[kind] : 12;
          assert.ok(difference(a, b) >= least, `${one} and ${other}: ${difference(a, b).toFixed(1)} < ${least}`);
        }));
      });
    }

    test(`letters can be read on ${kind} symbols in the ${theme} theme`, () => {
      for (const status of statuses) {
        const ratio = contrast(color(`st-${status}`, theme), color(`st-${status}-ink`, theme));
        assert.ok(ratio >= 4.5, `${status}: ${ratio.toFixed(2)}`);
      }
    });
  }

  test(`text stands out in the ${theme} theme`, () => {
    const pairs = [
      ['text', 'surface'], ['text', 'ground'], ['text', 'accent-soft'], ['text', 'warn-soft'], ['text', 'bad-soft'], ['text', 'good-soft'],
      ['text-2', 'surface'], ['text-2', 'raised'], ['text-2', 'sunken'], ['text-2', 'ground'], ['text-2', 'hover'],
      ['accent', 'surface'], ['accent', 'accent-soft'], ['accent-ink', 'accent'], ['warn', 'surface'], ['warn', 'warn-soft'],
      ['bad', 'surface'], ['bad', 'bad-soft'], ['bad', 'sunken'], ['good', 'good-soft'], ['text', 'grade-a'], ['text', 'grade-b'],
      ['area-ink', 'area-hazard'], ['area-ink', 'area-evacuation'], ['area-ink', 'area-exclusion'], ['area-ink', 'area-closure'],
      ['area-ink', 'area-staging'], ['danger', 'surface'], ['danger-ink', 'danger'], ['cover-hole-ink', 'map-land'],
      ['text', 'grade-c'], ['grade-d-ink', 'grade-d'], ['bar-text', 'bar'], ['bar-text-2', 'bar-field'], ['map-label', 'map-land'],
    ];
    for (const [ink, paper] of pairs) {
      const ratio = contrast(color(ink, theme), color(paper, theme));
      assert.ok(ratio >= 4.5, `${ink} on ${paper}: ${ratio.toFixed(2)}`);
    }
    for (const line of ['area-hazard', 'area-evacuation', 'area-exclusion', 'area-closure', 'area-staging', 'overdue', 'link']) {
      const ratio = contrast(color(line, theme), color('map-land', theme));
      assert.ok(ratio >= 3, `${line} on the map: ${ratio.toFixed(2)}`);
    }
    for (const paper of ['surface', 'raised', 'sunken']) {
      const ratio = contrast(color('line-strong', theme), color(paper, theme));
      assert.ok(ratio >= 3, `borders of inputs on ${paper}: ${ratio.toFixed(2)}`);
    }
  });
}

/** What else is told apart by color, beside its letter, number, word or shape. */
const FAMILIES = {
  priorities: [['priority-1', 'priority-2', 'priority-3', 'priority-4'], 8],
  areas: [['area-hazard', 'area-evacuation', 'area-exclusion', 'area-closure', 'area-staging'], 5],
  'tones of a ring': [['tone-ready', 'tone-waiting', 'tone-busy', 'tone-out', 'tone-unknown'], 10],
  'rows of an upload': [['fate-new', 'fate-changed', 'fate-confirmed', 'fate-unchanged', 'fate-held', 'fate-refused', 'fate-older'], 5],
  messages: [['good', 'warn', 'bad', 'accent'], 9],
  grades: [['grade-a', 'grade-b', 'grade-c', 'grade-d'], 8],
};

for (const theme of ['light', 'dark']) {
  for (const [family, [names, least]] of Object.entries(FAMILIES)) {
    test(`${family} differ in the ${theme} theme for every eye`, () => {
      for (const [eye, matrix] of Object.entries(EYES)) {
        names.forEach((one, i) => names.slice(i + 1).forEach((other) => {
          const [a, b] = [one, other].map((name) => lab(seenBy(matrix, linear(color(name, theme)))));
          assert.ok(difference(a, b) >= least, `${eye}: ${one} and ${other}: ${difference(a, b).toFixed(1)} < ${least}`);
        }));
      }
    });
  }

  test(`the number of a priority can be read in the ${theme} theme`, () => {
    for (const priority of ['1', '2', '3', '4']) {
      const ratio = contrast(color(`priority-${priority}`, theme), color(`priority-${priority}-ink`, theme));
      assert.ok(ratio >= 4.5, `${priority}: ${ratio.toFixed(2)}`);
    }
  });

  test(`who asks for more contrast gets it in the ${theme} theme`, () => {
    const more = `${theme}, more contrast`;
    for (const paper of ['surface', 'raised', 'sunken', 'ground']) {
      for (const ink of ['text', 'text-2', 'accent', 'good', 'warn', 'bad']) {
        const [usual, raised] = [theme, more].map((one) => contrast(color(ink, one), color(paper, one)));
        assert.ok(raised >= 7 && raised > usual, `${ink} on ${paper}: ${raised.toFixed(2)}, ${usual.toFixed(2)} without`);
      }
      for (const line of ['line', 'line-strong']) {
        assert.ok(contrast(color(line, more), color(paper, more)) >= 3, `${line} on ${paper}`);
      }
    }
  });
}

test('every status of the catalogue has a color, and no kind has a letter twice', () => {
  for (const [kind, statuses] of Object.entries(KINDS)) {
    const letters = statuses.map((status) => {
      const choice = new RegExp(`Choice\\(\\s*"${status}",\\s*"[^"]+",[^"]*(?:"[^"]*",?\\s*)*?\\)?,?\\s*"(.)"`).exec(CODE_LISTS);
      assert.ok(choice, `${kind} status ${status} is not in meris/fields`);
      assert.ok(css('symbols').includes(`[data-status="${status}"]`), `${status} has no color`);
      return choice[1];
    });
    assert.equal(new Set(letters).size, letters.length, `${kind}: ${letters}`);
  }
});
