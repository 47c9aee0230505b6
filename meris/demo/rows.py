"""What the exercise is made of before it is stored: a resource with everything that hangs on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.columns import as_wkb
from geo.values import Position

#: Column to value; a column that is missing is NULL.
Row = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A resource: its columns in the common table and in its kind's, its stock, its live fix.

    `agency` is the owner's name. Ids are given when it is stored.
    """

    agency: str
    common: Row
    part: Row
    place: Position | None = None
    stock: list[Row] = field(default_factory=list)
    fix: Row | None = None

    @property
    def kind(self) -> str:
        """shelter, supply_site or unit."""
        return str(self.common["kind"])


@dataclass(frozen=True)
class NewAgency:
    """An agency of the exercise; `kind` is one of `meris.accounts.agencies.KINDS`."""

    name: str
    kind: str
    county_fips: str | None = None
    phone: str | None = None


def placed(place: Position) -> str:
    """A position as COPY takes it: EWKB in hexadecimal."""
    return bytes(as_wkb(place).data).hex()


def as_array(words: list[str]) -> str:
    """A list of plain words as COPY takes a text[]."""
    return "{" + ",".join(f'"{word}"' for word in words) + "}"


def known(row: Mapping[str, Any]) -> Row:
    """The row without what is not known."""
    return {name: value for name, value in row.items() if value is not None}
