"""Files of features (GeoJSON, KML) as tables: a row a feature, its place in two columns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from meris.errors import Refused
from meris.fields.words import key
from meris.uploads.sheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    Origin,
    Sheet,
    table_of_features,
)


class Place(NamedTuple):
    """Longitude and latitude as a file has them; `inside` when they are a point in a shape."""

    longitude: str
    latitude: str
    inside: bool = False


class Feature(NamedTuple):
    """What a file says of one thing: texts by name, its place and its id if it has them."""

    cells: dict[str, str]
    place: Place | None
    identity: str | None = None


Features = Callable[[], Iterator[Feature]]


@dataclass
class Columns:
    """The columns of all features together, found by reading them once."""

    names: dict[str, None] = field(default_factory=dict)
    count: int = 0
    placed: int = 0
    inside: int = 0
    named: int = 0
    _counting: bool = True
    _start: int | None = None

    def add(self, feature: Feature) -> None:
        self.count += 1
        self.names.update(dict.fromkeys(feature.cells))
        if feature.place:
            self.placed += 1
            self.inside += feature.place.inside
        if feature.identity is not None:
            self.named += 1
            self._follow(feature.identity)

    def _follow(self, identity: str) -> None:
        """Whether the ids still only count the features, as some programs write them."""
        number = int(identity) - self.count if identity[:18].isdecimal() else None
        if self._start is None:
            self._start = number
        self._counting = self._counting and number is not None and number == self._start

    def id_title(self) -> str | None:
        """What the ids are called: "fid" when the next export may number them anew."""
        title = "fid" if self._counting and self.count > 1 else "id"
        known = {key(name) for name in self.names}
        return None if not self.named or title in known else title


def columns_of(features: Features, name: str) -> Columns:
    """Read all features once. Raises `Refused` when there is none, or too many of anything."""
    found = Columns()
    for feature in features():
        found.add(feature)
        if found.count > MOST_ROWS:
            raise Refused(
                f"{name} has more than {MOST_ROWS:,} features. Split it into several files."
            )
        if len(found.names) > MOST_COLUMNS - 3:
            raise Refused(
                f"{name} has more than {MOST_COLUMNS - 3} different properties, which is the "
                "most that is read."
            )
    if not found.count:
        raise Refused(
            f"{name} has no features in it, so there is nothing to read. If it should be a table, "
            "save it as CSV or .xlsx."
        )
    return found


def table_of(found: Columns, features: Features, name: str, notes: tuple[str, ...] = ()) -> Sheet:
    """The table of a file of features; row 1 holds the names, feature n is row n + 1.

    Raises `Refused` when there is nothing to read of them.
    """
    titles = {column: _title(column, found.placed > 0) for column in found.names}
    own = found.id_title()
    ends = ("longitude", "latitude") if found.placed else ()
    headers = (*filter(None, [own]), *titles.values(), *ends)
    if len(headers) < 2:
        raise Refused(
            f"{name} has neither places nor several properties: there is nothing to read."
        )
    origin = Origin(name, None, None, (*notes, *_notes(found, titles)))

    def rows() -> Iterator[list[str]]:
        yield list(headers)
        for cells, place, identity in features():
            row = [identity or ""] if own else []
            row += [cells.get(column, "") for column in titles]
            if ends:
                row += [place.longitude, place.latitude] if place else ["", ""]
            yield row

    return table_of_features(rows, origin, headers)


def _title(column: str, placed: bool) -> str:
    """A property that is named like the place's own columns must not be taken for them."""
    taken = placed and key(column) in ("longitude", "latitude")
    return f"{column} (property)" if taken else column


def _notes(found: Columns, titles: dict[str, str]) -> Iterator[str]:
    yield "Rows are numbered as in a spreadsheet of the features: the first feature is row 2."
    if found.inside:
        yield (
            f"{found.inside:,} of {found.count:,} features are lines or areas; each is shown at a "
            "point on it."
        )
    for column, title in titles.items():
        if column != title:
            yield f'The place was taken from the shapes and not from the property "{column}".'
    if 0 < found.placed < found.count:
        yield f"{found.count - found.placed:,} of {found.count:,} features have no place."


def point_in(shape: BaseGeometry) -> Place | None:
    """A point on a shape, inside of it if it is an area; None for one that is broken or empty."""
    try:
        point = shapely.point_on_surface(shape)
        if point is None or point.is_empty:
            return None
        return Place(repr(round(point.x, 7)), repr(round(point.y, 7)), inside=True)
    except (ShapelyError, ValueError):
        return None
