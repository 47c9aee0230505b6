"""Rows of one file that mean the same thing twice, and points that too many rows share."""

from typing import Any

from geo.values import Position
from meris.fields.words import key
from meris.uploads.cells import Record
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
        self._seen: dict[int, int] = {}
        self._contents: dict[int, int] = {}
        self._placed: dict[int, list[tuple[Position, int]]] = {}
        self._points: dict[tuple[float, float], tuple[int, int]] = {}
        self._shared: dict[tuple[float, float], dict[int, int]] = {}

    def is_repeat(self, record: Record) -> bool:
        """Whether an earlier row is the same record; tells it: equal rows once, others refused."""
        number, values = record.number, record.values
        identity = self._identity(values)
        if identity is not None:
            content = hash(tuple(record.raw))
            first = self._seen.setdefault(hash(identity), number)
            if first != number:
                self._tell(record, first, equal=self._contents[first] == content)
                return True
            self._contents[number] = content
        if self._kind == "supply" or values.get("position") is None or _own_id(values):
            return False
        near = self._near(number, values)
        if near is not None:
            self._tell(record, near, equal=False)
        return near is not None

    def _identity(self, values: Values) -> tuple[object, ...] | None:
        """What a row is known by: its number here, its ID, else name and address; a stock line by
        site and item. None for a row that has nothing of the kind."""
        own = _own_id(values)
        if self._kind == "supply":
            item = key(values.get("item_name") or "")
            lot, unit = values.get("lot") or "", values.get("unit_of_issue") or ""
            return (own or self._by_address(values), item, lot, unit)
        if own:
            return (own,)
        return self._by_address(values) if values.get("address_line1") else None

    def _by_address(self, values: Values) -> tuple[str, ...]:
        name = key(values.get("name") or values.get("storage_site") or "")
        return name, key(f"{values.get('address_line1') or ''} {values.get('city') or ''}")

    def _near(self, number: int, values: Values) -> int | None:
        """An earlier row of the same name within 50 m, for rows without an ID."""
        position = values["position"]
        same_name = self._placed.setdefault(hash(key(values.get("name") or "")), [])
        for other, row in same_name:
            if position.meters_to(other) <= _SAME_PLACE_M:
                return row
        same_name.append((position, number))
        return None

    def _tell(self, record: Record, first: int, *, equal: bool) -> None:
        number, self._problems.hand = record.number, record
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

    def note_point(self, number: int, position: Position, values: Values) -> None:
        """Remember where a row is, for `tell_crowds`. Units share their station's point."""
        if self._kind == "unit" or values.get("position_source") != "reported":
            return
        point = (position.lat, position.lon)
        name = hash(values.get("name") or values.get("storage_site"))
        first = self._points.setdefault(point, (number, name))
        # nearly every point is one row's own; only shared ones need a list
        if first[0] != number:
            names = self._shared.setdefault(point, {first[1]: first[0]})
            names.setdefault(name, number)

    def tell_crowds(self) -> None:
        """Warn of points that many differently named records share."""
        for point, names in self._shared.items():
            if len(names) >= _CROWD:
                rows = sorted(names.values())
                self._problems.add(
                    "warning",
                    None,
                    None,
                    f"{say_rows(rows)} lie on exactly one point ({point[0]:g}, "
                    f"{point[1]:g}). It looks like a default, such as the middle of a town.",
                    rule="crowd",
                )


def _own_id(values: Values) -> int | str | None:
    """The number a row has in MERIS or with its owner."""
    return values.get("meris_id") or values.get("external_id")
