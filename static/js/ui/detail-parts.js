// The parts of the detail panel that only show: title, status line, facts, stock.
import { el, icon } from '../core/dom.js';
import { dangerOf } from '../words/areas.js';
import { agoInWords, clockTime, dayOf, epochOf } from '../words/age.js';
import { count } from '../words/numbers.js';
import { symbol } from './symbol.js';

const SENSITIVITY = { restricted: 'Signed-in staff only', confidential: 'Named roles only' };
/** Shown in the head or elsewhere in the panel, so not again among the facts. */
const ELSEWHERE = new Set(['name', 'status', 'latitude', 'longitude', 'usng', 'coordinates', 'position']);
/** So many lines of requests are listed beside a site; the page of requests has them all. */
const MOST_LINES = 8;
const ago = (moment) => agoInWords(Date.now() / 1000 - epochOf(moment));

export function isStale({ stale_at: staleAt }) {
  return !(epochOf(staleAt) > Date.now() / 1000);
}

/** Symbol, name, and what it is: "Evacuation shelter · Lincoln County OEM". */
export function head(catalog, detail, close) {
  const look = {
    kind: detail.kind, status: detail.status.code, stale: isStale(detail),
    approximate: Boolean(detail.place?.radius_m) && !detail.place.live, danger: dangerOf(detail.dangers),
  };
  const { kind, type, agency } = detail;
  const about = [type ? catalog.typeTitle(kind, type) : catalog.kind(kind).one, agency.name];
  return el('header', { class: 'detail-head' },
    symbol(catalog, look),
    el('div', { class: 'detail-title' },
      el('h2', { tabIndex: -1, id: 'detail-title' }, detail.name),
      el('p', { class: 'quietly' }, about.filter(Boolean).join(' · ')),
      SENSITIVITY[detail.sensitivity] ? el('span', { class: 'tag' }, SENSITIVITY[detail.sensitivity]) : null),
    closeButton(catalog, close));
}

export function closeButton(catalog, close) {
  return el('button', {
    type: 'button', class: 'icon-button', 'aria-label': 'Close the detail', onclick: close,
  }, icon('close', catalog.symbolsUrl));
}

/** Status, its age and where it is from; and whether it can still be believed. */
export function statusLine(detail) {
  const { title, at, by, source, reason } = detail.status;
  const from = [by && `by ${by}`, source && source !== by && `from ${source}`].filter(Boolean).join(', ');
  const stale = isStale(detail);
  const confirmed = detail.confirmed_at
    ? ['Confirmed ', el('time', { title: clockTime(detail.confirmed_at) }, ago(detail.confirmed_at)),
      detail.confirmed_by ? ` by ${detail.confirmed_by}` : null]
    : ['Never confirmed'];
  return el('div', { class: 'status-line' },
    el('p', {}, el('strong', { class: 'status-now' }, reason ? `${title} (${reason.replaceAll('_', ' ')})` : title), ' ',
      el('span', { class: 'quietly' }, el('time', { title: clockTime(at) }, ago(at)), from ? `, ${from}` : null)),
    el('p', { class: stale ? 'out-of-date' : 'quietly' }, confirmed, stale ? ' · out of date' : null),
    ...(detail.warnings ?? []).map((words) => el('p', { class: 'out-of-date' }, words)),
    detail.record_url ? el('p', {}, el('a', { href: detail.record_url }, 'Record: counts over days, moves, dates')) : null,
    detail.unreported_at
      ? el('p', { class: 'out-of-date' }, `Not in the file that ${detail.agency.name} sent on ${dayOf(detail.unreported_at)}`)
      : null);
}

/** Facts under their headings: [[heading, fields]]. */
export function groups(fields) {
  const byGroup = new Map();
  for (const field of fields) {
    if (ELSEWHERE.has(field.name)) continue;
    if (!byGroup.has(field.group)) byGroup.set(field.group, []);
    byGroup.get(field.group).push(field);
  }
  return [...byGroup];
}

/** Two figures and a bar: people now of what it holds. Nothing where either is unknown. */
export function occupancy({ kind, fields }) {
  if (kind !== 'shelter') return null;
  const value = (name) => fields.find((field) => field.name === name)?.value;
  const people = value('population_total');
  const phase = value('capacity_phase') ?? (Number.isFinite(value('post_impact_capacity')) ? 'post_impact' : 'evacuation');
  const capacity = value(`${phase}_capacity`);
  const known = Number.isFinite(people) && Number.isFinite(capacity) && capacity > 0;
  const share = known ? people / capacity : null;
  const meter = known ? el('meter', {
    min: 0, max: 1, value: Math.min(share, 1), 'aria-label': 'Share of the capacity in use',
  }) : null;
  return el('div', { class: 'occupancy' },
    el('p', {}, el('strong', {}, Number.isFinite(people) ? count(people) : 'unknown'), ' people of ',
      el('strong', {}, Number.isFinite(capacity) ? count(capacity) : 'unknown'),
      phase === 'post_impact' ? ' post-impact capacity, in use' : ' evacuation capacity, in use',
      known ? el('span', { class: 'quietly' }, ` · ${Math.round(share * 100)} %`) : null), meter);
}

/** Beds free, unless nobody knows, and what is promised: held until when, on the way. For staff. */
export function bedsLine({ status, beds }) {
  if (!beds || (status !== 'open' && !beds.promised)) return null;
  const free = beds.free === null ? 'unknown' : count(beds.free);
  return el('p', { class: 'beds' }, 'Beds free: ', el('strong', {}, free),
    beds.promised ? [' · ', el('a', { href: beds.url }, beds.promised)] : null);
}

/** Stock lines: on hand, promised, free; and the way to the page where each figure is explained. */
export function stockTable({ kind, stock, stock_url: url }) {
  if (!stock?.length && (!url || kind !== 'supply_site')) return null;
  const items = new Set(stock.map(({ item_name: name }) => name)).size;
  const said = items ? `Stock: ${items === 1 ? '1 item' : `${count(items)} items`}` : 'Stock: none reported';
  const title = el('h3', {}, url ? el('a', { href: url }, said) : said);
  return el('section', { class: 'stock' }, title, items ? stockLines(stock) : null);
}

function stockLines(stock) {
  const number = (value) => el('td', { class: 'number' }, typeof value === 'number' ? count(value) : 'unknown');
  const small = (word, value) => (value ? el('small', {}, `${word} ${value}`) : null);
  const line = ({ item_name: name, on_hand: onHand, committed, available, unit, expires_on: expires, lot }) => (
    el('tr', {}, el('th', { scope: 'row' }, name, small('lot', lot), small('expires', expires)),
      number(onHand), number(committed), number(available), el('td', {}, unit ?? '')));
  const heads = ['Item', 'On hand', 'Committed', 'Free', 'Unit'].map((title, i) => (
    el('th', { scope: 'col', class: i > 0 && i < 4 ? 'number' : '' }, title)));
  return el('div', { class: 'table-box' }, el('table', { class: 'table' },
    el('thead', {}, el('tr', {}, heads)), el('tbody', {}, stock.map(line))));
}

/** What the site has asked for and not got: each line with its state, and the way to them all. */
export function openRequests({ id, kind, editable, requests = [] }) {
  const asks = editable && kind !== 'unit'
    ? el('p', {}, el('a', { href: `/requests/new?deliver_to=${id}` }, 'Ask for something')) : null;
  if (!requests.length) return asks && el('section', { class: 'open-requests' }, asks);
  const lines = requests.flatMap((request) => request.lines);
  const title = requests.length === 1 ? '1 open request' : `${count(requests.length)} open requests`;
  const one = (line) => el('li', {}, line.words, ' ',
    el('span', { class: 'quietly' }, `· ${line.status_title}, `,
      el('time', { title: clockTime(line.status_at) }, ago(line.status_at)),
      line.provider ? ` from ${line.provider}` : null),
    line.overdue ? el('span', { class: 'out-of-date' }, ' · overdue') : null);
  return el('section', { class: 'open-requests' },
    el('h3', {}, el('a', { href: `/requests?deliver_to=${id}` }, title)),
    el('ul', {}, lines.slice(0, MOST_LINES).map(one)),
    lines.length > MOST_LINES ? el('p', { class: 'quietly' }, `and ${count(lines.length - MOST_LINES)} more`) : null,
    asks);
}
