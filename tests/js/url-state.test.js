import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, parse } from '../../static/js/core/url-state.js';
import { NO_FILTER } from '../../static/js/data/filter.js';

const STATES = {
  nothing: { view: null, filter: NO_FILTER, selected: null, incident: null, area: null },
  'a view': { view: { zoom: 9.5, lat: 38.5791, lon: -92.1729 }, filter: NO_FILTER, selected: null, incident: null, area: null },
  everything: {
    view: { zoom: 12, lat: 37.1, lon: -93.25 }, selected: 4211, incident: 12, area: 7,
    filter: {
      hidden: ['unit'], status: { shelter: ['open', 'full'] }, type: { shelter: ['pet', ''], supply_site: ['pod'] },
      counties: ['29019', '29510'], region: { scheme: 'sema', code: 'F' }, agencies: [3, 14], stale: true, danger: true,
      text: 'St. John’s & "co", 50% #1',
    },
  },
};

for (const [name, state] of Object.entries(STATES)) {
  test(`the address holds ${name}`, () => assert.deepEqual(parse(`#${format(state)}`), state));
}

test('a fragment that makes no sense is an open map, not an error', () => {
  for (const nonsense of ['', '#', '#list', '#at=x/y', '#at=7/999/0&id=-4&agency=a,b&region=sema', '#%%%']) {
    assert.deepEqual(parse(nonsense), STATES.nothing, nonsense);
  }
});
