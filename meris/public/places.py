"""The place that somebody means who looks for a shelter, found without asking anybody outside."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from geo.values import Position
from meris.errors import Invalid
from meris.fields import Home
from meris.incidents.places import read_named

#: Longer than any address; what is longer is nobody's way of naming a place.
LONGEST = 120
_REMEMBERED = 2_000


@dataclass(frozen=True)
class Found:
    """`words` name the place; `within_m` is how far from its middle it reaches, None for a spot."""

    position: Position
    words: str
    within_m: int | None = None


@dataclass(frozen=True)
class Unknown:
    """Nothing of that name, or several: then `choices` are (title, its county, how to ask)."""

    words: str
    choices: tuple[tuple[str, str | None, str], ...] = ()


def find(text: str, home: Home) -> Found | Unknown:
    """A town, ZIP code, county, address, grid reference or coordinates; remembered by its words."""
    return _find(" ".join(text[:LONGEST].split()), home)


@lru_cache(maxsize=_REMEMBERED)
def _find(words: str, home: Home) -> Found | Unknown:
    # a geocoder is asked by dispatchers, a few times an hour; the public would overrun it
    try:
        place = read_named(words, replace(home, geocoder=None))
    except Invalid as refusal:
        return Unknown(words, tuple(map(_choice, refusal.details.get("choices", ()))))
    return Found(place.position, place.text, place.radius_m)


def _choice(one: dict[str, Any]) -> tuple[str, str | None, str]:
    county = one["county"] if one["county"] != one["title"] else None
    return one["title"], county, f"{one['lat']}, {one['lon']}"
