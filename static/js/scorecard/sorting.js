// Sorting a table by a column whose cells carry `data-value`: numbers as numbers, the rest as text,
// and what is not known always last.
const valueOf = (row, column) => row.cells[column].dataset.value;

function compare(a, b) {
  const [one, other] = [Number(a), Number(b)];
  return Number.isNaN(one) || Number.isNaN(other) ? a.localeCompare(b, 'en') : one - other;
}

/** Rows in the order of a column; equal ones stay as they are. */
export function ordered(rows, column, reverse) {
  const known = rows.filter((row) => valueOf(row, column) !== '');
  const sign = reverse ? -1 : 1;
  known.sort((a, b) => sign * compare(valueOf(a, column), valueOf(b, column)));
  return [...known, ...rows.filter((row) => valueOf(row, column) === '')];
}

/** Sort by a heading, the other way round when it is sorted by already. Returns whether reversed. */
export function sortBy(table, heading) {
  const reverse = heading.getAttribute('aria-sort') === 'ascending';
  const body = table.tBodies[0];
  body.append(...ordered([...body.rows], heading.cellIndex, reverse));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
  heading.setAttribute('aria-sort', reverse ? 'descending' : 'ascending');
  return reverse;
}
