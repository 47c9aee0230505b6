"""Writes the smallest .xls files Excel 97 would open: one sheet, in an OLE file."""

import struct

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def xls(cells, title="S"):
    """An .xls with one sheet; `cells` are (row, column, text or number), counted from 0."""
    return ole(_book(cells, title))


def ole(stream):
    """An OLE file whose only stream is "Workbook"; sector 0 the table, 1 the directory."""
    stream = stream.ljust(max(4_096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    tables = -(-(count + 2) // (_SECTOR // 4))
    first = tables + 1
    chain = [*range(first + 1, first + count), _END]
    fat = [_FAT] * tables + [_END] + chain
    fat += [_FREE] * (tables * _SECTOR // 4 - len(fat))
    header = bytearray(_SECTOR)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIII", header, 44, tables, tables, 0, 4_096, _END, 0, _END, 0)
    struct.pack_into("<109I", header, 76, *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(
        "Workbook", 2, _FREE, first, len(stream)
    )
    directory = directory.ljust(_SECTOR, b"\0")
    return bytes(header) + struct.pack(f"<{len(fat)}I", *fat) + directory + stream


def _entry(name, kind, child, start, size):
    text = name.encode("utf-16-le")
    found = bytearray(128)
    found[: len(text)] = text
    struct.pack_into("<HBBIII", found, 64, len(text) + 2, kind, 1, _FREE, _FREE, child)
    struct.pack_into("<II", found, 116, start, size)
    return bytes(found)


def _record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def _book(cells, title):
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = title.encode("latin-1")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    sheet += b"".join(_cell(*cell) for cell in cells) + _record(0x000A)
    at = 4 + len(begin) + 4 + 8 + len(name) + 4 + 4 + 2
    globals_ = (
        _record(0x0809, begin)
        + _record(0x0042, struct.pack("<H", 1_200))
        + _record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name), 0) + name)
        + _record(0x000A)
    )
    return globals_ + sheet


def _cell(row, column, value):
    where = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode("latin-1")
        return _record(0x0204, where + struct.pack("<HB", len(text), 0) + text)
    return _record(0x0203, where + struct.pack("<d", value))
