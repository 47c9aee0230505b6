"""Which rows hold the column names: one, two together, or the one above a row of HXL tags."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from meris.fields import ROW_KINDS, header_table, meanings
from meris.fields.words import is_unknown, key

Cells = list[str]

_TAG = re.compile(r"^\s*#[A-Za-z][A-Za-z0-9_]*(\s*\+[A-Za-z][A-Za-z0-9_]*)*\s*$")
# A few words without the punctuation of a sentence.
_NAME = re.compile(r"^[^.;!]{1,40}$")
_SENTENCE = re.compile(r"\w+(\W+\w+){5,}")
FIGURE = re.compile(r"^[\s$€£(]*-?[\d.,]+\s*[%)]?\s*$|^(grand|sub)?[\s-]*totals?$", re.IGNORECASE)
# What a line of a form holds: "Contact:", a date, a phone number.
_FORM = re.compile(r":$|\d{3}|\d/\d")
_UNIT = re.compile(r"^\(.*\)$")


class Heading(NamedTuple):
    """The column names of a table and where they stand.

    `row` and `first` are the indexes (from 0) of the row of names and of the first row below it.
    `heads` are the rows of names as they stand, to know them when they come again.
    """

    headers: tuple[str, ...]
    row: int
    first: int
    heads: tuple[tuple[str, ...], ...]
    tags: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def find_heading(top: Sequence[Cells], within: int) -> Heading | None:
    """The column names among the first rows of a file; None when no row looks like them.

    They are sought in the first `within` rows; the rows below show what stands under a name.

    1. An HXL tag row makes the filled row above it the names.
    2. Else the first row with two names that MERIS knows, unless a later one has twice as many, as
       below a form ("County: Phelps, Date: May 4"); what stands above it is left out.
    3. Else the first row that looks like names is taken, for a person to match by hand.
    4. A row of groups above ("Population" over "General") or a second half below ("Staffed" over
       "Beds") is joined to the names.
    """
    for index, cells in enumerate(top[:within]):
        if is_tag_row(cells):
            return _tagged(top, index)
    known = [known_names(cells) for cells in top[:within]]
    for index, count in enumerate(known):
        if count >= 2 and 2 * count >= max(known):
            if count < max(known[index + 1 : index + 2], default=0) and _all_words(top[index + 1]):
                index += 1
            return _continued(top, index) or _grouped(top, index, index + 1)
    for index, cells in enumerate(top[:within]):
        if _looks_like_headers(cells, top[index + 1 : index + 4]):
            return _continued(top, index) or _plain(cells, index, index + 1)
    return None


def is_blank(cells: Cells) -> bool:
    """Whether no cell of a row holds anything but blanks."""
    return not any(cell and not cell.isspace() for cell in cells)


def is_tag_row(cells: Cells) -> bool:
    """Whether every filled cell is an HXL tag such as `#adm1+name`."""
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_TAG.match(cell) for cell in filled)


def trimmed(cells: Cells) -> Cells:
    """The cells without blanks around them and without the empty ones at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return [cell.strip() for cell in cells[:end]]


def _plain(cells: Cells, row: int, first: int) -> Heading:
    names = tuple(trimmed(cells))
    return Heading(names, row, first, (names,))


def _tagged(top: Sequence[Cells], index: int) -> Heading:
    """The names above a tag row; the tags themselves where there are none."""
    above = next((i for i in range(index - 1, -1, -1) if not is_blank(top[i])), index)
    width = len(trimmed(top[index]))
    found = _grouped(top, above, index + 1)
    padded = (*found.headers, *[""] * max(0, width - len(found.headers)))
    tags = tuple(trimmed(top[index]))
    return found._replace(headers=padded, tags=tags, heads=(*found.heads, tags))


def _grouped(top: Sequence[Cells], index: int, first: int) -> Heading:
    """The names of a row, joined to the groups in the row above where that tells more."""
    plain = _plain(top[index], index, first)
    above = trimmed(top[index - 1]) if index else []
    if not _names_groups(above, plain.headers):
        return plain
    groups = _spread(above, len(plain.headers))
    again = Counter(map(key, plain.headers))
    both = list(zip(groups, plain.headers, strict=True))
    telling = {group for group, name in both if _tells_more(group, name, again)}
    headers = tuple(
        f"{group} {name}" if group in telling and _needs_group(group, name, again) else name
        for group, name in both
    )
    joined = [header for header in headers if header not in plain.headers]
    if not joined:
        return plain
    note = f'Row {index} names groups of columns; they were read together, such as "{joined[0]}".'
    return plain._replace(headers=headers, heads=(*plain.heads, tuple(above)), notes=(note,))


def _names_groups(above: Cells, names: Sequence[str]) -> bool:
    """A row of groups has several short names, or one that does not start the row as titles do."""
    filled = [cell for cell in above if cell]
    if not filled or len(above) > len(names) or not _all_words(above):
        return False
    if any(_FORM.search(cell) for cell in filled):
        return False
    return len(filled) > 1 or not above[0]


def _spread(above: Cells, width: int) -> list[str]:
    """Each group's name over the columns to its right, up to the next group."""
    groups, last = [], ""
    for cell in [*above, *[""] * (width - len(above))]:
        last = cell or last
        groups.append(last)
    return groups


def _tells_more(group: str, name: str, again: Counter[str]) -> bool:
    """Whether "group name" is worth more than the name: two columns share the name, or MERIS
    knows the two words together as something else than the one."""
    if not group or not name:
        return False
    if again[key(name)] > 1:
        return True
    return any(
        (joined := _meant(kind, f"{group} {name}")) and joined != _meant(kind, name)
        for kind in ROW_KINDS
    )


def _needs_group(group: str, name: str, again: Counter[str]) -> bool:
    """Of a group that tells more, the names that nobody knows alone take it too."""
    return bool(name) and (_tells_more(group, name, again) or not _is_known(name))


def _meant(kind: str, header: str) -> set[str]:
    return {meaning.field.name for meaning in meanings(kind, header)}


def _continued(top: Sequence[Cells], index: int) -> Heading | None:
    """The names of two rows joined, where the second holds the rest of some names.

    To take a record for a second half would lose it. So the half must leave the first column
    free, hold nothing but words, and most of its words must stand above numbers.
    """
    upper = trimmed(top[index])
    lower = trimmed(top[index + 1]) if index + 1 < len(top) else []
    if not _may_continue(upper, lower) or not _above_numbers(lower, top[index + 2 :]):
        return None
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    groups = _groups_of(upper, lower)
    headers = tuple(map(_joined, groups, upper, lower))
    joined = next(
        h for h, name, half in zip(headers, upper, lower, strict=True) if half or not name
    )
    note = (
        f"The column names stand in rows {index + 1} and {index + 2}; they were read together, "
        f'such as "{joined}".'
    )
    return Heading(headers, index, index + 2, (tuple(upper), tuple(lower)), notes=(note,))


def _may_continue(upper: Cells, lower: Cells) -> bool:
    filled = [cell for cell in lower if cell]
    first = next((i for i, cell in enumerate(upper) if cell), 0)
    return (
        bool(filled)
        and len(lower) <= len(upper) + 20
        and not (first < len(lower) and lower[first])
        and _all_words(lower)
        and not any(is_unknown(cell) for cell in filled)
        and not is_tag_row(lower)
    )


def _above_numbers(lower: Cells, below: Sequence[Cells]) -> bool:
    """Whether at least half of the words stand above columns of numbers, and at least one."""
    telling = [column for column, cell in enumerate(lower) if cell]
    numeric = [column for column in telling if _is_numeric(column, below)]
    return bool(numeric) and 2 * len(numeric) >= len(telling)


def _is_numeric(column: int, below: Sequence[Cells]) -> bool:
    cells = [
        row[column] for row in below if column < len(row) and not is_unknown(row[column].strip())
    ]
    return len(cells) >= 2 and sum(bool(FIGURE.match(cell)) for cell in cells) > len(cells) / 2


def _groups_of(upper: Cells, lower: Cells) -> list[str]:
    """For each column the name above it that spans several; empty where its own name is above."""
    groups, last = [""] * len(upper), 0
    for column, cell in enumerate(upper):
        if cell:
            last = column
        elif lower[column] and lower[last]:
            groups[last] = groups[column] = upper[last]
    return groups


def _joined(group: str, upper: str, lower: str) -> str:
    """One name of two halves. A unit below a name that is known alone adds nothing."""
    above = upper or group
    if not (above and lower):
        return above or lower
    if _UNIT.match(lower) and not group and _is_known(above):
        return above
    return f"{above} {lower}"


def _is_known(name: str) -> bool:
    return any(key(name) in header_table(kind) for kind in ROW_KINDS)


def known_names(cells: Cells) -> int:
    """How many cells are headers of some kind of file. Long texts are titles, not headers."""
    keys = {key(cell) for cell in cells if 0 < len(cell.strip()) <= 60}
    return max(len(keys & header_table(kind).keys()) for kind in ROW_KINDS)


def _all_words(cells: Cells) -> bool:
    """Whether every filled cell may be a name: short, no sentence, no figure."""
    return all(_is_word(cell.strip()) for cell in cells if cell.strip())


def _is_word(cell: str) -> bool:
    return bool(_NAME.match(cell)) and not FIGURE.match(cell) and not _SENTENCE.match(cell)


def _looks_like_headers(cells: Cells, below: Sequence[Cells]) -> bool:
    """Several different short words with rows of about the same width below them."""
    filled = trimmed(cells)
    words = [cell for cell in filled if _NAME.match(cell) and not FIGURE.match(cell)]
    if any(_SENTENCE.match(cell) for cell in filled):
        return False
    if len(words) < 2 or len(words) < 0.6 * len(filled) or len(set(words)) < len(words):
        return False
    widths = [len(trimmed(row)) for row in below if not is_blank(row)]
    return bool(widths) and all(0.5 * len(filled) <= width <= len(filled) for width in widths)
