"""Where a row is: its position, held against state and county, or an area that it names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.values import Bounds, Position
from meris.errors import Invalid
from meris.fields import Home
from meris.fields import field as field_of
from meris.fields.record import UNPLACED
from meris.uploads.addresses import Addresses
from meris.uploads.areas import Areas, Where, in_address
from meris.uploads.borders import Borders, Telling
from meris.uploads.cells import Record
from meris.uploads.decisions import Choices, Corrections
from meris.uploads.fixes import Fix, reading
from meris.uploads.given import POSITION_FIELDS, Fault, Given, Values, given
from meris.uploads.match import Match
from meris.uploads.problems import Level, Problems
from meris.uploads.repairs import Repairs
from meris.uploads.sheet import Sheet

# Instead of a county code, for numbers outside of the box around the state.
_OUTSIDE = "outside"

_OTHERS = {
    "coordinates": "the coordinates in one cell",
    "usng": "the grid reference",
    "northing": "X and Y",
}


@dataclass
class Locator:
    """Gives each row its position, how it was found, and its county.

    A batch of rows is looked up at once, then each of them is located.
    """

    home: Home
    telling: Telling
    borders: Borders
    repairs: Repairs
    areas: Areas
    addresses: Addresses | None
    dropped: tuple[str, ...]
    _given: dict[int, tuple[Given | None, Fault | None]] = field(default_factory=dict)
    _codes: dict[int, str | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        sheet: Sheet,
        match: Match,
        home: Home,
        problems: Problems,
        choices: Choices,
        corrections: Corrections,
    ) -> "Locator":
        """The locator for the columns that were found."""
        columns = {column.field.name: column.label for column in match.columns}
        telling = Telling(columns, problems)
        return cls(
            home,
            telling,
            Borders(match.kind, home, choices, telling),
            Repairs.of(sheet, match, home, choices, corrections),
            Areas(home),
            Addresses(home.geocoder, home, problems) if home.geocoder else None,
            tuple(name for name in POSITION_FIELDS if name in columns or name in match.constants),
        )

    def look_up(self, batch: Sequence[Record]) -> None:
        """Read the positions of a batch and find their counties, ten times faster than one by one;
        ask for the addresses of those without."""
        self._given = {record.number: given(record.values) for record in batch}
        inside = [
            (number, found.lat, found.lon)
            for number, (found, _) in self._given.items()
            if found is not None and _within(self.home.bounds, found.lat, found.lon)
        ]
        lats, lons = np.array([one[1] for one in inside]), np.array([one[2] for one in inside])
        codes = self.home.gazetteer.counties_at(lats, lons)
        self._codes = {number: code for (number, *_), code in zip(inside, codes, strict=True)}
        if self.addresses is not None:
            lost = [
                record
                for record in batch
                if self._given[record.number] == (None, None) and not _stays_off(record.values)
            ]
            self.addresses.look_up(lost)

    def locate(self, number: int, values: Values) -> bool:
        """Replace what a row says of its place by position, source, radius and county code.

        False when the row is another state's, so that nothing else about it matters.

        1. A row of another state goes no further, unless that is allowed.
        2. A position given in degrees or as a grid reference is checked (domain §8.6); numbers
           that are no place in the state are repaired if a person accepted that, else refused.
        3. Without one, its address is looked up, where there is a geocoder.
        4. Else the middle of its ZIP code, town or county is an approximate place.
        5. The county follows from an exact position; a stated county is held against it.
        """
        stated = self._stated_county(number, values)
        found, fault = self._given.pop(number)
        stays_off = _stays_off(values)
        for name in self.dropped:
            values.pop(name, None)
        state = values.get("state")
        if state is not None and not self.borders.admits(number, state):
            return False
        where = Where(values.get("zip"), values.get("city"), stated, state)
        if found is not None:
            if found.field != "latitude":
                self._tell_choice(number, found, fault)
            self._place_exactly(number, values, found, where)
        elif fault is not None:
            self._tell_fault(number, fault)
        elif stays_off:
            self._leave_off(number, values, where, "the file says that it is not placed")
        else:
            self._place_roughly(number, values, where)
        return True

    def proposals(self) -> list[dict[str, Any]]:
        """The repairs proposed for the rows so far; see `Repairs.as_json`."""
        return self.repairs.as_json()

    def _stated_county(self, number: int, values: Values) -> str | None:
        """The county by code or name; the code wins where they differ."""
        by_code, by_name = values.get("county_fips"), values.get("county")
        if by_code and by_name and by_code != by_name:
            counties = self.home.gazetteer.counties
            self.telling.say(
                "warning",
                number,
                "county",
                "county code",
                f"the county is {counties[by_name].full_name} but its code is that of "
                f"{counties[by_code].full_name}; the code was used.",
            )
        return by_code or by_name

    def _place_exactly(self, number: int, values: Values, found: Given, where: Where) -> None:
        position, source = _position(found), found.source
        code = self._codes.get(number, _OUTSIDE)
        if code == _OUTSIDE:
            code = None
            mended = self.repairs.of_row(number)
            if mended is None and position is None:
                self._tell_no_degrees(number, found)
                return
            if mended is not None:
                if mended.position is None:
                    self._propose(number, found, mended.id, f"{mended.fault}. {mended.fix}.")
                    return
                says = f"{mended.fault}; this was put right."
                self.telling.say("warning", number, _second(found), "repaired", says)
                position, code, source = mended.position, mended.code, "repaired"
        assert position is not None
        fixed, code = self.borders.check(number, position, code, where.county, where.state)
        if fixed is not None:
            _place(values, fixed, source, found.radius_m, code)

    def _propose(self, number: int, found: Given, repair: str, message: str) -> None:
        fix = Fix("Do so in every row that needs it", {"repair": repair})
        self.telling.say("error", number, _second(found), f"repair:{repair}", message, fix)

    def _tell_choice(self, number: int, found: Given, fault: Fault | None) -> None:
        """Say that latitude and longitude were of no use where something else gave the place."""
        if "latitude" not in self.telling.columns:
            return
        why = "are no location" if fault == "zero" else "are empty"
        if fault in ("latitude", "longitude"):
            why = "are not both there"
        says = f"latitude and longitude {why}; {_OTHERS[found.field]} gave the place."
        self.telling.say("note", number, None, "other numbers", says)

    def _tell_fault(self, number: int, fault: Fault) -> None:
        """Latitude and longitude say something, but no place, and nothing else gives one."""
        if fault == "zero":
            self.telling.say(
                "error",
                number,
                "latitude",
                "no location",
                "latitude and longitude are zero, or both the same, which is no location. Correct "
                "them, or empty the cells to place the row by its ZIP code or town.",
                *self._emptying("latitude"),
            )
        elif not self.telling.told(number, fault):
            there = "longitude" if fault == "latitude" else "latitude"
            self.telling.say(
                "error",
                number,
                fault,
                "half a location",
                f"there is a {there} but no {fault}. Fill in both, or neither.",
                *self._emptying(there),
            )

    def _emptying(self, name: str) -> tuple[Fix, ...]:
        do = {"set": {"column": self.telling.columns.get(name), "to": ""}}
        return (Fix("Place these rows by ZIP code, town or county", do),)

    def _tell_no_degrees(self, number: int, found: Given) -> None:
        """Numbers too large for degrees, in the words of the rule for latitude or longitude."""
        for name, value in (("latitude", found.lat), ("longitude", found.lon)):
            try:
                field_of("shelter", name).rule.read(
                    f"{value:.7f}".rstrip("0").rstrip("."), self.home
                )
            except Invalid as refusal:
                at = name if found.field == "latitude" else found.field
                self.telling.say("error", number, at, "no degrees", refusal.message)
                return

    def _place_roughly(self, number: int, values: Values, where: Where) -> None:
        """By its address or, as an area, by its ZIP code, town or county."""
        if self.addresses and (answer := self.addresses.of_row(number, where.county)):
            _place(values, answer.position, "geocoder", answer.radius_m, answer.county)
            return
        if where.zip is None and where.city is None:
            where = in_address(where, values.get("address_line1"), self.home.state)
        area, advice = self.areas.find(where)
        for name, message, suggestion in advice:
            label, value = self.telling.columns.get(name), getattr(where, name)
            fixes = reading(label, value, suggestion) if suggestion else ()
            level: Level = "warning" if suggestion or area is None else "note"
            self.telling.say(level, number, name, name, message, *fixes)
        if area is not None:
            _place(values, area.position, area.source, area.radius_m, area.county)
        else:
            self._leave_off(number, values, where, "no place was found")

    def _leave_off(self, number: int, values: Values, where: Where, why: str) -> None:
        values["county_fips"] = where.county
        self.telling.say("note", number, None, "unplaced", f"{why}; not on the map.")


def _stays_off(values: Values) -> bool:
    return values.get("position_source") == UNPLACED


def _position(found: Given) -> Position | None:
    """The numbers as a place on the Earth, where they are degrees."""
    if abs(found.lat) <= 90 and abs(found.lon) <= 180:
        return Position(found.lat, found.lon)
    return None


def _second(found: Given) -> str:
    """The field to speak of when longitude is meant."""
    return {"latitude": "longitude", "northing": "easting"}.get(found.field, found.field)


def _within(bounds: Bounds, lat: float, lon: float) -> bool:
    return bounds.south <= lat <= bounds.north and bounds.west <= lon <= bounds.east


def _place(
    values: Values, position: Position, source: str, radius_m: int | None, county: str | None
) -> None:
    values |= {
        "position": position,
        "position_source": source,
        "position_radius_m": radius_m,
        "county_fips": county,
    }
