"""A place as somebody on the way to it needs it: in words, as numbers, and as a link to open."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from geo.columns import position_of
from geo.grid import to_usng
from geo.values import NotAPlace, Position
from meris.tables import Incident, Resource

_DIGITS = 5


@dataclass(frozen=True)
class Spot:
    """`words` are as they were given; the others are None where nobody knows a position.

    `within_m` is set when the position is only approximate.
    """

    words: str | None
    lat: float | None = None
    lon: float | None = None
    usng: str | None = None
    within_m: int | None = None

    @property
    def numbers(self) -> str | None:
        """Latitude and longitude as they are copied: 38.95171, -92.33407."""
        return None if self.lat is None else f"{self.lat:.{_DIGITS}f}, {self.lon:.{_DIGITS}f}"

    def link(self, *, apple: bool, label: str) -> str | None:
        """What opens the phone's own maps there; iPhones do not know `geo:` (RFC 5870)."""
        if self.lat is None:
            return None
        at = f"{self.lat:.{_DIGITS}f},{self.lon:.{_DIGITS}f}"
        if apple:
            return f"maps://?daddr={at}&q={quote(label)}"
        return f"geo:{at}?q={at}({quote(label)})"


def of_incident(incident: Incident, site: Resource | None = None) -> Spot:
    """Where it happens; `site`: the resource it happens at, where the viewer may see it."""
    words = incident.place or (site and _address(site)) or incident.jurisdiction
    return _spot(words or None, position_of(incident.position), incident.position_radius_m)


def of_site(site: Resource) -> Spot:
    """Where a shelter, a hospital or a cache is."""
    words = ", ".join(filter(None, (site.name, _address(site))))
    return _spot(words, position_of(site.position), site.position_radius_m)


def _address(site: Resource) -> str:
    return ", ".join(filter(None, (site.address_line1, site.address_line2, site.city)))


def _spot(words: str | None, position: Position | None, within_m: int | None) -> Spot:
    if position is None:
        return Spot(words)
    return Spot(words, position.lat, position.lon, _grid(position), within_m)


def _grid(position: Any) -> str | None:
    try:
        return to_usng(position)
    except NotAPlace:
        return None
