import assert from 'node:assert/strict';
import test from 'node:test';

const page = { said: null };
globalThis.document = {
  documentElement: { lang: 'es' },
  getElementById: (id) => (id === 'language' && page.said ? { textContent: JSON.stringify(page.said) } : null),
};
const loaded = (query) => import(`../../static/js/words/language.js?${query}`);

test('says what the page brings, fills names in, and chooses by number', async () => {
  page.said = {
    'Call {phone} first': 'Llame antes al {phone}',
    '{num} report': ['{num} reporte', '{num} reportes'],
  };
  const { _, ngettext } = await loaded('es');
  assert.equal(_('Call {phone} first', { phone: '211' }), 'Llame antes al 211');
  assert.deepEqual([0, 1, 2].map((n) => ngettext('{num} report', '{num} reports', n)),
    ['0 reportes', '1 reporte', '2 reportes']);
  assert.equal(_('Not there'), 'Not there');
});

test('speaks English where the page brings nothing', async () => {
  page.said = null;
  document.documentElement.lang = 'en';
  const { _, ngettext } = await loaded('en');
  assert.equal(_('{n} of {m}', { n: 0, m: 2 }), '0 of 2');
  assert.equal(_('{unknown} stays'), '{unknown} stays');
  assert.deepEqual([1, 5].map((n) => ngettext('{num} report', '{num} reports', n)), ['1 report', '5 reports']);
});
