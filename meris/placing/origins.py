"""Where the people are: a place typed, pointed out, or that of something on the map.

It is used for the answer and kept nowhere.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import position_of as stored
from meris.accounts import Viewer
from meris.errors import Invalid, NotFound
from meris.fields import Home
from meris.incidents.places import Place, at_area, at_click, at_resource, read_place
from meris.incidents.typed import number_of, position_of
from meris.tables import Incident

#: What may say where; the first that is given counts, in this order.
NAMES = ("incident_id", "resource_id", "area_id", "latitude", "longitude", "place")
_MOST_WORDS = 200


def origin(session: Session, viewer: Viewer, given: Mapping[str, Any], home: Home) -> Place:
    """The place that was given: `incident_id`, `resource_id`, `area_id`, `latitude` and
    `longitude`, or `place` in words.

    Raises `NotFound`, or `Invalid`, with `choices` where words mean several places.
    """
    if (incident_id := number_of(given.get("incident_id"), "incident_id")) is not None:
        return _at_incident(session, viewer, incident_id, home)
    if (resource_id := number_of(given.get("resource_id"), "resource_id")) is not None:
        return at_resource(session, viewer, resource_id, home)
    if (area_id := number_of(given.get("area_id"), "area_id")) is not None:
        return at_area(session, viewer, area_id, home)
    if (click := position_of(given)) is not None:
        return at_click(click, home)
    words = given.get("place")
    if words is not None and not isinstance(words, str):
        raise Invalid('"place" is to be text.')
    return read_place(session, viewer, (words or "")[:_MOST_WORDS], home)


def _at_incident(session: Session, viewer: Viewer, incident_id: int, home: Home) -> Place:
    statement = select(Incident).where(Incident.id == incident_id, viewer.policy.incidents())
    found = session.scalar(statement)
    if found is None:
        raise NotFound("There is no such incident, or you may not see it.")
    position = stored(found.position)
    if position is None:
        raise Invalid(f"Incident {found.number} has no place yet. Type where the people are.")
    return at_click(position, home, f"incident {found.number}")
