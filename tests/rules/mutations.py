"""Files broken on purpose, the same way for the same number: for `test_upload_fuzz.py`."""

import csv
import io
import re
import zipfile
from random import Random

NASTY = (
    *("", " ", '"', "'", "=1+1", "@cmd", "-", "NaN", "inf", "-0", "1e400", "9" * 400),
    *("0", "-999", "38,57", "38°34'36\"N", "2025-02-30", "99/99/9999", "45000", "\u202etxt"),
    *("🙂", "\ud800", "é" * 300, "<b>", "{}", "#org", "Total", "N/A", "a\nb", "a;b,c|d\te"),
    *("POINT(1 2)", "38.5, -92.5", "15SWC8081151205", "1" * 12, "٣٨", "TRUE", "name"),
)
WORDS = (
    *(b"0", b"1", b"-1", b"2", b"99999", b"4294967296", b"1e999", b"1048576", b"XFD1048576"),
    *(b"A1", b"B2:C9", b"null", b"true", b"[]", b"{}", b"Point", b"Polygon", b"s", b"inlineStr"),
    *(b"Folder", b"Placemark", b"&amp;", b"\xc3\xa9", b"", b"-91.5", b"38.5", b"0.0000001"),
)
_WORD = re.compile(rb"[A-Za-z0-9.-]+")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1")


def broken(content: bytes, chance: Random) -> bytes:
    """The file after one to three mutations of its kind."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        if content.startswith(b"PK\x03\x04") and chance.random() < 0.7:
            content = _inside(content, chance)
        elif not content.startswith((b"PK", b"<", b"{", b"[")) and chance.random() < 0.6:
            content = _as_table(content, chance)
        elif content.startswith((b"<", b"{", b"[")) and chance.random() < 0.6:
            content = _in_words(content, chance)
        else:
            content = _as_bytes(content, chance)
    return content


def _inside(content: bytes, chance: Random) -> bytes:
    """A zip whose entries are sound again after one of them was changed, left out or doubled."""
    out = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as old,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            names = old.namelist()
            chosen, left_out = chance.choice(names), chance.random() < 0.1
            for name in dict.fromkeys(names):
                inner = old.read(name)
                if name == chosen and left_out:
                    continue
                if name == chosen:
                    inner = chance.choice((_in_words, _in_words, _as_bytes))(inner, chance)
                new.writestr(name, inner)
    except (zipfile.BadZipFile, IndexError, ValueError, EOFError, OSError, NotImplementedError):
        return _as_bytes(content, chance)
    except Exception:  # noqa: BLE001  # zlib's own, from what was broken before
        return _as_bytes(content, chance)
    return out.getvalue()


def _in_words(content: bytes, chance: Random) -> bytes:
    """Numbers and words of a text replaced by others; its marks stay, so that it is still read."""
    found = [*_WORD.finditer(content)]
    if not found:
        return _as_bytes(content, chance)
    pieces, at = [], 0
    wanted = chance.sample(found, min(len(found), chance.randrange(1, 12)))
    for word in sorted(wanted, key=lambda word: word.start()):
        new = chance.choice(WORDS) if chance.random() < 0.7 else chance.choice(found)[0]
        pieces += [content[at : word.start()], new]
        at = word.end()
    return b"".join([*pieces, content[at:]])


def _as_bytes(content: bytes, chance: Random) -> bytes:
    """Some bytes flipped, cut, doubled, moved, or replaced by what readers trip over."""
    data = bytearray(content)
    if not data:
        return b"\x00"
    at = chance.randrange(len(data))
    size = chance.choice((1, 2, 8, 60, 700))
    way = chance.randrange(8)
    if way == 0:
        for _ in range(size):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif way == 1:
        del data[at:]
    elif way == 2:
        del data[at : at + size]
    elif way == 3:
        data[at:at] = data[at : at + size] * chance.randrange(1, 4)
    elif way == 4:
        data[at:at] = chance.choice((b'"', b"\x00", b"\r", b"\n", b"\xff", b",", b"<", b"]", b"&"))
    elif way == 5:
        data[at : at + size] = chance.randbytes(size)
    elif way == 6:
        old, new = chance.choice(
            ((b"\n", b"\r"), (b"\r\n", b"\n"), (b",", b";"), (b'"', b""), (b"0", b"-9"))
        )
        data = data.replace(old, new)
    else:
        data = data[at:] + data[:at]
    return bytes(data)


def _as_table(content: bytes, chance: Random) -> bytes:
    """Rows and cells moved, dropped, doubled and spoiled; perhaps in another encoding."""
    try:
        text = content.decode(
            "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        )
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    delimiter = max(",;\t|", key=text[:2_000].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return _as_bytes(content, chance)
    if not rows:
        return _as_bytes(content, chance)
    _WAYS[chance.randrange(len(_WAYS))](rows, chance)
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=chance.choice((delimiter, delimiter, ",", ";", "\t", "|")),
        lineterminator=chance.choice(("\r\n", "\n", "\r")),
    )
    writer.writerows(rows)
    return out.getvalue().encode(chance.choice(ENCODINGS), "replace")


def _drop_column(rows: list[list[str]], chance: Random) -> None:
    column = chance.randrange(max(map(len, rows)) or 1)
    for row in rows:
        del row[column : column + 1]


def _swap_columns(rows: list[list[str]], chance: Random) -> None:
    width = max(map(len, rows)) or 1
    one, other = chance.randrange(width), chance.randrange(width)
    for row in rows:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _swap_cells(rows: list[list[str]], chance: Random) -> None:
    for _ in range(chance.randrange(1, 30)):
        one, other = chance.choice(rows), chance.choice(rows)
        if one and other:
            i, j = chance.randrange(len(one)), chance.randrange(len(other))
            one[i], other[j] = other[j], one[i]


def _spoil_cells(rows: list[list[str]], chance: Random) -> None:
    for _ in range(chance.randrange(1, 30)):
        row = chance.choice(rows)
        if row:
            row[chance.randrange(len(row))] = chance.choice(NASTY)


def _cut_rows(rows: list[list[str]], chance: Random) -> None:
    for row in rows:
        if row and chance.random() < 0.3:
            del row[chance.randrange(len(row)) :]


def _double_rows(rows: list[list[str]], chance: Random) -> None:
    for _ in range(chance.randrange(1, 10)):
        rows.insert(chance.randrange(len(rows) + 1), list(chance.choice(rows)))


def _add_rows(rows: list[list[str]], chance: Random) -> None:
    for _ in range(chance.randrange(1, 10)):
        row = [chance.choice(NASTY) for _ in range(chance.randrange(8))]
        rows.insert(chance.randrange(len(rows) + 1), row)


def _double_headers(rows: list[list[str]], chance: Random) -> None:
    row = rows[chance.randrange(min(3, len(rows)))]
    if row:
        row[chance.randrange(len(row))] = chance.choice(row)


_WAYS = (
    _drop_column,
    _swap_columns,
    _swap_cells,
    _spoil_cells,
    _cut_rows,
    _double_rows,
    _add_rows,
    _double_headers,
)
