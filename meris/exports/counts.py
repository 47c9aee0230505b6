"""How much there is to export, and when it last changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import Policy
from meris.fields import RESOURCE_KIND, ROW_KINDS
from meris.tables import Resource


@dataclass(frozen=True)
class Held:
    """Records of one kind of file (sites, not stock lines), and when the latest was changed."""

    kind: str
    count: int
    changed_at: datetime | None


def held(session: Session, policy: Policy, agency_id: int | None = None) -> list[Held]:
    """What a policy admits of an agency's (None: of everybody's) records, kind by kind."""
    statement = (
        select(Resource.kind, func.count(), func.max(Resource.updated_at))
        .where(policy.condition())
        .group_by(Resource.kind)
    )
    if agency_id is not None:
        statement = statement.where(Resource.agency_id == agency_id)
    found = {kind: (count, at) for kind, count, at in session.execute(statement)}
    return [Held(kind, *found.get(RESOURCE_KIND[kind], (0, None))) for kind in ROW_KINDS]
