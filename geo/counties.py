"""Counties as values, and how people name them."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.names import folded
from geo.states import StateFacts
from geo.values import METERS_PER_DEGREE, Bounds, Position


@dataclass(frozen=True, slots=True)
class County:
    """A county equivalent, by its five-digit FIPS code.

    `name` is "Boone", `full_name` "Boone County"; `centroid` is where its name stands on a map;
    `geometry` the exact boundary (longitude first). `population` and `regions` (scheme to region)
    are known for the state's own counties only.
    """

    fips: str
    name: str
    full_name: str
    state: str
    population: int | None
    centroid: Position
    geometry: Polygon | MultiPolygon = field(repr=False, compare=False)
    regions: dict[str, str] = field(default_factory=dict, compare=False)
    is_city: bool = False

    @property
    def bounds(self) -> Bounds:
        """The box around the county."""
        return Bounds(*self.geometry.bounds)

    @property
    def radius_m(self) -> int:
        """How far from `centroid` the county reaches, in meters (on a plane, within 1 %)."""
        shrink = math.cos(math.radians(self.centroid.lat))
        away = shapely.get_coordinates(self.geometry) - (self.centroid.lon, self.centroid.lat)
        return round(float(np.hypot(away[:, 0] * shrink, away[:, 1]).max()) * METERS_PER_DEGREE)

    @property
    def same_code(self) -> str:
        """The whole county as the Emergency Alert System names it: six digits, 0 first."""
        return f"0{self.fips}"

    @property
    def ugc_code(self) -> str:
        """The county as the National Weather Service names it, e.g. MOC019."""
        return f"{self.state}C{self.fips[2:]}"


@dataclass(frozen=True, slots=True)
class CountyMatch:
    """The county that a text names; `warning` where it might name another one too."""

    county: County
    warning: str | None = None


_CODE = re.compile(r"(\d{1,6})(?:\.0*)?")
_UGC = re.compile(r"([A-Z]{2})C(\d{3})")

#: Words that say what kind of thing a name is, or only hold it together.
_COUNTY_WORDS = {"county", "co", "cnty", "parish"}
_GLUE = {"of"}


class CountyNames:
    """Finds counties of one state by what people and files call them."""

    def __init__(self, facts: StateFacts, counties: Iterable[County]) -> None:
        self._facts = facts
        self._by_fips = {county.fips: county for county in counties}
        self._by_name: dict[str, list[County]] = defaultdict(list)
        # Counties before independent cities: a bare name means the county.
        for county in sorted(self._by_fips.values(), key=lambda county: county.is_city):
            self._by_name["".join(_words(_bare_name(county)))].append(county)

    def find(self, text: str) -> CountyMatch | None:
        """The county that `text` names, by name or by code (FIPS, SAME or UGC)."""
        text = text.strip()
        if code := _CODE.fullmatch(text):
            return self._by_number(code[1])
        if code := _UGC.fullmatch(text.upper()):
            is_ours = code[1] == self._facts.postal
            return self._by_number(self._facts.fips + code[2]) if is_ours else None
        return self._by_words(text)

    def _by_number(self, digits: str) -> CountyMatch | None:
        """One to three digits count within the state; six are a SAME code, part of county first."""
        fips = self._facts.fips + digits.zfill(3) if len(digits) <= 3 else digits[-5:].zfill(5)
        county = self._by_fips.get(self._facts.retired_codes.get(fips, fips))
        if county is None:
            return None
        if county.fips != fips:
            return CountyMatch(county, f"{fips} is an old code, taken as {county.full_name}.")
        if digits == self._facts.fips:
            state = self._facts.name
            return CountyMatch(
                county, f"{digits} is the code of {state} too; taken as {county.full_name}."
            )
        return CountyMatch(county)

    def _by_words(self, text: str) -> CountyMatch | None:
        all_words = self._without_state(text).split()
        words = _words(" ".join(all_words))
        says_county = bool(_COUNTY_WORDS & set(all_words))
        name = "".join(words)
        if known := self._by_name.get(name):
            return _county_first(known, text, says_county=says_county)
        if "city" in (words[:1] + words[-1:]):
            return self._city("".join(words[1:] if words[0] == "city" else words[:-1]))
        return self._saint_or_sainte(name, text)

    def _without_state(self, text: str) -> str:
        plain = folded(text)
        for ending in (folded(self._facts.name), folded(self._facts.postal)):
            plain = plain.removesuffix(f" {ending}")
        return plain

    def _city(self, name: str) -> CountyMatch | None:
        cities = [county for county in self._by_name.get(name, []) if county.is_city]
        return CountyMatch(cities[0]) if cities else None

    def _saint_or_sainte(self, name: str, text: str) -> CountyMatch | None:
        other = f"st{name[3:]}" if name.startswith("ste") else f"ste{name[2:]}"
        known = self._by_name.get(other) if name.startswith("st") else None
        return (
            CountyMatch(known[0], f'"{text}" is taken as {known[0].full_name}.') if known else None
        )


def _words(text: str) -> list[str]:
    return [word for word in folded(text).split() if word not in _COUNTY_WORDS | _GLUE]


def _bare_name(county: County) -> str:
    return county.name.removesuffix(" city") if county.is_city else county.name


def _county_first(known: list[County], text: str, *, says_county: bool) -> CountyMatch | None:
    first = known[0]
    if says_county:
        return None if first.is_city else CountyMatch(first)
    cities = [county for county in known[1:] if county.is_city]
    if first.is_city or not cities:
        return CountyMatch(first)
    return CountyMatch(
        first,
        f'"{text}" may be a city or a county; taken as {first.full_name}.'
        f" Write {cities[0].full_name} for the city.",
    )
