"""How large the sheets of an old Excel file (.xls) are, before they are laid out.

As with newer workbooks, two cells in opposite corners of a sheet would take the server's memory.
The file is a small file system (OLE); the stream "Workbook" in it is a list of records, and those
of cells begin with their row and column.
"""

import struct
from collections.abc import Iterator

from meris.errors import Refused
from meris.uploads.grid import MOST_CELLS

_PAIR = struct.Struct("<HH")
_NUMBERS = struct.Struct("<109I")
_END = 0xFFFFFFFA  # this and above are marks, not sectors
_ENTRY = 128
_STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
_BEGIN = 0x0809
_SEVERAL = 0x00BD
# Records that begin with a row and a column: numbers, texts, yes and no, formulas.
_CELLS = frozenset((0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x0006, 0x00D6, 0x0207, _SEVERAL))


class NotOle(ValueError):  # noqa: N818  # never leaves this package
    """The file system in the file is damaged."""


def refuse_large_sheets(content: bytes, name: str) -> None:
    """Raises `Refused` for an .xls file whose sheets would not fit, `NotOle` for a damaged one."""
    total = 0
    for rows, columns in _extents(_workbook(content)):
        total += rows * columns
        if total > MOST_CELLS:
            raise Refused(
                f"{name} has sheets of up to {rows:,} rows and {columns:,} columns, most of them "
                "empty. Delete what lies beyond the tables, or save the sheet as CSV."
            )


def _extents(stream: bytes) -> Iterator[tuple[int, int]]:
    """Rows and columns up to the farthest cell of each sheet."""
    at, rows, columns, end = 0, 0, 0, len(stream) - 8
    unpack = _PAIR.unpack_from
    while at <= end:
        kind, size = unpack(stream, at)
        if kind in _CELLS:
            row, column = unpack(stream, at + 4)
            if kind == _SEVERAL and size >= 6:
                column += (size - 6) // 6
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _BEGIN:
            yield rows, columns
            rows = columns = 0
        at += 4 + size
    yield rows, columns


def _workbook(content: bytes) -> bytes:
    """The stream with the sheets. Raises `NotOle`."""
    files = _Files(content)
    for title, start, size in files.listed():
        if title in _STREAMS:
            return files.stream(start, size)
    raise NotOle("no workbook")


class _Files:
    """The file system in an OLE file: chains of sectors, found by a table."""

    def __init__(self, content: bytes) -> None:
        if len(content) < 512:
            raise NotOle("too short")
        self._content = content
        self._size = 1 << min(int.from_bytes(content[30:32], "little"), 20)
        self._mini = 1 << min(int.from_bytes(content[32:34], "little"), 20)
        self._first, self._cutoff = self._number(48), self._number(56)
        self._next = self._table(self._fat_sectors())
        self._mini_next = self._table(list(self._chain(self._number(60), self._next)))
        self._directory = b"".join(map(self._sector, self._chain(self._first, self._next)))

    def _number(self, at: int) -> int:
        return int.from_bytes(self._content[at : at + 4], "little")

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._content[at : at + self._size]

    def _fat_sectors(self) -> list[int]:
        """The sectors that hold the table: the first 109 in the header, more in sectors of them."""
        sectors = list(_NUMBERS.unpack_from(self._content, 76))
        further, passed = self._number(68), 0
        while further < _END and passed * self._size < len(self._content):
            numbers = _numbers(self._sector(further))
            if not numbers:
                break
            sectors += numbers[:-1]
            further, passed = numbers[-1], passed + 1
        return [sector for sector in sectors if sector < _END]

    def _table(self, sectors: list[int]) -> list[int]:
        return [number for sector in sectors for number in _numbers(self._sector(sector))]

    def _chain(self, sector: int, following: list[int]) -> Iterator[int]:
        """The sectors of a chain. Raises `NotOle` for one that never ends."""
        for _ in range(len(following) + 1):
            if sector >= _END:
                return
            if sector >= len(following):
                raise NotOle("a chain leaves the file")
            yield sector
            sector = following[sector]
        raise NotOle("a chain without an end")

    def listed(self) -> Iterator[tuple[str, int, int]]:
        """Name, first sector and size of each stream."""
        for at in range(0, len(self._directory) - _ENTRY + 1, _ENTRY):
            entry = self._directory[at : at + _ENTRY]
            length = max(0, int.from_bytes(entry[64:66], "little") - 2)
            title = entry[: min(length, 64)].decode("utf-16-le", "replace")
            yield (
                title,
                int.from_bytes(entry[116:120], "little"),
                int.from_bytes(entry[120:124], "little"),
            )

    def stream(self, start: int, size: int) -> bytes:
        """The bytes of a stream; small ones lie in small sectors within the first entry's."""
        if size >= self._cutoff:
            return b"".join(map(self._sector, self._chain(start, self._next)))[:size]
        _, root, _ = next(self.listed())
        inside = b"".join(map(self._sector, self._chain(root, self._next)))
        chain = self._chain(start, self._mini_next)
        return b"".join(inside[n * self._mini : (n + 1) * self._mini] for n in chain)[:size]


def _numbers(sector: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4]))
