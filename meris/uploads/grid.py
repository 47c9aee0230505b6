"""How large a table a worksheet makes, found without making it.

The reader of workbooks lays every sheet out as a full grid: two cells, one at each corner of a
sheet, would take hundreds of gigabytes and the whole server with them. So the cells' addresses are
looked through first.
"""

import re
import zlib
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from meris.errors import Refused
from meris.uploads import archive, safe_xml
from meris.uploads.archive import Entry, pieces

#: Cells of a sheet, filled or not: 500,000 rows of 20 columns. One takes 32 bytes.
MOST_CELLS = 10_000_000
#: Where the sheets of a LibreOffice file (.ods) stand.
OPEN_DOCUMENT = "content.xml"
_OF_EMPTY_CELLS = {"table:number-columns-repeated", "table:style-name"}
_MOST_SHARED_TEXT = 256 << 20
_MOST_MERGED = 100_000
_LONGEST_TAG = 1 << 24

# In a sheet without such an address no cell is beyond column T or row 99,999.
_BEYOND = re.compile(rb'<c r="(?![A-T]\d{1,5}")')
_ADDRESS = re.compile(rb'<c r="([A-Z]+)(\d+)"')
# Ways to write a cell that hardly any program uses: a prefix, other blanks, no address.
_AFTER_NAME = (b">", b"/", b"\t", b"\r", b"\n")
_UNUSUAL = (b":c ", *(mark + after for mark in (b"<c", b":c") for after in _AFTER_NAME))


def refuse_large_grids(content: bytes, entries: list[Entry], name: str) -> None:
    """Unpack every entry of a workbook, keeping nothing. Raises `Refused` for bombs."""
    total = 0
    for entry in entries:
        scan = _Scan()
        size = 0
        try:
            for piece in pieces(content, entry):
                size += len(piece)
                shared = entry.filename.casefold().endswith("sharedstrings.xml")
                if total + size > archive.MOST_UNPACKED or (shared and size > _MOST_SHARED_TEXT):
                    raise archive.too_much(name)
                scan.feed(piece)
            rows, columns = scan.rows, scan.columns
            if entry.filename == OPEN_DOCUMENT:
                rows, columns = _measured(content, entry, _OpenCells())
            elif scan.unusual or rows * columns > MOST_CELLS:
                rows, columns = _measured(content, entry, _Cells())
        except (zlib.error, ValueError, LookupError):
            raise archive.damaged(name) from None
        if rows * columns > MOST_CELLS or scan.merged > _MOST_MERGED:
            raise Refused(
                f"{name} has a sheet of {rows:,} rows and {columns:,} columns, most of them "
                "empty. Delete what lies beyond the table, or save the sheet as CSV."
            )
        total += size


class _Scan:
    """Looks through a sheet as nearly all programs write it, at the speed of a search.

    No cell lies beyond `rows` and `columns`, unless the sheet is `unusual`: then only a real XML
    parser can tell.
    """

    def __init__(self) -> None:
        self.unusual = False
        self.rows = self.columns = self.merged = 0
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        if self.unusual:
            return
        text = self._rest + piece
        end = text.rfind(b">") + 1
        self._rest, text = text[end:], text[:end]
        self.merged += text.count(b"<mergeCell ")
        cells = text.count(b"<c ")
        self.unusual = (
            cells != text.count(b'<c r="')
            or any(mark in text for mark in _UNUSUAL)
            or len(self._rest) > _LONGEST_TAG
        )
        if cells and not self.unusual:
            self._note(text, cells)

    def _note(self, text: bytes, cells: int) -> None:
        """Exact addresses are only looked for once one lies far out."""
        if _BEYOND.search(text) is None:
            self.rows, self.columns = max(self.rows, 99_999), max(self.columns, 20)
            return
        found = _ADDRESS.findall(text)
        self.unusual = len(found) != cells
        for letters in {letters for letters, _ in found}:
            self.columns = max(self.columns, _column(letters))
        for row in {row for _, row in found}:
            self.rows = max(self.rows, int(row[:9]))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + letter - 64
    return number


def _measured(content: bytes, entry: Entry, cells: "_Cells") -> tuple[int, int]:
    """Rows and columns of a sheet, by reading its XML. Raises `ValueError` where that fails."""
    parser = safe_xml.parser_for(cells)
    try:
        for piece in pieces(content, entry):
            parser.feed(piece)
        parser.close()
    except (SAXException, ValueError) as problem:
        raise ValueError("not XML") from problem
    return cells.rows, cells.columns


class _Cells(ContentHandler):
    """Notes the farthest cell; one without an address stands right of the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = self.columns = 0
        self._row = self._column = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # SAX's name
        local = name.rpartition(":")[2]
        address = attrs.get("r", "").replace("$", "")
        if local == "row":
            self._row = int(address) if address.isdecimal() else self._row + 1
            self._column = 0
        elif local == "c":
            letters = address.rstrip("0123456789")
            self._column = _column(letters.encode()) if letters else self._column + 1
            digits = address[len(letters) :]
            self.rows = max(self.rows, int(digits) if digits else self._row)
            self.columns = max(self.columns, self._column)


class _OpenCells(_Cells):
    """The same for LibreOffice: one element may stand for many equal rows or cells.

    Empty ones count only where something filled follows; every file ends in a million of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._times = 1

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # SAX's name
        local = name.rpartition(":")[2]
        if local == "table":
            self._row = 0
        elif local == "table-row":
            self._times = _times(attrs.get("table:number-rows-repeated"))
            self._row += self._times
            self._column = 0
        elif local in ("table-cell", "covered-table-cell"):
            self._column += _times(attrs.get("table:number-columns-repeated"))
            if set(attrs.getNames()) - _OF_EMPTY_CELLS:
                self._filled()
        elif local == "p":
            self._filled()

    def _filled(self) -> None:
        self.rows = max(self.rows, self._row)
        self.columns = max(self.columns, self._column)


def _times(said: str | None) -> int:
    return min(int(said[:12]), 1 << 30) if said and said.isdecimal() else 1
