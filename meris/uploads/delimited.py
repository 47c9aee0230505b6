"""Text files of cells: which encoding, which delimiter, and then the rows."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from charset_normalizer import from_bytes

from meris.errors import Refused
from meris.uploads.sheet import Origin, Source

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TITLES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "latin_1": "Latin-1",
}
_PIECE = 1 << 20
_ODD = re.compile(rb"[^\r\n]{0,100}[\x80-\xff][^\r\n]{0,100}")
_CELL_LIMIT = 131_072


def open_text(content: bytes, name: str) -> tuple[Source, Origin]:
    """The rows of a CSV or TSV file, and what was found out about it. Raises `Refused`."""
    encoding = detect_encoding(content, name)
    start = _text(content, encoding).read(200_000)
    if encoding.startswith("utf-8") is False and "\x00" in start:
        raise not_a_table(name)
    delimiter, skip = sniff_delimiter(start)
    if delimiter is None:
        raise not_a_table(name)
    notes = () if encoding.startswith("utf") else (_encoding_note(encoding),)
    source = _source(content, encoding, delimiter, name, skip)
    return source, Origin(name, _TITLES.get(encoding, encoding), DELIMITERS[delimiter], notes)


def detect_encoding(content: bytes, name: str) -> str:
    """The encoding: by byte order mark, else UTF-8 when all of it is, else by its odd bytes."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding
    if unmarked := _unmarked_utf16(content[:4_000]):
        return unmarked
    if b"\x00" in content[:_PIECE]:
        raise not_a_table(name)
    if _decodes(content, "utf-8"):
        return "utf-8"
    best = from_bytes(
        _odd_lines(content), cp_isolation=["cp1252", "mac_roman"], enable_fallback=False
    ).best()
    encoding = best.encoding if best else "cp1252"
    return encoding if _decodes(content, encoding) else "latin_1"


def not_a_table(name: str) -> Refused:
    """What to say of bytes that are no text, or of text that is no table."""
    return Refused(
        f"{name} is not a table MERIS can read. Save it as CSV (UTF-8) or as an Excel workbook "
        "(.xlsx) and upload that."
    )


def sniff_delimiter(start: str) -> tuple[str | None, int]:
    """The delimiter that cuts the first rows into the most columns, and rows to skip (`sep=;`).

    None when no delimiter gives two columns in at least half of the rows.
    """
    first = start[:6].rstrip("\r\n")
    if first[:4].casefold() == "sep=" and first[4:] in DELIMITERS:
        return first[4:], 1
    widths = {delimiter: _usual_width(start, delimiter) for delimiter in DELIMITERS}
    best = max(widths, key=lambda delimiter: widths[delimiter])
    return (best if widths[best] > 1 else None), 0


def _usual_width(start: str, delimiter: str) -> int:
    """How many cells most rows have when cut at `delimiter`; 0 when they do not agree."""
    rows: list[list[str]] = []
    with suppress(csv.Error):  # what came before it still shows the width
        rows.extend(islice(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 60))
    if len(rows) > 2 and len(start) == 200_000:
        rows.pop()  # the last one may have been cut off
    filled = [len(row) for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return 0
    width, times = Counter(filled).most_common(1)[0]
    return width if times >= len(filled) / 2 else 0


def _unmarked_utf16(start: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of English text is zero."""
    if len(start) < 4:
        return None
    pairs = len(start) // 2
    if start[1::2].count(0) > 0.7 * pairs and start[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if start[0::2].count(0) > 0.7 * pairs and start[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _decodes(content: bytes, encoding: str) -> bool:
    """Whether all of the content is valid in an encoding; looked at piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(content), _PIECE):
            decoder.decode(content[at : at + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _odd_lines(content: bytes) -> bytes:
    """The first places with bytes beyond ASCII, some 30 kB: only they tell encodings apart."""
    places = (found[0] for found in _ODD.finditer(content))
    return b"\n".join(islice(places, 150))


def _encoding_note(encoding: str) -> str:
    return (
        f"The file is not UTF-8; it was read as {_TITLES.get(encoding, encoding)}. "
        "Check names with accents or special signs."
    )


def _text(content: bytes, encoding: str) -> io.TextIOWrapper:
    # newline="" lets the csv module see line ends inside quoted cells, and CR-only files work
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")


def _source(content: bytes, encoding: str, delimiter: str, name: str, skip: int) -> Source:
    def rows() -> Iterator[list[str]]:
        number = 0
        try:
            for row in csv.reader(_text(content, encoding), delimiter=delimiter):
                number += 1
                yield [] if number <= skip else row
        except csv.Error as problem:
            raise _broken(name, number + 1, problem) from None
        except UnicodeDecodeError:
            raise Refused(
                f"{name} cannot be read from row {number + 1} on: its {encoding} text is damaged. "
                "Save it again as CSV (UTF-8)."
            ) from None

    return rows


def _broken(name: str, number: int, problem: csv.Error) -> Refused:
    if "field larger" in str(problem):
        return Refused(
            f"{name} has a cell of more than {_CELL_LIMIT:,} characters in row {number}. "
            "A quotation mark is probably opened there and never closed."
        )
    return Refused(
        f"{name} cannot be read in row {number}: {problem}. Save it again as CSV (UTF-8)."
    )
