import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked } from '../../static/js/core/asker.js';

test('a request says for whom the page was made', () => {
  assert.equal(asked('/api/map', 'a1b2'), '/api/map?as=a1b2');
  assert.equal(asked('/api/map?since=1:2:', 'a1b2'), '/api/map?since=1:2:&as=a1b2');
});

test('without a mark the address stays as it is', () => {
  assert.equal(asked('/api/map', ''), '/api/map');
  assert.equal(asked('/api/map', undefined), '/api/map');
});
