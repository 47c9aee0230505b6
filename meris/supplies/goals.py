"""Where goods may be sent: sites and shelters by name, the near ones first."""

from collections.abc import Sequence

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.queries import near
from meris.accounts import Viewer
from meris.errors import refused
from meris.supplies.sheet import KEEPERS
from meris.tables import Resource

_OFFERED = 200


def goals(session: Session, viewer: Viewer, origin: Resource) -> list[str]:
    """The nearest sites and shelters in use, as `goal` reads them: a name, its city, its number."""
    place = position_of(origin.position)
    order = near(Resource.position, place) if place else func.lower(Resource.name)
    statement = (
        select(Resource.id, Resource.name, Resource.city)
        .where(
            viewer.policy.condition(),
            Resource.kind.in_(KEEPERS),
            Resource.status.not_in(("closed", "retired")),
            Resource.id != origin.id,
            *([Resource.position.is_not(None)] if place else []),
        )
        .order_by(order)
        .limit(_OFFERED)
    )
    return [label(*row) for row in session.execute(statement)]


def label(site_id: int, name: str, city: str | None) -> str:
    """Lyceum, Columbia (#12)."""
    return f"{name}{f', {city}' if city else ''} (#{site_id})"


def goal(session: Session, viewer: Viewer, given: str) -> int:
    """The id of the site that is meant: by its number, or by a name that only one site has.

    Raises `Invalid`, with those that it might be.
    """
    words = given.strip()
    number = words.rpartition("(#")[2].rstrip(")") if "(#" in words else words.lstrip("#")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        return int(number)
    found = _named(session, viewer, words)
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise refused("to", f"There is no site called {words[:80]!r}. Choose one of the list.")
    meant = "; ".join(label(*one) for one in found[:3])
    raise refused("to", f"Which one? {meant}.")


def _named(session: Session, viewer: Viewer, words: str) -> Sequence[tuple[int, str, str | None]]:
    exact = func.lower(Resource.name) == words.lower()
    begins = Resource.name.istartswith(words, autoescape=True)
    statement = (
        select(Resource.id, Resource.name, Resource.city)
        .where(viewer.policy.condition(), Resource.kind.in_(KEEPERS), or_(exact, begins))
        .order_by(case((exact, 0), else_=1), Resource.name)
        .limit(4)
    )
    found = [(row.id, row.name, row.city) for row in session.execute(statement)]
    only = [one for one in found if one[1].lower() == words.lower()]
    return only if len(only) == 1 else found
