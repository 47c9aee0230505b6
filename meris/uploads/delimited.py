"""Text files of cells: which encoding, which delimiter, and then the rows."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from charset_normalizer import from_bytes

from meris.errors import Refused
from meris.uploads.headers import known_names
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
_START = 200_000
_ODD = re.compile(rb"[^\r\n]{0,100}[\x80-\xff][^\r\n]{0,100}")
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
# What begins a letter in UTF-8, and most accented letters in Windows-1252.
_LETTER_STARTS = bytes(range(0xC0, 0x100))
_CELL_LIMIT = 131_072
_OTHERWISE = "meris.cp1252"


class Coding(NamedTuple):
    """How bytes become text: a codec, and what happens to bytes that it does not know."""

    codec: str
    errors: str = "strict"

    @property
    def title(self) -> str:
        return _TITLES.get(self.codec, self.codec)

    def note(self) -> str | None:
        """What a person should know; None for text without any doubt."""
        if self.errors != "strict":
            return (
                "The file mixes UTF-8 and Windows-1252; each sign was read as what it is. "
                "Check names with accents or special signs."
            )
        if self.codec.startswith("utf"):
            return None
        return (
            f"The file is not UTF-8; it was read as {self.title}. "
            "Check names with accents or special signs."
        )


class Cut(NamedTuple):
    """How text becomes cells: the delimiter, the usual width of a row, and rows to skip."""

    delimiter: str
    width: int
    skip: int = 0
    spaced: bool = False


def open_text(content: bytes, name: str) -> tuple[Source, Origin]:
    """The rows of a CSV or TSV file, and what was found out about it. Raises `Refused`."""
    coding = detect_coding(content, name)
    if _holds_zeros(content, coding):
        raise not_a_table(name)
    whole = coding if coding.errors != "strict" else coding._replace(errors="replace")
    cut = sniff(decoded(content, whole).read(_START))
    if cut is None:
        raise not_a_table(name)
    notes = tuple(filter(None, [coding.note()]))
    source = _source(content, coding, cut, name)
    return source, Origin(name, coding.title, DELIMITERS[cut.delimiter], notes)


def detect_coding(content: bytes, name: str) -> Coding:
    """The encoding: by byte order mark, else UTF-8 when all or most of it is, else by its odd
    bytes. Raises `Refused` for bytes that are no text."""
    for mark, codec in _BOMS:
        if content.startswith(mark):
            return _whole_or_mixed(content, codec)
    if unmarked := _unmarked_utf16(content[:4_000]):
        return Coding(unmarked)
    if b"\x00" in content[:_PIECE]:
        raise not_a_table(name)
    if _decodes(content, "utf-8") or _mostly_utf8(content):
        return _whole_or_mixed(content, "utf-8")
    best = from_bytes(
        _odd_lines(content), cp_isolation=["cp1252", "mac_roman"], enable_fallback=False
    ).best()
    codec = best.encoding if best else "cp1252"
    return Coding(codec if _decodes(content, codec) else "latin_1")


def _whole_or_mixed(content: bytes, codec: str) -> Coding:
    """UTF-8 into which other programs pasted bytes of their own is still read."""
    mixed = codec.startswith("utf-8") and not _decodes(content, codec)
    return Coding(codec, _OTHERWISE) if mixed else Coding(codec)


def _mostly_utf8(content: bytes) -> bool:
    """Whether most letters beyond ASCII are UTF-8 and a few bytes are not: two files in one."""
    region = content[: 20 * _PIECE]
    letters = len(_UTF8_LETTER.findall(region))
    begun = len(region) - len(region.translate(None, _LETTER_STARTS))
    return letters >= 3 and letters > begun / 2


def _as_windows(problem: UnicodeError) -> tuple[str, int]:
    """A byte that is no UTF-8, read as Windows-1252."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    byte = problem.object[problem.start : problem.start + 1]
    return byte.decode("cp1252", "ignore") or byte.decode("latin_1"), problem.start + 1


codecs.register_error(_OTHERWISE, _as_windows)


def _holds_zeros(content: bytes, coding: Coding) -> bool:
    """Whether the text has zero characters, which no table has and no database takes."""
    if not coding.codec.startswith("utf-16"):
        return b"\x00" in content
    text = decoded(content, coding)
    with suppress(UnicodeDecodeError):  # told with its row when the rows are read
        return any("\x00" in piece for piece in iter(lambda: text.read(_PIECE), ""))
    return False


def not_a_table(name: str) -> Refused:
    """What to say of bytes that are no text, or of text that is no table."""
    return Refused(
        f"{name} is not a table MERIS can read. Save it as CSV (UTF-8) or as an Excel workbook "
        "(.xlsx) and upload that."
    )


def sniff(start: str) -> Cut | None:
    """How the first rows are cut: so that a row has most names that MERIS knows, else the widest.

    None when no delimiter gives two columns in at least half of the rows, nor known names.
    """
    first = start[:6].rstrip("\r\n")
    if first[:4].casefold() == "sep=" and first[4:] in DELIMITERS:
        _, width, _ = _tried(start, first[4:])
        return Cut(first[4:], width, 1)
    tried = {delimiter: _tried(start, delimiter) for delimiter in DELIMITERS}
    best = max(tried, key=lambda delimiter: tried[delimiter])
    _, width, spaced = tried[best]
    return Cut(best, width, spaced=spaced) if width > 1 else None


def _tried(start: str, delimiter: str) -> tuple[int, int, bool]:
    """What a delimiter makes of the first rows: known names in one of them, the usual width (0
    when rows do not agree on one), and whether blanks stand before quotation marks."""
    mark = re.escape(delimiter)
    spaced = bool(re.search(f'{mark} +"', start)) and not re.search(f'{mark}"', start)
    reader = csv.reader(
        io.StringIO(start, newline=""), delimiter=delimiter, skipinitialspace=spaced
    )
    rows: list[list[str]] = []
    with suppress(csv.Error):  # what came before it still shows the width
        rows.extend(islice(reader, 60))
    if len(rows) > 2 and len(start) == _START:
        rows.pop()  # the last one may have been cut off
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return 0, 0, spaced
    names, header = max((known_names(row), len(row)) for row in filled[:25])
    width, times = Counter(map(len, filled)).most_common(1)[0]
    if names >= 2:
        return names, header if times < len(filled) / 2 else width, spaced
    return 0, width if times >= len(filled) / 2 else 0, spaced


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


def decoded(content: bytes, coding: Coding) -> io.TextIOWrapper:
    """The text of a file, decoded as it is read, its line ends as they are."""
    # newline="" lets the csv module see line ends inside quoted cells, and CR-only files work
    return io.TextIOWrapper(
        io.BytesIO(content), encoding=coding.codec, errors=coding.errors, newline=""
    )


def _source(content: bytes, coding: Coding, cut: Cut, name: str) -> Source:
    def rows() -> Iterator[list[str]]:
        number, line, row = 0, 0, [""]
        reader = csv.reader(
            decoded(content, coding), delimiter=cut.delimiter, skipinitialspace=cut.spaced
        )
        try:
            for row in reader:
                number += 1
                if reader.line_num > line + 1 and _runs_on(row, cut):
                    raise _never_closed(name, number)
                line = reader.line_num
                yield [] if number <= cut.skip else row
        except csv.Error as problem:
            raise _broken(name, number + 1, problem) from None
        except UnicodeDecodeError:
            raise Refused(
                f"{name} cannot be read from row {number + 1} on: its {coding.title} text is "
                "damaged. Save it again as CSV (UTF-8)."
            ) from None
        if _ends_open(row, content):
            raise _never_closed(name, number)

    return rows


def _runs_on(row: list[str], cut: Cut) -> bool:
    """Whether a cell of several lines is really several rows, swallowed by a quotation mark that
    nobody meant: each line in it has as many delimiters as a row. Such rows would be lost."""
    whole = cut.width - 1
    needed = whole if len(row) == cut.width else whole / 2
    return whole >= 3 and any(
        (breaks := cell.count("\n") or cell.count("\r"))
        and cell.count(cut.delimiter) >= breaks * needed
        for cell in row
    )


def _ends_open(row: list[str], content: bytes) -> bool:
    """Whether the file ends inside a quoted cell of several lines."""
    last = row[-1] if row else ""
    if "\n" not in last and "\r" not in last:
        return False
    return not content[-16:].rstrip(b"\r\n\t \x00").endswith(b'"')  # UTF-16 has zeros


def _broken(name: str, number: int, problem: csv.Error) -> Refused:
    if "field larger" in str(problem):
        return Refused(
            f"{name} has a cell of more than {_CELL_LIMIT:,} characters in row {number}. "
            "A quotation mark is probably opened there and never closed."
        )
    return Refused(
        f"{name} cannot be read in row {number}: {problem}. Save it again as CSV (UTF-8)."
    )


def _never_closed(name: str, number: int) -> Refused:
    return Refused(
        f"{name} has a quotation mark in row {number} that is never closed, or closed rows later: "
        "the rows after it would be lost. Take the mark out, or save the file again as CSV (UTF-8)."
    )
