// The board's page: who exists and who tells whom. Nothing else is decided here.
import { get } from '../core/api.js';
import { Catalog } from '../core/catalog.js';
import { $ } from '../core/dom.js';
import { Alarms } from '../alarm/alarms.js';
import { Announcer } from '../ui/announce.js';
import { Connection } from '../ui/connection.js';
import { Notice } from '../ui/notice.js';
import { keys } from '../ui/page-keys.js';
import { count } from '../words/numbers.js';
import { Acting, MOVE_KEYS } from './acting.js';
import { Asking } from './asking.js';
import { Bookmark } from './bookmark.js';
import { IncidentBoard } from './incident-board.js';
import { Controls, Statuses, widened } from './controls.js';
import { Cover } from './cover.js';
import { Live } from './live.js';
import { Sheet } from './sheet.js';
import { tick } from './ticks.js';
import { UnitBoard } from './unit-board.js';
import { Wall } from './wall.js';

const TICK_MS = 1_000;
const COVER_PAUSE_MS = 3_000;
/** Ages of what nobody reports are looked up again so often. */
const QUIET_MS = 60_000;

const settings = JSON.parse($('#settings').textContent);
const { wall: onWall } = settings;
const catalog = new Catalog(settings);
const live = new Live(settings.viewer.mark);
const bookmark = new Bookmark();
const notice = new Notice(catalog);
$('#notice').append(notice.root);
const acting = new Acting({ settings, notice, done: () => asking.soon() });
const board = settings.board === 'units' ? new UnitBoard({ settings, catalog, acting, bookmark, live })
  : new IncidentBoard({ settings, catalog, acting, bookmark, live });
const sheet = new Sheet($('#table'), { columns: board.columns, cells: board.cells, symbolsUrl: settings.symbols_url });
const connection = new Connection(onWall ? $('#wall-connection') : $('#connection'), $('#banner'),
  { ...settings, what: 'the board' });
const announcer = new Announcer();
const alarms = new Alarms({ box: $('#alarms'), sound: $('#sound'), settings, now: () => live.now() });
const cover = new Cover($('#cover'), { titleOf: (code) => catalog.typeTitle('unit', code), wall: onWall });
const controls = onWall ? null : new Controls($('#filters'), settings, settings.board);
const statuses = onWall ? null : new Statuses($('#statuses'), board.statuses);
const wall = onWall ? new Wall({
  sheet, box: $('#sheet-box'), now: () => live.now(), zone: settings.zone, version: settings.version,
}) : null;

const asking = new Asking({ ask: () => board.ask(), take, fail: (problem) => refused(problem) });
const askingCover = new Asking({
  ask: () => get('/api/cover'), take: (answer) => cover.show(answer), pauseMs: COVER_PAUSE_MS,
});

function take(answer) {
  board.take(answer);
  draw();
  wall?.versionIs(answer.version);
}

function refused(problem) {
  if (problem.status === 422) notice.fail(problem, () => choose(widened(bookmark.choice)));
}

function draw() {
  const shown = board.shown();
  if (!shown) return; // no answer yet is not "no incidents"
  $('#waiting')?.remove();
  sheet.show(shown.groups, shown.order);
  tick(sheet.table, live.now());
  controls?.show(bookmark.choice);
  statuses?.show(bookmark.choice, shown.counts);
  tellEmpty(shown);
  board.pages?.($('#pages'));
  announcer.count(shown.summary);
  if (wall) {
    $('#wall-count').textContent = shown.summary;
    wall.fit();
  }
  document.title = `${shown.title} · MERIS`;
}

function tellEmpty({ groups, empty }) {
  const isEmpty = !groups.some(({ rows }) => rows.length);
  $('#empty').hidden = !isEmpty;
  if (isEmpty) $('#empty').replaceChildren(...empty(() => choose(widened(bookmark.choice))));
}

function choose(part, options) {
  bookmark.set(part, options);
  changed();
}

function changed() {
  if (board.asksAnew) asking.again();
  else draw();
  controls?.show(bookmark.choice);
}

bookmark.on('moved', changed);
controls?.on('chosen', ({ part, clear, typing }) => choose(clear ? widened(bookmark.choice) : part, { typing }));
statuses?.on('chosen', ({ part }) => choose(part));
board.on('chosen', (part) => choose(part));
sheet.on('sorted', (order) => choose(order))
  .on('chosen', (id) => location.assign(board.addressOf(id)));

function tellTabs({ incidents, assignments }) {
  const atWork = [...assignments.values()].filter(({ status, booked }) => !booked && status !== 'reserved').length;
  for (const [name, number] of Object.entries({ incidents: incidents.size, units: atWork })) {
    const tab = $(`[data-tab="${name}"] .number`);
    if (tab) tab.textContent = count(number);
  }
}

live.on('connection', (state) => connection.show(state))
  .on('dispatch', (now) => {
    tellTabs(now);
    alarms.show(now);
  })
  .on('news', (news) => {
    if (board.concerns(news)) asking.soon();
    if (news.cover) askingCover.soon();
  });
connection.on('retry', () => live.retry());

keys.learn([
  { key: ['ArrowDown', 'j'], shown: '↓ j', group: 'In the table', title: 'Next row',
    run: () => sheet.step(1), when: () => sheet.isAtHand },
  { key: ['ArrowUp', 'k'], shown: '↑ k', group: 'In the table', title: 'Row before',
    run: () => sheet.step(-1), when: () => sheet.isAtHand },
  { key: 'Enter', group: 'In the table', title: 'Open on the map' },
  ...board.keys(sheet, MOVE_KEYS),
  ...(wall ? [
    { key: ' ', shown: 'Space', group: 'On the wall', title: 'Stop turning pages, or go on', run: () => wall.toggle(),
      when: () => !document.activeElement?.matches('button') },
    { key: 'ArrowRight', shown: '→', group: 'On the wall', title: 'Next page', run: () => wall.turn(1) },
    { key: 'ArrowLeft', shown: '←', group: 'On the wall', title: 'Page before', run: () => wall.turn(-1) },
  ] : []),
  { key: 'i', group: 'Boards', title: 'Incidents', run: () => location.assign('/board') },
  { key: 'u', group: 'Boards', title: 'Units', run: () => location.assign('/board/units') },
  { key: 's', group: 'Boards', title: 'Sound on or off', run: () => $('#sound button').click() },
  ...(controls ? [{ key: '/', group: 'Boards', title: 'Look for words', run: () => controls.focus() }] : []),
]);
$('#to-wall')?.addEventListener('click', (event) => { event.currentTarget.href = `?wall=1${location.hash}`; });

setInterval(() => tick(sheet.table, live.now()), TICK_MS);
setInterval(() => { if (live.connection.state === 'live') asking.soon(); }, QUIET_MS);
live.start();
