import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Summaries } from '../../static/js/data/summaries.js';

function served(known) {
  const asked = [];
  const summaries = new Summaries(async (url) => {
    const ids = url.split('=')[1].split(',').map(Number);
    asked.push(ids);
    return { resources: ids.filter(known).map((id) => ({ id, name: `n${id}` })) };
  });
  return { summaries, asked };
}

test('at most 200 are asked for at once, and none twice', async () => {
  const { summaries, asked } = served(() => true);
  const ids = Array.from({ length: 450 }, (_, i) => i + 1);
  await Promise.all([summaries.load(ids), summaries.load(ids.slice(0, 50))]);
  await summaries.load([3, 4]);
  assert.deepEqual(asked.map(({ length }) => length), [200, 200, 50]);
  assert.equal(summaries.peek(450).name, 'n450');
});

test('what is gone is known to be gone and not asked for again', async () => {
  const { summaries, asked } = served((id) => id !== 2);
  await summaries.load([1, 2]);
  await summaries.load([2]);
  assert.equal(summaries.peek(2), null);
  assert.equal(summaries.peek(9), undefined);
  assert.equal(asked.length, 1);
});

test('what changed is asked for again', async () => {
  const { summaries, asked } = served(() => true);
  await summaries.load([1, 2]);
  summaries.forget([2]);
  await summaries.load([1, 2]);
  summaries.forget(null);
  await summaries.load([1, 2]);
  assert.deepEqual(asked, [[1, 2], [2], [1, 2]]);
});

test('a failure is told and can be tried again', async () => {
  let broken = true;
  const summaries = new Summaries(async () => {
    if (broken) throw new Error('down');
    return { resources: [{ id: 1 }] };
  });
  await assert.rejects(summaries.load([1]), /down/);
  broken = false;
  await summaries.load([1]);
  assert.equal(summaries.peek(1).id, 1);
});
