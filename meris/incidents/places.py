"""Where an incident is: anything a caller may say, as a place; and whose place that is.

No street data is shipped, so without a geocoder an address is found by its town, and says so.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.gazetteer import Gazetteer
from geo.geocoder import Address
from geo.grid import to_usng
from geo.names import key
from geo.notation import read_position
from geo.places import Place as Named
from geo.values import NotAPlace, Position
from meris.accounts import Viewer
from meris.errors import Invalid, NotFound, refused
from meris.fields import Home
from meris.fields.words import shown
from meris.incidents import place_words, sites
from meris.language import _
from meris.tables import Area

#: A dispatcher waits so long for a geocoder, in seconds.
_PATIENCE_S = 2.0
_MOST_CHOICES = 6
#: An address of a town may be so far outside it; farther, the geocoder means another town.
_TOWN_TOLERANCE_M = 15_000
_WORD = re.compile(r"[^\W\d_]{3,}")
_ZIP = re.compile(r"\b\d{5}(?:-\d{4})?$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is. `radius_m`: how far off it may be, None for the very place; `note` says
    in a sentence what was guessed. `source` is one of `SOURCES`."""

    position: Position
    source: str
    text: str
    radius_m: int | None = None
    county_fips: str | None = None
    jurisdiction: str | None = None
    resource_id: int | None = None
    area_id: int | None = None
    note: str | None = None
    confidential: bool = False


#: How a place was given, and how that is said.
SOURCES = {
    "click": "Pointed out on the map",
    "coordinates": "Coordinates as given",
    "grid": "US National Grid reference",
    "address": "By its address",
    "place": "By the name of a place",
    "resource": "At a site on the map",
    "area": "Middle of a drawn area",
}


def read_place(session: Session, viewer: Viewer, text: str, home: Home) -> Place:
    """The place that words mean: a position in any notation, a ZIP code, a town, a county, a site,
    an address.

    Raises `Invalid`, with `choices` ([{title, what, lat, lon, radius_m, county}]) where it may be
    several.
    """
    words = " ".join(text.split())
    if not words:
        raise refused(
            "place", _("Where is it? Give an address, a town, a grid reference or coordinates.")
        )
    return (
        _by_position(words, home)
        or _by_name(words, home)
        or _by_site(session, viewer, words, home)
        or _by_address(words, home)
        or _by_guess(session, viewer, words, home)
    )


def read_named(text: str, home: Home) -> Place:
    """The same from the gazetteer alone: no site is looked for, so nobody learns of one."""
    words = " ".join(text.split())
    found = _by_position(words, home) or _by_name(words, home) or _by_address(words, home)
    return found or _guessed(words, (), home)


def at_click(position: Position, home: Home, text: str | None = None) -> Place:
    """The place pointed out on the map, or given as two numbers."""
    said = text or f"{position.lat:.5f}, {position.lon:.5f}"
    return whose(Place(position.rounded(7), "click", said), home)


def at_resource(session: Session, viewer: Viewer, resource_id: int, home: Home) -> Place:
    """At a site or unit on the map. Raises `NotFound`, or `Invalid` when it has no place."""
    site = sites.by_id(session, viewer, resource_id)
    if site is None:
        raise NotFound("There is no such resource, or you may not see it.")
    return _at_site(site, home)


def at_area(session: Session, viewer: Viewer, area_id: int, home: Home) -> Place:
    """A point in the middle of a drawn area, as far off as the area reaches. Raises `NotFound`."""
    statement = select(
        Area.name,
        Area.sensitivity,
        func.ST_AsEWKB(func.ST_PointOnSurface(Area.shape)).label("middle"),
        func.ST_Area(func.geography(Area.shape)).label("square_m"),
    ).where(Area.id == area_id, viewer.policy.areas())
    row = session.execute(statement).one_or_none()
    middle = position_of(row.middle) if row else None
    if row is None or middle is None:
        raise NotFound("There is no such area, or you may not see it.")
    place = Place(
        middle,
        "area",
        row.name,
        radius_m=max(1, round(math.sqrt(row.square_m / math.pi))),
        area_id=area_id,
        confidential=row.sensitivity == "confidential",
    )
    return whose(place, home)


def whose(place: Place, home: Home) -> Place:
    """The place with its county and jurisdiction: the town where it lies in one, else the county.

    Raises `Invalid` for a place neither in the state nor in one beside it.
    """
    gazetteer, position = home.gazetteer, place.position
    county = gazetteer.county_at(position) or gazetteer.neighbor_at(position)
    if county is None:
        raise refused("place", place_words.outside(position, home))
    town = town_at(gazetteer, position)
    abroad = "" if county.state == home.state else f", {county.state}"
    whole = county.full_name + abroad
    return _with(place, county.fips, town.title if town else whole)


def _with(place: Place, county_fips: str, jurisdiction: str) -> Place:
    return Place(
        place.position,
        place.source,
        place.text,
        place.radius_m,
        county_fips,
        place.jurisdiction or jurisdiction,
        place.resource_id,
        place.area_id,
        place.note,
        place.confidential,
    )


def town_at(gazetteer: Gazetteer, position: Position) -> Named | None:
    """The town a position lies in, told by how far its people reach from its middle."""
    reach = 0.3  # degrees, more than the radius of any town here
    around = [
        (position.meters_to(town.position) / town.radius_m, town)
        for town in gazetteer.towns
        if town.population
        and town.radius_m
        and abs(town.position.lat - position.lat) < reach
        and abs(town.position.lon - position.lon) < reach
    ]
    away, town = min(around, key=lambda one: one[0], default=(2.0, None))
    return town if away <= 1 else None


def _by_position(words: str, home: Home) -> Place | None:
    try:
        reading = read_position(words)
    except NotAPlace as refusal:
        if _WORD.search(words) or _ZIP.fullmatch(words) or not re.search(r"\d\D+\d", words):
            return None
        raise refused("place", str(refusal)) from refusal
    grid = reading.notation == "USNG"
    radius = round(reading.precision_m / 2) if reading.precision_m > 100 else None
    place = Place(reading.position, "grid" if grid else "coordinates", words, radius)
    return whose(place, home)


def _by_name(words: str, home: Home) -> Place | None:
    """A ZIP code, a town or a county, named in full."""
    gazetteer = home.gazetteer
    if _ZIP.fullmatch(words) and (zip_code := gazetteer.zip(words)):
        return _named(zip_code, home)
    town = _town_named(words, home)
    if town is not None:
        return _named(town, home)
    county = gazetteer.county_named(words)
    if county is None:
        return None
    radius = county.county.radius_m
    note = place_words.middle(county.county.full_name, radius, home)
    place = Place(county.county.centroid, "place", county.county.full_name, radius, note=note)
    return _with(place, county.county.fips, county.county.full_name)


def _town_named(words: str, home: Home) -> Named | None:
    """The one town of this name, perhaps with its state. Raises `Invalid` when there are more."""
    name, _, state = words.rpartition(" ") if "," not in words else words.rpartition(",")
    postal = key(state).upper()
    towns = home.gazetteer.town(words) if "," not in words else []
    if name and not towns:
        towns = [town for town in home.gazetteer.town(name) if town.state == postal]
    own = [town for town in towns if town.state == home.state] or towns
    if len(own) > 1 and own[1].population * 20 > own[0].population:
        raise _several(words, own, home)
    return own[0] if own else None


def _named(named: Named, home: Home, text: str | None = None, source: str = "place") -> Place:
    radius = round(named.radius_m or 0) or None
    where = _("ZIP code %(code)s", code=named.title) if named.kind == "zip" else named.title
    note = place_words.middle(where, radius, home) if radius else None
    if source == "address" and note:
        note = place_words.no_street(note)
    place = Place(named.position, source, text or named.title, radius, note=note)
    town = named.title if named.kind == "town" else None
    return _with(whose(place, home), *_mine(named, place, home, town))


def _mine(named: Named, place: Place, home: Home, town: str | None) -> tuple[str, str]:
    placed = whose(place, home)
    return named.county_fips or placed.county_fips or "", town or placed.jurisdiction or ""


def _by_site(session: Session, viewer: Viewer, words: str, home: Home) -> Place | None:
    """A resource by its name, or by its very address."""
    found = sites.named(session, viewer, words)
    if len(found) > 1:
        raise _several_sites(words, found, home)
    return _at_site(found[0], home) if found else None


def _at_site(site: sites.Site, home: Home) -> Place:
    if site.position is None:
        raise refused("place", place_words.unplaced(site.name))
    place = Place(
        site.position,
        "resource",
        site.text,
        site.radius_m,
        resource_id=site.id,
        note=_("At %(name)s.", name=site.name),
        confidential=site.confidential,
    )
    return whose(place, home)


def _by_address(words: str, home: Home) -> Place | None:
    """By the geocoder of the installation, else by the town or ZIP code at its end."""
    street, town = _split(words, home)
    if town is None or not street:
        return None
    found = _geocoded(street, town, home)
    if found is not None:
        return found
    return _named(town, home, words, "address")


def _split(words: str, home: Home) -> tuple[str, Named | None]:
    """The street, and the town or ZIP code that stands behind it: the longest name there is."""
    code = _ZIP.search(words)
    bare = words[: code.start()].rstrip(" ,") if code else words
    for state in (home.name, home.state):
        bare = re.sub(rf"[\s,]+{re.escape(state)}$", "", bare, flags=re.IGNORECASE)
    parts = bare.replace(",", " , ").split()
    for at in range(max(1, len(parts) - 4), len(parts)):
        towns = home.gazetteer.town(" ".join(part for part in parts[at:] if part != ","))
        own = [town for town in towns if town.state == home.state and parts[at] != ","]
        if own:
            return " ".join(parts[:at]).rstrip(" ,").replace(" ,", ","), own[0]
    place = home.gazetteer.zip(code[0]) if code else None
    return bare, place


def _geocoded(street: str, town: Named, home: Home) -> Place | None:
    if home.geocoder is None:
        return None
    city = town.town if town.kind == "zip" else town.name
    code = town.name if town.kind == "zip" else None
    address = Address(street, city, None, home.state, code)
    found = home.geocoder.find([address], _PATIENCE_S).found[0]
    far = (town.radius_m or 0) + _TOWN_TOLERANCE_M
    if found is None or found.position.meters_to(town.position) > far:
        return None
    text = f"{street}, {city}"
    return whose(Place(found.position, "address", text, found.radius_m), home)


def _by_guess(session: Session, viewer: Viewer, words: str, home: Home) -> Place:
    """What begins like the words: taken when there is one, offered when there are several."""
    return _guessed(words, sites.like(session, viewer, words, _MOST_CHOICES), home)


def _guessed(words: str, found: Sequence[sites.Site], home: Home) -> Place:
    towns = home.gazetteer.search(words, _MOST_CHOICES)
    if len(found) == 1 and not towns:
        return _at_site(found[0], home)
    if len(towns) == 1 and not found:
        return _named(towns[0], home)
    if not found and not towns:
        raise refused("place", place_words.unknown(words))
    raise _unclear(words, [*_sites(found, home), *_choices(towns, home)][:_MOST_CHOICES])


def _several(words: str, towns: Sequence[Named], home: Home) -> Invalid:
    return _unclear(words, _choices(towns[:_MOST_CHOICES], home))


def _several_sites(words: str, found: Sequence[sites.Site], home: Home) -> Invalid:
    return _unclear(words, _sites(found[:_MOST_CHOICES], home))


def _choices(named: Sequence[Named], home: Home) -> list[dict[str, Any]]:
    return [
        _choice(one.title, one.what, one.position, one.radius_m, one.county_fips, home)
        for one in named
    ]


def _sites(found: Sequence[sites.Site], home: Home) -> list[dict[str, Any]]:
    return [
        _choice(one.name, one.text, one.position, one.radius_m, one.county_fips, home)
        | {"resource_id": one.id}
        for one in found
        if one.position is not None
    ]


def _choice(
    title: str,
    what: str,
    position: Position,
    radius_m: float | None,
    county_fips: str | None,
    home: Home,
) -> dict[str, Any]:
    county = home.gazetteer.counties.get(county_fips or "")
    return {
        "title": title,
        "what": what,
        "lat": round(position.lat, 6),
        "lon": round(position.lon, 6),
        "radius_m": radius_m and round(radius_m),
        "county": county.full_name if county else None,
    }


def as_json(place: Place, home: Home) -> dict[str, Any]:
    """What was understood, for a form to show before anything is made."""
    county = home.gazetteer.counties.get(place.county_fips or "")
    abroad = home.gazetteer.neighbors.get(place.county_fips or "") if county is None else None
    return {
        "lat": round(place.position.lat, 6),
        "lon": round(place.position.lon, 6),
        "usng": to_usng(place.position),
        "radius_m": place.radius_m,
        "source": place.source,
        "source_title": SOURCES[place.source],
        "text": place.text,
        "county": (county or abroad).full_name if county or abroad else None,  # type: ignore[union-attr]
        "county_fips": place.county_fips,
        "jurisdiction": place.jurisdiction,
        "resource_id": place.resource_id,
        "note": place.note,
    }


def _unclear(words: str, choices: list[dict[str, Any]]) -> Invalid:
    message = _("%(words)s may be one of several places. Which one?", words=shown(words))
    problem = {"field": "place", "message": message}
    return Invalid(message, problems=[problem], choices=choices)
