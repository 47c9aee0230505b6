"""What is stale or about to be, the most urgent first.

First the shelters where people sleep: each is weighed by how far past its limits it is and by the
people in it. Then those told to be ready and the sites that hand out goods, then all others; of
each status the index hands over what was confirmed the longest ago, so that a page of the list
costs a page of rows and not the state's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from meris import age_limits
from meris.accounts import Viewer
from meris.age_limits import Limits
from meris.errors import Invalid
from meris.fields import KINDS
from meris.shelters import IN_USE
from meris.tables import ContactTry, ContactTurn, Resource, Shelter

PAGE = 25
MOST_PAGES = 400
#: Nobody counts further than a person would read.
MOST_COUNTED = 1_000
#: Due so long before the limit: an eighth of it, and at most a day.
_AHEAD, _LONGEST_AHEAD = 8, timedelta(days=1)
#: Somebody may sleep where nobody has counted: taken for so many.
_PEOPLE_UNKNOWN = 20
#: What was never confirmed is taken for so many times its limit.
_NEVER = 20.0
_READY = {"shelter": ("alert", "standby", "unknown"), "supply_site": ("open", "standby")}
SHOWS = ("due", "waiting")


@dataclass(frozen=True)
class Asked:
    """Which part of the list: `kind` one of the kinds or "" for sites; `show`: due, or waiting for
    their next try. `agency_id` and `county_fips` narrow it."""

    kind: str = ""
    county_fips: str | None = None
    agency_id: int | None = None
    show: str = "due"
    page: int = 1

    def __post_init__(self) -> None:
        if self.kind and self.kind not in KINDS:
            raise Invalid(f"There is no kind {self.kind!r}. The kinds are {', '.join(KINDS)}.")
        if self.show not in SHOWS:
            raise Invalid(f"There is no list {self.show!r}. There are {' and '.join(SHOWS)}.")
        if not 1 <= self.page <= MOST_PAGES:
            raise Invalid(f"The list has {MOST_PAGES} pages at most. Narrow it.")

    @property
    def kinds(self) -> tuple[str, ...]:
        """A unit is asked by its dispatcher, so it is on the list only when that is wanted."""
        return (self.kind,) if self.kind else ("shelter", "supply_site")


def worklist(
    session: Session, viewer: Viewer, asked: Asked, now: datetime
) -> tuple[list[int], bool]:
    """The ids of a page, the most urgent first, and whether there are more."""
    skip = (asked.page - 1) * PAGE
    if asked.show == "waiting":
        statement = _waiting(viewer, asked).limit(PAGE + 1).offset(skip)
    else:
        listed = union_all(*_branches(session, viewer, asked, now, skip + PAGE + 1)).subquery()
        statement = (
            select(listed.c.id)
            .order_by(listed.c.tier, listed.c.urgency.desc(), listed.c.id)
            .limit(PAGE + 1)
            .offset(skip)
        )
    ids = list(session.scalars(statement))
    return ids[:PAGE], len(ids) > PAGE


def total(session: Session, viewer: Viewer, asked: Asked, now: datetime) -> int:
    """How many are on the list; `MOST_COUNTED` stands for that many or more."""
    if asked.show == "waiting":
        rows: Select[Any] = select(_waiting(viewer, asked).limit(MOST_COUNTED).subquery())
        return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    branches = _branches(session, viewer, asked, now, MOST_COUNTED, ranked=False)
    counted = union_all(*branches).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


def mine(session: Session, viewer: Viewer) -> list[int]:
    """What the viewer has in hand, the first taken first."""
    held = ContactTurn.account_id == viewer.account_id, ContactTurn.until > func.now()
    statement = (
        select(ContactTurn.resource_id)
        .join(Resource, Resource.id == ContactTurn.resource_id)
        .where(*held, viewer.policy.condition())
        .order_by(ContactTurn.until)
    )
    return list(session.scalars(statement))


def _branches(
    session: Session,
    viewer: Viewer,
    asked: Asked,
    now: datetime,
    most: int,
    *,
    ranked: bool = True,
) -> list[Select[Any]]:
    """A query for each part of the list, each in its own order and no longer than needed. Who only
    counts does not ask who comes first, and every shelter in use need not be weighed."""
    limits = {key: one for key, one in age_limits.every(session).items() if key[0] in asked.kinds}
    known = [viewer.policy.condition(), *_narrowed(asked), ~_waits()]
    parts = [
        _by_age(kind, status, limit, now, [said, *known], most)
        for (kind, status), limit in limits.items()
        if (kind, status) not in _SHELTERING
        # two walks: with OR between them the index would be read to its end
        for said in (Resource.confirmed_at.is_(None), Resource.confirmed_at <= _before(limit, now))
    ]
    if "shelter" in asked.kinds:
        parts.append(_by_people(limits, now, known, most, ranked=ranked))
    return parts


_SHELTERING = frozenset(("shelter", status) for status in IN_USE)


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    conditions = []
    if asked.county_fips:
        conditions.append(Resource.county_fips == asked.county_fips)
    if asked.agency_id:
        conditions.append(Resource.agency_id == asked.agency_id)
    return conditions


def _waits() -> ColumnElement[bool]:
    """Whether nobody answered and the next try is still to come."""
    return exists().where(
        ContactTry.resource_id == Resource.id,
        ContactTry.next_at > func.now(),
        or_(Resource.confirmed_at.is_(None), ContactTry.at > Resource.confirmed_at),
    )


def _waiting(viewer: Viewer, asked: Asked) -> Select[Any]:
    """Those whose next try is to come, the soonest first."""
    again = func.max(ContactTry.next_at)
    return (
        select(Resource.id)
        .join(ContactTry, ContactTry.resource_id == Resource.id)
        .where(
            ContactTry.next_at > func.now(),
            or_(Resource.confirmed_at.is_(None), ContactTry.at > Resource.confirmed_at),
            Resource.kind.in_(asked.kinds),
            viewer.policy.condition(),
            *_narrowed(asked),
        )
        .group_by(Resource.id)
        .order_by(again, Resource.id)
    )


def ahead(limit: timedelta) -> timedelta:
    """How long before its limit a fact is worth asking for."""
    return min(limit / _AHEAD, _LONGEST_AHEAD)


def _before(limits: Limits, now: datetime) -> datetime:
    """What was confirmed before that is due."""
    return now + ahead(limits.confirmed) - limits.confirmed


def _by_age(
    kind: str,
    status: str,
    limits: Limits,
    now: datetime,
    known: Sequence[ColumnElement[bool]],
    most: int,
) -> Select[Any]:
    """Of one status, what was confirmed the longest ago: a walk along the index."""
    limit = limits.confirmed
    tier = 1 if status in _READY.get(kind, ()) else 2
    walk = (
        select(
            Resource.id,
            literal(tier).label("tier"),
            _times(Resource.confirmed_at, limit, now).label("urgency"),
        )
        .where(
            Resource.kind == kind,
            Resource.status == status,
            *known,
        )
        .order_by(Resource.confirmed_at.asc().nulls_first(), Resource.id)
        .limit(most)
        .subquery()
    )
    return select(walk)


def _by_people(
    limits: Mapping[tuple[str, str], Limits],
    now: datetime,
    known: Sequence[ColumnElement[bool]],
    most: int,
    *,
    ranked: bool,
) -> Select[Any]:
    """Shelters in use: times past the limit, by the people there. A full one turns people away."""
    of = {status: limits["shelter", status] for status in IN_USE}
    late = func.greatest(_lateness(of, "status", Resource.confirmed_at, now),
                         _lateness(of, "people", Shelter.counted_at, now))  # fmt: skip
    people = 20 + func.coalesce(Shelter.population_total, _PEOPLE_UNKNOWN)
    weight = case((Resource.status == "full", 1.25), else_=1.0)
    found = (
        select(
            Resource.id,
            literal(0).label("tier"),
            cast(late * people * weight, Float).label("urgency"),
        )
        .join(Shelter, Shelter.resource_id == Resource.id)
        .where(
            Resource.kind == "shelter",
            Resource.status.in_(IN_USE),
            late >= 1 - 1 / _AHEAD,
            *known,
        )
        .order_by(*((late * people * weight).desc(), Resource.id) if ranked else ())
        .limit(most)
        .subquery()
    )
    return select(found)


def _lateness(
    of: Mapping[str, Limits], group: str, at: ColumnElement[Any] | Any, now: datetime
) -> ColumnElement[Any]:
    """How many times its limit a group is old, by status; NULL where it does not grow old. What
    was never counted is as old as the record, and does not come into it."""
    whens = [
        (Resource.status == status, _times(at, limit, now, never=group == "status"))
        for status, limits in of.items()
        if (limit := limits.of(group)) is not None
    ]
    return case(*whens) if whens else cast(literal(None), Float)


def _times(
    at: ColumnElement[Any] | Any, limit: timedelta, now: datetime, *, never: bool = True
) -> ColumnElement[Any]:
    """The age in limits; what never was is `_NEVER` of them."""
    # as a float: the division of numerics is most of the work
    age = cast(func.extract("epoch", literal(now) - at), Float) / limit.total_seconds()
    return func.coalesce(func.least(age, _NEVER), _NEVER) if never else age
