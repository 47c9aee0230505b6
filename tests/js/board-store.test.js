import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoardStore } from '../../static/js/data/board-store.js';

const NONE = { incidents: [], assignments: [], areas: [] };
const answer = (rows = {}, gone = {}, rest = {}) => ({ ...NONE, ...rows, gone: { ...NONE, ...gone }, ...rest });

function filled() {
  const board = new BoardStore();
  board.take(answer({
    incidents: [{ id: 1 }, { id: 2 }],
    assignments: [{ id: 8, incident: 1, status: 'reserved', until: 100 }, { id: 7, incident: 1, status: 'en_route', until: 50 }],
    areas: [{ id: 5, starts_at: 10, ends_at: 90 }, { id: 6, starts_at: 200, ends_at: null }],
  }, {}, { types: { sf: { title: 'Structure fire' } } }), { full: true });
  return board;
}

test('rows replace rows and what is gone goes', () => {
  const board = filled();
  const changed = board.take(answer({ incidents: [{ id: 2, title: 'New' }, { id: 3 }] }, { incidents: [1] }));
  assert.deepEqual([...board.incidents.values()], [{ id: 2, title: 'New' }, { id: 3 }]);
  assert.deepEqual(changed, { incidents: [2, 3, 1], assignments: [], areas: [] });
});

test('a whole answer leaves nothing of before, and may have changed anything', () => {
  const board = filled();
  assert.equal(board.take(answer({ incidents: [{ id: 9 }] }), { full: true }), null);
  assert.deepEqual([...board.incidents.keys(), ...board.areas.keys()], [9]);
  assert.equal(board.types.sf.title, 'Structure fire');
});

test('other words for incidents may change anything', () => {
  assert.equal(filled().take(answer({}, {}, { types: {} })), null);
});

test('the clock ends areas and holds, and not work that takes longer', () => {
  const board = filled();
  assert.equal(board.expire(80), null);
  assert.deepEqual(board.expire(100), { incidents: [], assignments: [8], areas: [5] });
  assert.deepEqual([...board.assignments.keys()], [7]);
});

test('it knows when the clock changes something next', () => {
  const board = filled();
  assert.deepEqual([0, 10, 90, 100, 200].map((now) => board.nextTurn(now)), [10, 90, 100, 200, null]);
});

test('the units of an incident come in the order in which they were sent', () => {
  assert.deepEqual(filled().unitsOf(1).map(({ id }) => id), [7, 8]);
});
