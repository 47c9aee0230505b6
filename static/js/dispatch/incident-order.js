// The order of the incidents' list. Ties go to the more urgent, then to the one that waits longest.
import { epochOf } from '../words/age.js';

const STATUSES = ['new', 'active', 'controlled', 'closed'];
const words = (name) => (a, b) => String(a[name] ?? '').localeCompare(String(b[name] ?? ''), 'en', { numeric: true });
const numbers = (of) => (a, b) => of(a) - of(b);

const BY = {
  number: words('number'), title: words('title'), county: words('county'),
  priority: numbers(({ priority }) => priority), units: numbers(({ units }) => units ?? 0),
  status: numbers(({ status }) => STATUSES.indexOf(status)), age: numbers(({ reported_at: at }) => -epochOf(at)),
};

/** @param {{key: string, descending: boolean}} sort; @returns {object[]} another array */
export function sortIncidents(incidents, { key, descending }) {
  const by = BY[key] ?? BY.priority;
  const sign = descending ? -1 : 1;
  return [...incidents].sort((a, b) => sign * by(a, b) || BY.priority(a, b)
    || epochOf(a.reported_at) - epochOf(b.reported_at) || a.id - b.id);
}
