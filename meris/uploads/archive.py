"""Zip archives: what is safe to unpack, and how much, whatever sizes the zip claims."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from meris.errors import Refused
from meris.fields.words import clean

#: What all entries of a workbook may come to unpacked; beyond is a bomb or no county's file.
MOST_UNPACKED = 1 << 30
_MOST_ENTRIES = 10_000
_PIECE = 1 << 20
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CONTAINERS = (".zip", ".kmz", ".7z", ".rar", ".gz", ".tar", ".tgz")
_TABLES = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".ods", ".geojson", ".json", ".kml")

Entry = zipfile.ZipInfo


def entries_of(content: bytes, name: str) -> list[Entry]:
    """The files in a zip. Raises `Refused` when it is damaged, locked or packed in unusual ways."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        raise damaged(name) from None
    if any(entry.flag_bits & 1 for entry in entries):
        raise locked(name)
    if len(entries) > _MOST_ENTRIES:
        raise too_much(name)
    if any(entry.compress_type not in _READABLE for entry in entries):
        raise Refused(f"{name} is packed in an unusual way. Unpack it and upload what is in it.")
    return entries


def pieces(content: bytes, entry: Entry) -> Iterator[bytes]:
    """What an entry really unpacks to, whatever size it claims, some megabytes at a time.

    Raises `zlib.error` or `ValueError` when it is damaged.
    """
    start = entry.header_offset + 26
    head = content[start : start + 4]
    if len(head) < 4:
        raise ValueError("no such entry")
    at = start + 4 + int.from_bytes(head[:2], "little") + int.from_bytes(head[2:], "little")
    end = min(at + entry.compress_size, len(content))
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (content[i : min(i + _PIECE, end)] for i in range(at, end, _PIECE))
        return
    inflater = zlib.decompressobj(-15)
    rest = b""
    while not inflater.eof and (rest or at < end):
        if not rest:
            rest, at = content[at : min(at + _PIECE, end)], at + _PIECE
        yield inflater.decompress(rest, 4 * _PIECE)
        rest = inflater.unconsumed_tail


def unpacked(content: bytes, entry: Entry, most: int, name: str) -> bytes:
    """One file of a zip, whole and sound. Raises `Refused` beyond `most` bytes, or damaged."""
    found = io.BytesIO()
    try:
        for piece in pieces(content, entry):
            found.write(piece)
            if found.tell() > most:
                raise too_much(name)
    except (zlib.error, ValueError):
        raise damaged(name) from None
    whole = found.getvalue()
    if zlib.crc32(whole) != entry.CRC:
        raise damaged(name)
    return whole


def tables_in(entries: list[Entry], name: str) -> dict[str, Entry]:
    """The files in a zip that may be tables, by the path a person knows them by.

    What systems add (`__MACOSX`, dot files) is passed over. Raises `Refused` when nothing is left.
    """
    files = {clean(entry.filename): entry for entry in entries if not _is_hidden(entry.filename)}
    tables = {path: entry for path, entry in files.items() if path.casefold().endswith(_TABLES)}
    if tables:
        return tables
    if any(path.casefold().endswith(".shp") for path in files):
        raise Refused(f"{name} holds a shapefile. Export it as GeoJSON or CSV and upload that.")
    if any(path.casefold().endswith(_CONTAINERS) for path in files):
        raise Refused(
            f"{name} holds another archive. Unpack it and upload the CSV or .xlsx file in it."
        )
    raise Refused(
        f"{name} is an archive without a table in it: no CSV, Excel, GeoJSON or KML file. Unpack "
        "it and upload the file you mean."
    )


def _is_hidden(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return "__MACOSX" in parts or any(part.startswith((".", "~$")) for part in parts)


def damaged(name: str) -> Refused:
    return Refused(
        f"{name} is a damaged archive. Open it where it comes from, save it again, and upload that."
    )


def locked(name: str) -> Refused:
    return Refused(f"{name} is locked with a password. Save it without one and upload that.")


def too_much(name: str) -> Refused:
    return Refused(f"{name} unpacks to more than MERIS reads. Save the table as CSV.")
