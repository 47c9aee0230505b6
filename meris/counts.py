"""How many people a shelter has: taking a count, and reading those before it.

A count is never changed. The newest one leads: a trigger makes it the shelter's own figures
(`meris/migrations/sql/0011_counts.sql`), and whoever writes those otherwise leaves a count as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.errors import Forbidden, Invalid, NotFound, refused
from meris.fields import Home
from meris.language import _
from meris.shelters import closed_on_people
from meris.tables import Resource, ShelterCount

#: The field of the catalogue that each figure is read and named by.
FIELDS = {
    "total": "population_total",
    "general": "population_general",
    "medical_needs": "population_medical_needs",
    "other": "population_other",
    "pets": "population_pets",
}
#: The groups that people are counted in; pets are not people.
GROUPS = ("general", "medical_needs", "other")
MOST = 500


@dataclass(frozen=True)
class Count:
    """One count as it was given; None is not counted. The total is that of the groups, unless
    only the total was counted."""

    general: int | None = None
    medical_needs: int | None = None
    other: int | None = None
    pets: int | None = None
    period: str = "adhoc"
    total: int | None = None

    @property
    def people(self) -> int | None:
        """Everybody, or None where the general population is not known."""
        if self.total is not None or self.general is None:
            return self.total
        return sum(getattr(self, group) or 0 for group in GROUPS)


@dataclass(frozen=True)
class Taken:
    """A count that was kept. `leads`: whether it is the newest, so that it is the shelter's now."""

    row: ShelterCount
    leads: bool


def read(given: Mapping[str, Any], home: Home) -> Count:
    """A count from a form or from JSON, figure by figure; empty is not counted.

    Raises `Invalid` with every problem.
    """
    known = fields.by_name("shelter")
    values: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    names = {**FIELDS, "period": "reporting_period"}
    for name, field in names.items():
        try:
            values[name] = known[field].rule.read(given.get(name), home)
        except Invalid as refusal:
            problems.append({"field": name, "value": given.get(name), "message": refusal.message})
    if problems:
        raise Invalid(problems[0]["message"], problems=problems)
    values["period"] = values["period"] or "adhoc"
    count = Count(**values)
    _require_sense(count)
    return count


def _require_sense(count: Count) -> None:
    if all(getattr(count, name) is None for name in FIELDS):
        raise refused("general", _("Nothing was counted. Fill in at least one number."))
    groups = sum(getattr(count, group) or 0 for group in GROUPS)
    if count.total is not None and groups > count.total:
        raise refused(
            "total",
            _(
                "The groups are %(groups)s people together, more than %(total)s in all.",
                groups=f"{groups:,}",
                total=f"{count.total:,}",
            ),
        )


def take(
    session: Session,
    viewer: Viewer,
    shelter_id: int,
    count: Count,
    *,
    at: datetime,
    source: str = "phone",
    key: str | None = None,
) -> Taken:
    """Keep a count of a shelter, taken `at`; the same `key` twice is kept once.

    Raises `NotFound`, `Forbidden`, or `Invalid`: a closed shelter has nobody in it.
    """
    shelter = lock(session, viewer, shelter_id)
    require_countable(viewer, shelter)
    if closed_on_people(shelter.status, count.people):
        raise refused(
            "general",
            _(
                "%(name)s is closed, so nobody can be counted there. Open it first.",
                name=shelter.name,
            ),
        )
    row = {
        "resource_id": shelter_id,
        "at": at,
        "period": count.period,
        "total": count.people,
        **{name: getattr(count, name) for name in (*GROUPS, "pets")},
        "reported_by": viewer.name,
        "source": source,
        "client_key": key,
    }
    statement = (
        insert(ShelterCount).values(row).on_conflict_do_nothing(index_elements=["client_key"])
    )
    session.execute(statement)
    session.expire_all()
    kept = _by_key(session, key) if key else latest(session, shelter_id, at=at)
    assert kept is not None
    newest = latest(session, shelter_id)
    return Taken(kept, leads=newest is not None and newest.id == kept.id)


def lock(session: Session, viewer: Viewer, shelter_id: int) -> Resource:
    """The shelter, with nobody else writing it. Raises `NotFound`, `Invalid` for another kind."""
    statement = select(Resource).where(Resource.id == shelter_id, viewer.policy.condition())
    found = session.scalar(statement.with_for_update(of=Resource, key_share=True))
    if found is None:
        raise NotFound(_("There is no such shelter, or you may not see it."))
    if found.kind != "shelter":
        raise refused(
            "subject", _("%(name)s is no shelter, so nobody is counted there.", name=found.name)
        )
    session.refresh(found)
    return found


def require_countable(viewer: Viewer, shelter: Resource) -> None:
    """Raise `Forbidden` unless the viewer may say how many people a shelter has."""
    granted = viewer.editable(kind=shelter.kind, agency_id=shelter.agency_id)
    if granted is not None and not granted.issuperset(FIELDS.values()):
        raise Forbidden(
            _(
                "%(name)s may not count the people of %(shelter)s. It belongs to %(agency)s.",
                name=viewer.name,
                shelter=shelter.name,
                agency=shelter.agency.name,
            )
        )


def latest(session: Session, shelter_id: int, *, at: datetime | None = None) -> ShelterCount | None:
    """The newest count of a shelter, or the last that was taken `at` a moment."""
    statement = select(ShelterCount).where(ShelterCount.resource_id == shelter_id)
    if at is not None:
        statement = statement.where(ShelterCount.at == at)
    return session.scalar(statement.order_by(*_NEWEST).limit(1))


def history(session: Session, shelter_id: int, *, most: int = 30) -> list[ShelterCount]:
    """The counts of a shelter, the newest first."""
    statement = select(ShelterCount).where(ShelterCount.resource_id == shelter_id)
    return list(session.scalars(statement.order_by(*_NEWEST).limit(min(most, MOST))))


def told(row: ShelterCount) -> dict[str, Any]:
    """A count for JSON: figures, period, and when and by whom it was taken."""
    return {
        "at": row.at.isoformat(),
        "period": row.period,
        **{name: getattr(row, name) for name in FIELDS},
        "reported_by": row.reported_by,
        "source": row.source,
    }


_NEWEST = (ShelterCount.at.desc(), ShelterCount.id.desc())


def _by_key(session: Session, key: str) -> ShelterCount | None:
    return session.scalar(select(ShelterCount).where(ShelterCount.client_key == key))
