"""Units that could be sent for a line: where it names a kind of unit, the nearest ready ones."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.queries import near as nearest
from geo.values import Position
from meris import fields
from meris.accounts import Viewer
from meris.dispatch.candidates import READY
from meris.dispatch.terms import Terms
from meris.dispatch.travel import StraightLine, profiles
from meris.fields.words import key
from meris.tables import Agency, RequestLine, Resource

_MOST = 6


def kind_of(line: RequestLine) -> str | None:
    """The kind of unit that a line asks for; None for goods."""
    if line.item_code is not None:
        return None
    kinds = fields.types("unit")
    words = key(line.item_name)
    for kind in kinds:
        names = {key(word) for word in (kind.code, kind.title, *kind.synonyms)}
        if {words, words.removesuffix("s"), words.removesuffix("es")} & names:
            return str(kind.code) if kind.code != "other" else None
    return None


def near(
    session: Session, viewer: Viewer, line: RequestLine, to: Position | None, terms: Terms
) -> list[dict[str, Any]]:
    """The nearest units of that kind that are ready, the soonest first."""
    kind = kind_of(line)
    if kind is None or to is None:
        return []
    away = nearest(Resource.position, to)
    statement = (
        select(Resource, Agency.name.label("agency"), away.label("meters"))
        .join(Agency, Agency.id == Resource.agency_id)
        .where(
            Resource.kind == "unit",
            Resource.type == kind,
            Resource.position.is_not(None),
            Resource.status.in_(READY),
            viewer.policy.condition(),
        )
        .order_by(away)
        .limit(_MOST)
    )
    profile, router = profiles(session)[kind], StraightLine(terms.detour)
    found = []
    for row in session.execute(statement):
        place = position_of(row.Resource.position)
        assert place is not None
        staged = row.Resource.status == "staged"
        estimate = router.estimate(place, to, profile, staged=staged)
        found.append(
            {
                "id": row.Resource.id,
                "name": row.Resource.name,
                "agency": row.agency,
                "status": row.Resource.status,
                "distance_m": round(row.meters),
                "minutes": round(estimate.minutes),
                "how": estimate.how,
                "may_commit": viewer.may("dispatch"),
            }
        )
    return sorted(found, key=lambda one: one["minutes"])
