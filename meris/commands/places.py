"""Commands about the map: areas, places to go to, things to open."""

from meris import fields
from meris.commands.meaning import (
    Action,
    Meaning,
    Puzzle,
    Said,
    called_incident,
    called_place,
    incident_of,
    place_of,
    unit_of,
    unit_row,
)
from meris.commands.world import World
from meris.fields.words import with_article
from meris.incidents.places import Place

#: A town is shown from so far, in meters around its middle; a very place from nearer.
_FAR, _NEAR = 10_000, 1_000


def area(said: Said) -> Meaning:
    """A circle around a place, or the pencil."""
    kind = said.value("area_kind")
    title = fields.AREA_KIND[kind].title
    if said.has("draw"):
        sentence = f"Draw {with_article(title.lower())} area on the map."
        return Meaning(sentence, show={"draw": kind})
    bound = said.one("place")
    assert bound is not None  # the pattern asks for it
    place = place_of(said, bound)
    meters: float = said.value("distance")
    where = called_place(said.world, place)
    incident = said.world.in_hand
    body = {
        "kind": kind,
        "name": f"{title}, {_radius(said.world, meters)} around {place.text}",
        "circle": {
            "lat": round(place.position.lat, 6),
            "lon": round(place.position.lon, 6),
            "radius_km": round(meters / 1000, 3),
        },
        "incident_id": incident.id if incident and incident.status != "closed" else None,
    }
    sentence = f"New {title.lower()} area: {_radius(said.world, meters)} around {where}."
    return Meaning(sentence, [Action("POST", "/api/areas", body)], show=_shown(place, meters))


def _radius(world: World, meters: float) -> str:
    return world.home.distances.chosen(meters)


def go(said: Said) -> Meaning:
    """The map moves."""
    bound = said.one("place")
    assert bound is not None  # the pattern asks for it
    place = place_of(said, bound)
    reach = max(place.radius_m or 0, _NEAR if place.radius_m is None else _FAR / 4)
    return Meaning(f"Go to {called_place(said.world, place)}.", show=_shown(place, reach))


def _shown(place: Place, meters: float) -> dict[str, object]:
    return {
        "place": {
            "title": place.text,
            "lat": round(place.position.lat, 6),
            "lon": round(place.position.lon, 6),
            "bounds": None,
            "precision_m": round(meters),
        }
    }


def opened(said: Said) -> Meaning:
    """An incident, a unit or a page."""
    if said.has("rules"):
        return Meaning("Open the rules of dispatch.", show={"page": "/rules"})
    if said.has("unit", "units") and said.one("unit") is None:
        return Meaning("Open the board of units.", show={"page": "/board/units"})
    if said.has("board"):
        return Meaning("Open the board of incidents.", show={"page": "/board"})
    bound = said.one("unit")
    if bound is not None:
        unit = unit_of(said, bound)
        return Meaning(
            f"Open {unit.title}.",
            show={"resource": unit.id},
            rows=[unit_row(said.world, unit)],
        )
    if said.one("incident") is None:
        raise Puzzle("Open what? The end of an incident's number, a unit, or board.")
    incident = incident_of(said, may_be_closed=True)
    return Meaning(f"Open {called_incident(incident)}.", show={"incident": incident.id})
