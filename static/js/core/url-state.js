// What the address bar holds: the view, the filters and what is in hand, after the `#`. A fragment
// is never sent to the server, so a search for a name does not end in anybody's log.
import { NO_FILTER } from '../data/filter.js';

const list = (text) => (text ? text.split(',') : []);
const numbers = (text) => list(text).map(Number).filter(Number.isFinite);

function perKind(texts) {
  const byKind = {};
  for (const text of texts) {
    const dot = text.indexOf('.');
    if (dot > 0) (byKind[text.slice(0, dot)] ??= []).push(text.slice(dot + 1));
  }
  return byKind;
}

const kindList = (byKind) => Object.entries(byKind)
  .flatMap(([kind, codes]) => codes.map((code) => `${kind}.${code}`)).join(',');

function readView(text) {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number);
  const usable = Number.isFinite(zoom) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return text && usable ? { zoom, lat, lon } : null;
}

function readRegion(text) {
  const [scheme, code] = (text ?? '').split('.');
  return scheme && code ? { scheme, code } : null;
}

const numberOf = (text) => (Number(text) > 0 ? Number(text) : null);

/** @returns {{view: ?object, filter: object, selected, incident, area: ?number}} unreadable parts are left out */
export function parse(fragment) {
  const params = new URLSearchParams(fragment.replace(/^#/, ''));
  const filter = {
    ...NO_FILTER,
    hidden: list(params.get('hide')),
    status: perKind(list(params.get('status'))),
    type: perKind(list(params.get('type'))),
    counties: list(params.get('county')),
    region: readRegion(params.get('region')),
    agencies: numbers(params.get('agency')),
    stale: params.get('stale') === '1',
    danger: params.get('danger') === '1',
    text: params.get('q') ?? '',
  };
  return {
    view: readView(params.get('at')), filter,
    selected: numberOf(params.get('id')), incident: numberOf(params.get('incident')),
    area: numberOf(params.get('area')),
  };
}

/** The fragment for a state, without `#`; `parse(format(state))` is the state. */
export function format({ view, filter, selected, incident, area }) {
  const parts = {
    at: view && `${view.zoom}/${view.lat.toFixed(4)}/${view.lon.toFixed(4)}`,
    hide: filter.hidden.join(','),
    status: kindList(filter.status),
    type: kindList(filter.type),
    county: filter.counties.join(','),
    region: filter.region && `${filter.region.scheme}.${filter.region.code}`,
    agency: filter.agencies.join(','),
    stale: filter.stale ? '1' : '',
    danger: filter.danger ? '1' : '',
    q: encodeURIComponent(filter.text),
    area: area ? String(area) : '',
    incident: incident ? String(incident) : '',
    id: selected ? String(selected) : '',
  };
  return Object.entries(parts).filter(([, text]) => text)
    .map(([name, text]) => `${name}=${text}`).join('&');
}
