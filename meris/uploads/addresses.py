"""Rows without coordinates whose address a geocoder knows, for installations that have one."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from geo.geocoder import Address, AddressSearch, Found
from geo.values import Position
from meris.fields import Home
from meris.uploads.borders import COUNTY_TOLERANCE_M
from meris.uploads.cells import Record
from meris.uploads.given import Values
from meris.uploads.problems import Problems

# A file waits so long for its addresses, all rows together.
_PATIENCE_S = 60.0


class Answer(NamedTuple):
    """Where an address is; `radius_m` None means the very place."""

    position: Position
    radius_m: int | None
    county: str


class Addresses:
    """Asks for the addresses of a file's rows, a batch at a time. Trouble never fails the file."""

    def __init__(self, search: AddressSearch, home: Home, problems: Problems) -> None:
        self._search, self._home, self._problems = search, home, problems
        self._left = _PATIENCE_S
        self._found: dict[int, Found] = {}

    def look_up(self, lost: Sequence[Record]) -> None:
        """Ask for the addresses of some rows; those that have none are left alone."""
        self._found = {}
        asked = [(record.number, one) for record in lost if (one := self._address(record.values))]
        if not asked:
            return
        began = time.monotonic()
        answers = self._search.find([one for _, one in asked], self._left)
        self._left -= time.monotonic() - began
        if answers.trouble:
            self._left = 0
            self._problems.add(
                "note",
                None,
                None,
                f"The address search {answers.trouble}. Rows it did not find are placed by their "
                "ZIP code, town or county. Check the file again to ask for the others.",
                rule="address search",
            )
        pairs = zip(asked, answers.found, strict=True)
        self._found = {number: found for (number, _), found in pairs if found is not None}

    def of_row(self, number: int, county: str | None) -> Answer | None:
        """The place of a row's address, if it is known and lies where the row says it is."""
        found = self._found.get(number)
        if found is None:
            return None
        at = self._home.gazetteer.county_at(found.position)
        if at is None or not self._is_near(found.position, at.fips, county):
            self._problems.add(
                "note",
                number,
                None,
                "its address was found in another county or state; not used.",
                rule="address search",
            )
            return None
        return Answer(found.position, found.radius_m, at.fips)

    def _is_near(self, position: Position, fips: str, county: str | None) -> bool:
        if county is None or fips == county:
            return True
        return self._home.gazetteer.meters_to_county(position, county) <= COUNTY_TOLERANCE_M

    def _address(self, values: Values) -> Address | None:
        street, state = values.get("address_line1"), values.get("state") or self._home.state
        if not street or state != self._home.state:
            return None
        counties = self._home.gazetteer.counties
        county = counties.get(values.get("county_fips") or values.get("county") or "")
        name = county.full_name if county else None
        return Address(street, values.get("city"), name, state, values.get("zip"))
