"""Where a row is: its position checked against state and county, or found from ZIP or town."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from geo.counties import County
from geo.grid import from_usng
from geo.values import Bounds, Position
from meris.fields import Home
from meris.fields.states import name_of
from meris.uploads.decisions import Choices
from meris.uploads.match import Match
from meris.uploads.problems import Level, Problems

Values = dict[str, Any]

# Farther from the county it names, a point is in the wrong place; nearer, one of the two is sloppy.
COUNTY_TOLERANCE_M = 10_000
# Boundaries at 1:500,000 are that exact, and rivers are borders.
_BORDER_TOLERANCE_M = 1_000
# Radius to be drawn around a place of which only the county is known; ours are 50 km across.
_COUNTY_RADIUS_M = 25_000
# A grid reference this coarse is drawn as an area.
_COARSE_SQUARE_M = 1_000

_NOUNS = {"shelter": "shelter", "supply": "site", "unit": "unit"}


class _Center(NamedTuple):
    """The middle of an area that holds the row, how large it is, and its county."""

    position: Position
    source: str
    radius_m: int
    county: str | None


@dataclass
class Locator:
    """Gives each row its position, how it was found, and its county."""

    kind: str
    columns: dict[str, str]
    home: Home
    problems: Problems
    choices: Choices
    _codes: dict[tuple[float, float], str | None] = field(default_factory=dict)
    _centers: dict[tuple[Any, ...], "_Center | None"] = field(default_factory=dict)

    @classmethod
    def of(cls, match: Match, home: Home, problems: Problems, choices: Choices) -> "Locator":
        """The locator for the columns that were found."""
        columns = {column.field.name: column.label for column in match.columns}
        return cls(match.kind, columns, home, problems, choices)

    def locate(self, number: int, values: Values) -> bool:
        """Replace what a row says of its place by position, source, radius and county code.

        False when the row is another state's, so that nothing else about it matters.

        1. A row of another state goes no further, unless that is allowed.
        2. A position given in degrees or as a grid reference is checked (domain §8.6).
        3. Without one, the middle of its ZIP code, town or county is an approximate place.
        4. The county follows from an exact position; a stated county is held against it.
        """
        stated = self._stated_county(number, values)
        given = self._given(number, values)
        for name in ("latitude", "longitude", "coordinates", "usng", "county"):
            values.pop(name, None)
        if not self._state_is_ours(number, values):
            return False
        if given is not None:
            position, source, radius = given
            fixed, county = self._check(number, position, stated, values.get("state"))
            if fixed is not None:
                _place(values, fixed, source, radius, county)
        elif center := self._approximate(values, stated):
            _place(values, center.position, center.source, center.radius_m, stated or center.county)
        else:
            values["county_fips"] = stated
            self._say("note", number, None, "unplaced", "no place was found; not on the map.")
        return True

    def look_up(self, rows: Iterable[Values]) -> None:
        """Find the counties of many positions at once, ten times faster than one by one."""
        points = [
            (lat, lon)
            for values in rows
            if (lat := values.get("latitude")) is not None
            and (lon := values.get("longitude")) is not None
        ]
        found = self.home.gazetteer.counties_at([p[0] for p in points], [p[1] for p in points])
        self._codes = dict(zip(points, found, strict=True))

    def _county_at(self, position: Position) -> str | None:
        point = (position.lat, position.lon)
        if point in self._codes:
            return self._codes[point]
        county = self.home.gazetteer.county_at(position)
        return county.fips if county else None

    def _say(self, level: Level, number: int, name: str | None, rule: str, message: str) -> None:
        column = self.columns.get(name) if name else None
        self.problems.add(level, number, column, message, rule=rule)

    def _stated_county(self, number: int, values: Values) -> str | None:
        """The county by code or name; the code wins where they differ."""
        by_code, by_name = values.get("county_fips"), values.get("county")
        if by_code and by_name and by_code != by_name:
            counties = self.home.gazetteer.counties
            self._say(
                "warning",
                number,
                "county",
                "county code",
                f"the county is {counties[by_name].full_name} but its code is that of "
                f"{counties[by_code].full_name}; the code was used.",
            )
        return by_code or by_name

    def _given(self, number: int, values: Values) -> tuple[Position, str, int | None] | None:
        """The position as the row states it: degrees first, then one cell, then the grid."""
        lat, lon = values.get("latitude"), values.get("longitude")
        if lat is not None and lon is not None:
            if lat == lon:
                self._say(
                    "error",
                    number,
                    "latitude",
                    "no location",
                    f"{lat:g}, {lon:g} is no location. Correct the coordinates, or empty both "
                    "cells to place it by its ZIP code or town.",
                )
                return None
            return Position(lat, lon), "reported", None
        if (lat is None) != (lon is None) and {"latitude", "longitude"} <= self.columns.keys():
            there, lacking = ("latitude", "longitude") if lon is None else ("longitude", "latitude")
            if not self._told(number, lacking):
                self._say(
                    "error",
                    number,
                    lacking,
                    "half a location",
                    f"there is a {there} but no {lacking}. Fill in both, or neither.",
                )
            return None
        if values.get("coordinates") is not None:
            return values["coordinates"], "reported", None
        return _of_grid(values.get("usng"))

    def _told(self, number: int, name: str) -> bool:
        """Whether the row already has an error at this field."""
        told = self.problems.refused.get(number, ())
        return any(group.column == self.columns.get(name) for group in told)

    def _state_is_ours(self, number: int, values: Values) -> bool:
        """Whether a row may come in by the state it names. Units may come as mutual aid."""
        state = values.get("state")
        if state is None or state == self.home.state or self.choices.allow_out_of_state:
            return True
        neighbors = {neighbor.postal for neighbor in self.home.facts.neighbors}
        if self.kind == "unit" and state in neighbors:
            return True
        self.problems.forget_warnings(number)
        self._say(
            "error",
            number,
            "state",
            "other state",
            f"this {_NOUNS[self.kind]} is in {name_of(state)}, and this system holds "
            f"{self.home.name} only. Leave the row out.",
        )
        return False

    def _check(
        self, number: int, position: Position, stated: str | None, state: str | None
    ) -> tuple[Position | None, str | None]:
        """The position after allowed repairs and its county; no position when it is wrong."""
        if not self.home.bounds.contains(position):
            repaired = self._repaired(number, position)
            if repaired is None:
                return self._outside(number, position, stated, state)
            position = repaired
        county = self._county_at(position)
        if county is None:
            return self._outside(number, position, stated, state)
        if stated is not None and county != stated:
            counties = self.home.gazetteer.counties
            return self._elsewhere(number, position, counties[county], counties[stated])
        return position, county

    def _repaired(self, number: int, position: Position) -> Position | None:
        """A position whose fault is known, put right if the person allowed it; else proposed."""
        for rule, repair, fault, fix in _REPAIRS:
            better = repair(position)
            if better is None or not self.home.bounds.contains(better):
                continue
            if rule in self.choices.repairs & REPAIRS:
                self._say("warning", number, "longitude", rule, f"{fault}; this was put right.")
                return better
            self._say("error", number, "longitude", rule, f"{fault}. {fix}")
            return None
        return None

    def _outside(
        self, number: int, position: Position, stated: str | None, state: str | None
    ) -> tuple[Position | None, str | None]:
        """A position that is not in any of our counties: near the border, or somewhere else."""
        gazetteer = self.home.gazetteer
        if any(group.rule in _REPAIR_RULES for group in self.problems.refused.get(number, ())):
            return None, None
        near = gazetteer.counties[stated] if stated else None
        if near and gazetteer.meters_to_county(position, near.fips) <= COUNTY_TOLERANCE_M:
            self._say(
                "warning",
                number,
                "latitude",
                "border",
                f"the position lies outside {self.home.name}, near {near.full_name}. Check it.",
            )
            return position, near.fips
        if stated is None and (nearest := self._across_the_border(position)):
            return position, nearest
        neighbor = gazetteer.neighbor_at(position)
        mutual_aid = self.kind == "unit" and neighbor is not None
        if mutual_aid or self.choices.allow_out_of_state:
            return position, neighbor.fips if neighbor else None
        box = self.home.bounds
        where = f"lies in {name_of(neighbor.state)} and not" if neighbor else "does not lie"
        self.problems.forget_warnings(number)
        self._say(
            "error",
            number,
            "latitude",
            "outside",
            f"the position {where} in {self.home.name}, which is between {box.south:g} and "
            f"{box.north:g} north and between {box.west:g} and {box.east:g}. Correct it"
            + (f" or the state ({state})." if state else "."),
        )
        return None, None

    def _across_the_border(self, position: Position) -> str | None:
        """The county of ours that a position just misses."""
        gazetteer = self.home.gazetteer
        reach = Bounds.around([position]).expanded(0.02)
        close = [fips for fips, c in gazetteer.counties.items() if _overlap(c.bounds, reach)]
        meters = {fips: gazetteer.meters_to_county(position, fips) for fips in close}
        nearest = min(meters, key=lambda fips: meters[fips], default=None)
        return nearest if nearest and meters[nearest] <= _BORDER_TOLERANCE_M else None

    def _elsewhere(
        self, number: int, position: Position, found: County, stated: County
    ) -> tuple[Position | None, str | None]:
        """In the state, but in another county than the row says."""
        meters = self.home.gazetteer.meters_to_county(position, stated.fips)
        says = (
            f"the position lies in {found.full_name}, {meters / 1000:.1f} km from "
            f"{stated.full_name}, which the row names."
        )
        name = "county" if "county" in self.columns else "county_fips"
        if meters > COUNTY_TOLERANCE_M:
            self._say("error", number, name, "county", f"{says} Correct one of the two.")
            return None, None
        self._say("warning", number, name, "county", f"{says} The position was believed.")
        return position, found.fips

    def _approximate(self, values: Values, county: str | None) -> "_Center | None":
        """The middle of the ZIP code, the town or the county, whichever is known first."""
        what = (values.get("zip"), values.get("city"), county, values.get("state"))
        if what not in self._centers:
            self._centers[what] = self._center(*what)
        return self._centers[what]

    def _center(
        self, zip_code: str | None, city: str | None, county: str | None, state: str | None
    ) -> "_Center | None":
        gazetteer = self.home.gazetteer
        if state not in (None, self.home.state):
            return None
        if zip_code and (area := gazetteer.zip(zip_code)):
            return _Center(area.position, "zip", round(area.radius_m or 0), area.county_fips)
        towns = gazetteer.town(city, county) if city else []
        ours = [town for town in towns if town.state == self.home.state]
        if len(ours) == 1:
            town = ours[0]
            return _Center(town.position, "town", round(town.radius_m or 0), town.county_fips)
        if county and (known := gazetteer.counties.get(county)):
            return _Center(known.centroid, "county", _COUNTY_RADIUS_M, county)
        return None


def _place(
    values: Values, position: Position, source: str, radius_m: int | None, county: str | None
) -> None:
    values |= {
        "position": position,
        "position_source": source,
        "position_radius_m": radius_m,
        "county_fips": county,
    }


def _overlap(one: Bounds, other: Bounds) -> bool:
    return (
        one.west <= other.east
        and other.west <= one.east
        and one.south <= other.north
        and other.south <= one.north
    )


def _of_grid(usng: str | None) -> tuple[Position, str, int | None] | None:
    """The middle of a grid square; a coarse square gets its half diagonal as a radius."""
    if usng is None:
        return None
    square = from_usng(usng)
    radius = round(square.size_m * 0.7072) if square.size_m >= _COARSE_SQUARE_M else None
    return square.center, "usng", radius


def _negated(position: Position) -> Position | None:
    return Position(position.lat, -position.lon) if position.lon > 0 else None


def _swapped(position: Position) -> Position | None:
    return Position(position.lon, position.lat) if abs(position.lon) <= 90 else None


def _swapped_and_negated(position: Position) -> Position | None:
    return _negated(Position(position.lon, position.lat)) if abs(position.lon) <= 90 else None


_REPAIRS: tuple[tuple[str, Callable[[Position], Position | None], str, str], ...] = (
    ("longitude-sign", _negated, "the minus sign is missing", "Use negative longitudes."),
    ("swapped", _swapped, "latitude and longitude are swapped", "Exchange the two columns."),
    (
        "swapped-sign",
        _swapped_and_negated,
        "latitude and longitude are swapped and the minus sign is missing",
        "Exchange the two columns and use negative longitudes.",
    ),
)
#: What `Choices.repairs` may hold. Swapped columns are put right by matching them the other way.
REPAIRS = frozenset({"longitude-sign"})
_REPAIR_RULES = frozenset(rule for rule, *_ in _REPAIRS)
