// The map page: who exists and who tells whom. Nothing else is decided here.
import { client } from './data/start.js';
import { startAlarms } from './alarm/on-map.js';
import { AreaDesk } from './areas/desk.js';
import { CommandBar } from './command/bar.js';
import { Address } from './core/address.js';
import { renew } from './core/api.js';
import { Catalog } from './core/catalog.js';
import { $, settled } from './core/dom.js';
import { Summaries } from './data/summaries.js';
import { Desk } from './dispatch/desk.js';
import { Basemap } from './map/basemap.js';
import { BoardLayers } from './map/board.js';
import { Markers } from './map/markers.js';
import { Pick } from './map/pick.js';
import { Readout } from './map/readout.js';
import { Stage } from './map/stage.js';
import { startTrails } from './trail/desk.js';
import { Announcer } from './ui/announce.js';
import { Connection } from './ui/connection.js';
import { Detail } from './ui/detail.js';
import { Filters } from './ui/filters.js';
import { Hover } from './ui/hover.js';
import { lastingBlock } from './ui/lasting-block.js';
import { List } from './ui/list.js';
import { keys } from './ui/page-keys.js';
import { Panels } from './ui/panels.js';
import { Paper } from './ui/paper.js';
import { Rail } from './ui/rail.js';
import { Selection } from './ui/selection.js';
import { Together } from './ui/together.js';
import { plural } from './words/numbers.js';

const LIST_PAUSE_MS = 120;

const settings = JSON.parse($('#settings').textContent);
const catalog = new Catalog(settings);
client.configure(catalog.forWorker());

const page = $('#map-page');
const box = $('#stage');
const address = new Address();
const summaries = new Summaries();
const stage = new Stage($('#map'), settings, address.state.view);
const markers = new Markers(stage.map, catalog);
const panels = new Panels(page);
const rail = new Rail($('#rail'), catalog);
const basemap = new Basemap(stage.map, settings, rail.credits);
const list = new List($('#list'), catalog, summaries);
const detail = new Detail($('#detail'), catalog);
const selection = new Selection({ address, client, markers, detail, list, stage, panels });
const filters = new Filters({ address, client, rail, basemap });
const board = new BoardLayers({
  client, stage, basemap, symbolsUrl: catalog.symbolsUrl, titleOf: (type) => catalog.typeTitle('unit', type),
  isStaff: catalog.isStaff,
});
const hover = new Hover(box, catalog, summaries, () => client.now());
const together = new Together(box, catalog, summaries);
const pick = new Pick(stage, box);
const bar = new CommandBar($('#search'), catalog, () => ({
  incident: desk?.idInHand ?? null, unit: selection.id ?? null, center: stage.view.center,
}));
const connection = new Connection($('#connection'), $('#banner'), settings);
const announcer = new Announcer();
const paper = new Paper($('#paper'), { catalog, summaries, list, stage, client });
/** Only for staff: the public's page has no place for it. */
const desk = $('#incident') && new Desk({
  client, catalog, address, stage, panels, selection, detail, list, pick, summaries, announcer, page,
});
const areas = new AreaDesk({ client, catalog, address, stage, panels, selection, pick, announcer, page });
new Readout($('#readout'), stage);

function draw(items) {
  markers.show(items);
  basemap.avoid([...markers.occupied, ...board.occupied]);
}

async function look() {
  draw(await client.look(stage.view));
}

async function fillList() {
  const ids = await client.list(list.query(stage.view));
  if (list.scope === 'view') list.tell({ view: ids.length });
  else countView();
  await list.show(ids);
}

// While the map moves, the symbols go first.
const fillListSoon = settled(fillList, LIST_PAUSE_MS);

async function countView() {
  const ids = await client.list({ ...list.query(stage.view), scope: 'view' });
  list.tell({ view: ids.length });
}

function refreshed({ items, changed, counts, shown, total, unplaced }) {
  draw(items);
  filters.show({ counts, shown, total, unplaced });
  list.tell({ all: shown, unplaced, total, stale: counts.stale });
  summaries.forget(changed);
  list.refresh(changed);
  selection.refresh(changed);
  fillList();
  $('#empty').hidden = total > 0;
  announcer.count(`${plural(shown, 'resource')} shown, ${unplaced} not on the map`);
  if (!performance.getEntriesByName('meris-drawn').length) performance.mark('meris-drawn');
}

client.on('refreshed', refreshed)
  .on('connection', (state) => connection.show(state))
  .on('broken', ({ message }) => {
    console.error(`the map's worker stopped: ${message}`);
    connection.show({ ...client.connection, state: 'broken' });
  });
connection.show(client.connection);
connection.on('retry', async () => client.retry(await renew().catch(() => undefined)));

stage.on('moved', ({ zoom, center }) => {
  address.set({ view: { zoom, ...center } });
  hover.hide();
  together.hide();
  look();
  fillListSoon();
});
stage.on('clicked', () => together.hide());
address.on('moved', ({ before, view }) => {
  if (view && JSON.stringify(view) !== JSON.stringify(before.view)) stage.goTo(view);
});

markers.on('pointed', (target) => hover.point(target))
  .on('chosen', ({ id }) => selection.set(id))
  .on('opened', async ({ cluster, element }) => {
    const { bounds, points } = await client.open(cluster);
    hover.hide();
    if (bounds) stage.open(bounds);
    else if (points.length) together.show(points, element);
  });
together.on('chosen', ({ id }) => selection.set(id, { focus: true }));

list.on('asked', fillList).on('chosen', ({ id }) => selection.set(id, { focus: true, reveal: true }));
rail.on('unplaced', () => {
  list.turnTo('unplaced');
  panels.reveal('list');
});
bar.on('place', (place) => {
  stage.goTo(place);
  panels.turnTo('map');
  $('#map').focus();
});
bar.on('resource', ({ id }) => selection.set(id, { focus: true, reveal: true }))
  .on('narrow', ({ text, ids }) => filters.found(text, ids))
  .on('incident', ({ id, focus }) => desk.open(id, { focus }))
  .on('units', ({ ids, text }) => (desk.inHand ? desk.select(ids) : filters.found(text, ids)))
  .on('draw', ({ kind }) => areas.draw({ kind }))
  .on('page', ({ url }) => location.assign(url));

detail.on('closed', () => selection.close())
  .on('goto', (place) => stage.goTo({ ...place, zoom: 15 }))
  .on('pick', async () => {
    panels.turnTo('map');
    page.classList.add('picking');
    const position = await pick.ask('Where is it?');
    page.classList.remove('picking');
    detail.picked(position);
  });

board.on('told', (numbers) => rail.board.show(numbers))
  .on('pointed', (target) => hover.point(target))
  .on('incident', ({ id }) => desk?.open(id))
  .on('area', ({ id }) => areas.open(id));
rail.board.on('toggled', ({ name, on }) => board.toggle(name, on))
  .on('county', ({ fips }) => stage.goTo(basemap.countyOf(fips)))
  .on('area', ({ id }) => areas.open(id, { reveal: true }));
desk?.on('opened', ({ id }) => board.inHand(id)).on('closed', () => board.inHand(null));
stage.on('here', (at) => desk?.menu.show(at));

desk?.on('handed', () => bar.renew()).on('opened', () => areas.drop()).on('draw', ({ incident }) => areas.draw({ incident }))
  .on('area', ({ id }) => areas.open(id, { reveal: true }));
areas.on('opened', ({ id }) => board.chooseArea(id)).on('closed', () => board.chooseArea(null))
  .on('incident', ({ id }) => desk?.open(id, { focus: true }))
  .on('report', (known) => desk?.newIncident(known));

detail.extend((shown) => areas.block(shown));
if (desk) detail.extend((shown) => desk.block(shown));
if (desk) detail.extend(lastingBlock);
if (desk) startTrails({ client, catalog, stage, selection, detail });

new ResizeObserver(() => stage.resized()).observe(box);

function closeUppermost() {
  if (selection.id) selection.close();
  else if (areas.showing) areas.close();
  else desk?.close();
}

const ON_MAP = 'On the map';
const IN_DETAIL = 'In what is open';

keys.learn([
  ...(desk?.keys ?? []),
  ...(desk ? [
    { key: 't', group: IN_DETAIL, title: 'Its statuses: arrows choose, Enter sets', when: () => detail.editable,
      run: () => detail.toStatuses() },
    { key: 'c', group: IN_DETAIL, title: 'Still true', when: () => detail.editable, run: () => detail.confirm() },
  ] : []),
  { key: 'Escape', group: IN_DETAIL, shown: 'Esc', title: 'Close it', run: () => closeUppermost() },
  ...areas.keys,
  { key: 'f', group: ON_MAP, title: 'Layers and filters', run: () => { panels.reveal('rail'); rail.focus(); } },
  { key: 'l', group: ON_MAP, title: 'List: arrows walk, Enter opens', run: () => { panels.reveal('list'); list.focus(); } },
  { key: 'm', group: ON_MAP, title: 'Map', run: () => { panels.turnTo('map'); $('#map').focus(); } },
  { key: 'h', group: ON_MAP, title: 'Whole state', run: () => stage.goHome() },
  { key: ['←', '↑', '→', '↓'], group: ON_MAP, title: 'Move the map; on a symbol: to the next one' },
  { key: ['+', '−'], group: ON_MAP, title: 'Closer, farther' },
  { key: 'p', group: ON_MAP, title: 'Print the map and the list', run: () => paper.print() },
  { key: '/', title: desk ? 'Search and commands; Ctrl-K does it from anywhere' : 'Search', run: () => bar.focus() },
]);

for (const [id, run] of Object.entries({
  'zoom-in': () => stage.map.zoomIn(), 'zoom-out': () => stage.map.zoomOut(),
  'zoom-home': () => stage.goHome(), 'print-map': () => paper.print(),
})) $(`#${id}`)?.addEventListener('click', run);

$('.skip').addEventListener('click', (event) => {
  event.preventDefault(); // the fragment is ours
  panels.reveal('list');
  list.focus();
});

basemap.start();
filters.start();
selection.start();
areas.start();
rail.board.start();
board.start();
desk?.start();
startAlarms(client, settings);
look();
