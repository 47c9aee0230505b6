"""What the cells of a column say it is, whatever its header says."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from geo.notation import read_numbers
from geo.values import NotAPlace
from meris.errors import Invalid
from meris.fields import Field, Home, by_name
from meris.fields.contact import Email, Phone
from meris.fields.map_numbers import map_number
from meris.fields.places import Usng
from meris.fields.states import by_key
from meris.fields.text_rules import OneOf
from meris.fields.words import key
from meris.uploads.claims import Table

# A column without a telling header is taken for something when nearly all of it reads as that.
NEEDED = 0.9
# Five digits alone may count anything; so many different ZIP codes that exist do not.
_TELLING = 3
# Figures with so many decimals are measured, and no money or count.
_MEASURED = re.compile(r"^-?\d{1,3}[.,]\d{3,}$")
# A ten-digit number is a phone number only when it is written like one.
_WRITTEN_AS_PHONE = re.compile(r"^\D{0,3}\d{3}\D{1,2}\d{3}\D\d{4}\b")


class _Says(Protocol):
    def __call__(self, cell: str, home: Home) -> bool: ...


class _Sign(NamedTuple):
    """What the cells of a field look like; so many different ones, and no such word above them."""

    field: str
    says: _Says
    different: int = 1
    unless: str = " "


def by_values(table: Table, free: Sequence[int], taken: set[str]) -> dict[int, Field]:
    """What columns of the `free` ones are, where exactly one reads as a field that is not `taken`.

    1. Code lists that every row needs: a column of OPEN and CLOSED is a status.
    2. What has a shape of its own: e-mail addresses, phone numbers, grid references, ZIP codes.
    3. Names of counties and states. 4. Degrees of latitude and longitude.
    """
    found: dict[int, Field] = {}
    fields = by_name(table.kind)
    for name, fitting in _fitting(table, free, taken):
        left = [index for index in fitting if index not in found]
        if len(left) == 1:
            found[left[0]] = fields[name]
    return found | _degrees(table, [i for i in free if i not in found], taken)


def _fitting(table: Table, free: Sequence[int], taken: set[str]) -> Iterator[tuple[str, list[int]]]:
    """Each field that is free and the columns that read as it."""
    for field in by_name(table.kind).values():
        if field.required and field.name not in taken and isinstance(field.rule, OneOf):
            yield field.name, [i for i in free if reads_as_codes(table, i, field)]
    for sign in _SIGNS:
        if sign.field not in taken:
            yield sign.field, [i for i in free if _shows(table, i, sign)]


def reads_as_codes(table: Table, index: int, field: Field) -> bool:
    """Whether nearly every cell is one of a field's code list, and not more different ones."""
    if not isinstance(field.rule, OneOf) or not 0 < table.variety(index) <= len(field.rule.codes):
        return False
    return (table.fit(index, field) or 0) >= NEEDED


def _shows(table: Table, index: int, sign: _Sign) -> bool:
    if table.variety(index) < sign.different or sign.unless in key(table.sheet.headers[index]):
        return False
    return table.share(index, partial(sign.says, home=table.home)) >= NEEDED


def _is_email(cell: str, home: Home) -> bool:
    return "@" in cell and _reads(Email(), cell, home)


def _is_phone(cell: str, home: Home) -> bool:
    return bool(_WRITTEN_AS_PHONE.match(cell)) and _reads(Phone(), cell, home)


def _is_grid(cell: str, home: Home) -> bool:
    return _reads(Usng(), cell, home)


def _reads(rule: Email | Phone | Usng, cell: str, home: Home) -> bool:
    try:
        return rule.judge(cell, home).value is not None
    except Invalid:
        return False


def _is_pair(cell: str, home: Home) -> bool:
    """Latitude and longitude of the state in one cell, or anything as a machine writes a point."""
    try:
        numbers = read_numbers(cell)
    except NotAPlace:
        return False
    if cell.lstrip().upper().startswith(("POINT", "SRID", "{")):
        return True
    return numbers.step < 0.01 and _is_in(home, numbers.lat, numbers.lon)


def _is_in(home: Home, lat: float, lon: float) -> bool:
    box = home.bounds
    return box.south <= lat <= box.north and box.west <= -abs(lon) <= box.east


def _is_zip(cell: str, home: Home) -> bool:
    code = cell.partition("-")[0]
    return len(code) == 5 and code.isdecimal() and home.gazetteer.zip(code) is not None


def _is_county(cell: str, home: Home) -> bool:
    if any(map(str.isdigit, cell)) or key(cell) in by_key():
        return False
    return home.gazetteer.county_named(cell) is not None


def _is_home_state(cell: str, home: Home) -> bool:
    return not cell.isdecimal() and by_key().get(key(cell)) == home.state


_SIGNS = (
    _Sign("contact_email", _is_email),
    _Sign("contact_phone", _is_phone, unless="fax"),
    _Sign("usng", _is_grid),
    _Sign("coordinates", _is_pair),
    _Sign("zip", _is_zip, _TELLING),
    _Sign("county", _is_county, 2),
    _Sign("state", _is_home_state),
)


def _degrees(table: Table, free: Sequence[int], taken: set[str]) -> dict[int, Field]:
    """Latitude and longitude, or the one of them that is lacking. The sign may be missing."""
    box, fields = table.home.bounds, by_name(table.kind)
    spans = {"latitude": (box.south, box.north), "longitude": (-box.east, -box.west)}
    found: dict[int, Field] = {}
    if "coordinates" in taken:
        return found
    for name, (low, high) in spans.items():
        if name in taken:
            continue
        says = partial(_measures, low=low, high=high)
        fitting = [i for i in free if table.share(i, says) >= NEEDED]
        if len(fitting) != 1:
            return {}
        found[fitting[0]] = fields[name]
    return found


def _measures(cell: str, low: float, high: float) -> bool:
    number = map_number(cell) if _MEASURED.match(cell) else None
    return number is not None and low <= abs(number) <= high


def map_numbers(table: Table, free: Sequence[int]) -> tuple[int, int] | None:
    """Two columns whose numbers are X and Y of a system used in the state, in nearly every row."""
    numbers = {i: column for i in free if (column := _numbers(table, i)) is not None}
    for x, easting in numbers.items():
        for y, northing in numbers.items():
            known = ~np.isnan(easting) & ~np.isnan(northing)
            for system in table.home.facts.projected if x != y and known.any() else ():
                holds = (easting >= system.x[0]) & (easting <= system.x[1])
                holds &= (northing >= system.y[0]) & (northing <= system.y[1])
                if holds.sum() >= NEEDED * known.sum():
                    return x, y
    return None


def _numbers(table: Table, index: int) -> npt.NDArray[np.float64] | None:
    """The numbers of a column's sample, NaN for other cells; None unless they vary and are big."""
    cells = [row.cells[index] if index < len(row.cells) else "" for row in table.sheet.sample]
    read = [map_number(cell.strip()) for cell in cells]
    numbers = np.array([np.nan if number is None else number for number in read], dtype=np.float64)
    big = np.abs(numbers) > 1_000
    is_telling = table.variety(index) >= _TELLING and big.sum() >= NEEDED * len(numbers)
    return numbers if is_telling else None
