"""Rows of one file that mean the same thing twice, and points that too many rows share."""

from collections.abc import Iterator
from typing import Any

from geo.values import Position
from meris.fields.words import key
from meris.uploads.problems import Problems, say_rows

Values = dict[str, Any]

# Two records of one name this near are one place.
_SAME_PLACE_M = 50
# So many places on one identical point are a default, not a position.
_CROWD = 6


class Repeats:
    """Knows the rows seen so far by what identifies them. Keeps hashes, not values."""

    def __init__(self, kind: str, problems: Problems) -> None:
        self._kind = kind
        self._problems = problems
        self._seen: dict[int, tuple[int, int]] = {}
        self._placed: dict[int, list[tuple[Position, int]]] = {}
        self._points: dict[Position, dict[int, int]] = {}

    def is_repeat(self, number: int, values: Values, cells: list[str]) -> bool:
        """Whether an earlier row is the same record; tells it: equal rows once, others refused."""
        content = hash(tuple(cells))
        for identity in self._identities(values):
            first, before = self._seen.setdefault(hash(identity), (number, content))
            if first != number:
                self._tell(number, first, equal=before == content)
                return True
        near = self._near(number, values)
        if near is not None:
            self._tell(number, near, equal=False)
        return near is not None

    def _identities(self, values: Values) -> Iterator[tuple[str, ...]]:
        """What a row is known by: its ID, else name and address; a stock line by site and item."""
        own = values.get("external_id")
        name = key(values.get("name") or values.get("storage_site") or "")
        where = key(f"{values.get('address_line1') or ''} {values.get('city') or ''}")
        site = ("id", own) if own else ("name", name, where)
        if self._kind == "supply":
            item = key(values.get("item_name") or "")
            lot, unit = values.get("lot") or "", values.get("unit_of_issue") or ""
            yield (*site, item, lot, unit)
        elif own or values.get("address_line1"):
            yield site

    def _near(self, number: int, values: Values) -> int | None:
        """An earlier row of the same name within 50 m, for rows without an ID."""
        position = values.get("position")
        if self._kind == "supply" or values.get("external_id") or position is None:
            return None
        same_name = self._placed.setdefault(hash(key(values.get("name") or "")), [])
        for other, row in same_name:
            if position.meters_to(other) <= _SAME_PLACE_M:
                return row
        same_name.append((position, number))
        return None

    def _tell(self, number: int, first: int, *, equal: bool) -> None:
        if equal:
            self._problems.add(
                "warning", number, None, f"the same as row {first}; read once.", rule="repeat"
            )
        elif self._kind == "supply":
            self._problems.add(
                "error",
                number,
                None,
                f"the same site, item, lot and unit as row {first}. Give them different lots, or "
                "add the two up in one row.",
                rule="repeat",
            )
        else:
            self._problems.add(
                "error",
                number,
                None,
                f"the same record as row {first}, with other values. Keep one of them.",
                rule="repeat",
            )

    def note_point(self, number: int, values: Values) -> None:
        """Remember where a row is, for `tell_crowds`. Units share their station's point."""
        position = values.get("position")
        if position is None or self._kind == "unit" or values.get("position_source") != "reported":
            return
        name = hash(key(values.get("name") or values.get("storage_site") or ""))
        self._points.setdefault(position, {}).setdefault(name, number)

    def tell_crowds(self) -> None:
        """Warn of points that many differently named records share."""
        for position, names in self._points.items():
            if len(names) >= _CROWD:
                rows = sorted(names.values())
                self._problems.add(
                    "warning",
                    None,
                    None,
                    f"{say_rows(rows)} lie on exactly one point ({position.lat:g}, "
                    f"{position.lon:g}). It looks like a default, such as the middle of a town.",
                    rule="crowd",
                )
