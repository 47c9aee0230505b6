// Arrow keys go from tile to tile as the counties lie: one stop for the Tab key, not 115.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** The next tile in a direction, over gaps; null at the border. */
export function nextTile(rows, [row, column], [down, right]) {
  for (let r = row + down, c = column + right; rows[r]?.[c] !== undefined; r += down, c += right) {
    if (rows[r][c]) return rows[r][c];
  }
  return null;
}

function placeOf(rows, tile) {
  const row = rows.findIndex((tiles) => tiles.includes(tile));
  return [row, rows[row].indexOf(tile)];
}

/** @param {HTMLElement} board rows of tiles and gaps */
export function tour(board) {
  const rows = [...board.children].map((row) => (
    [...row.children].map((cell) => (cell.matches('a') ? cell : null))));
  const tiles = rows.flat().filter(Boolean);
  const stopAt = (tile) => tiles.forEach((one) => { one.tabIndex = one === tile ? 0 : -1; });
  if (tiles.length) stopAt(tiles[0]);
  board.addEventListener('focusin', (event) => {
    const tile = event.target.closest('.tile');
    if (tile) stopAt(tile);
  });
  board.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    const tile = event.target.closest('.tile');
    if (!step || !tile || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    nextTile(rows, placeOf(rows, tile), step)?.focus();
  });
}
