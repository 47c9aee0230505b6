"""Units by what people call them: by their id, call sign or name, however it is spelled.

"E-12", "e 12" and "E12" are one; in a state there are dozens of units called so. Which one is meant
is told from the incident in hand: a unit that is at it, else one of its county, else the nearest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, select, union
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.values import Position
from meris.accounts import Policy
from meris.fields.words import key
from meris.tables import Assignment, County, Incident, Resource, Unit, UnitPosition
from meris.units import in_hand

#: Units looked at for one line, and offered as choices.
_MOST, MOST_CHOICES = 2_000, 8
_NOT_A_WORD: ColumnElement[str] = literal_column("'[^a-z0-9]'")
_NONE: ColumnElement[str] = literal_column("''")
_ALL: ColumnElement[str] = literal_column("'g'")


@dataclass(frozen=True)
class Called:
    """A unit somebody may mean. `assignment_id` is what it is at or held for now."""

    id: int
    name: str
    unit_id: str | None
    call_sign: str | None
    type: str | None
    status: str
    version: int
    agency_id: int
    county_fips: str | None
    county: str | None
    position: Position | None
    assignment_id: int | None
    assigned_as: str | None
    assignment_version: int | None
    incident_id: int | None
    incident_number: str | None

    @property
    def short(self) -> str:
        """What people say on the radio."""
        return self.unit_id or self.call_sign or self.name

    @property
    def title(self) -> str:
        """Its short name and which one that is."""
        return self.name if self.short == self.name else f"{self.short} ({self.name})"

    @property
    def keys(self) -> frozenset[str]:
        """All that it answers to."""
        return frozenset(key(word) for word in (self.unit_id, self.call_sign, self.name) if word)


@dataclass(frozen=True)
class Picked:
    """The unit that was meant, and `others` of the name; no unit: which of the others?"""

    unit: Called | None
    others: Sequence[Called] = ()
    why: str = ""


def word_key(column: Any) -> ColumnElement[str]:
    """A column compared as `key` compares words; migration 0008 has its indexes."""
    return func.regexp_replace(func.lower(column), _NOT_A_WORD, _NONE, _ALL)


def called(session: Session, policy: Policy, keys: Iterable[str]) -> list[Called]:
    """The units that any of the keys calls."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    return _rows(session, policy, [column.in_(wanted) for column in _columns()], _MOST)


def beginning(
    session: Session, policy: Policy, start: str, county_fips: str | None, limit: int
) -> list[Called]:
    """Units whose id, call sign or name begins with a key: of the county first."""
    near = _starting(session, policy, start, limit, Resource.county_fips == county_fips)
    if len(near) >= limit or county_fips is None:
        return near[:limit] if county_fips else _starting(session, policy, start, limit)
    known = {unit.id for unit in near}
    more = [unit for unit in _starting(session, policy, start, limit) if unit.id not in known]
    return (near + more)[:limit]


def _starting(
    session: Session, policy: Policy, start: str, limit: int, *where: ColumnElement[bool]
) -> list[Called]:
    begins = [column.like(f"{start}%") for column in _columns()]
    found = _rows(session, policy, begins, limit * 4, *where)
    return sorted(found, key=lambda unit: (len(unit.short), unit.short, unit.id))[:limit]


def by_ids(session: Session, policy: Policy, ids: Sequence[int]) -> list[Called]:
    """The units of these ids."""
    found = session.execute(_query(policy).where(Resource.id.in_(ids)))
    return [_called(row) for row in found.mappings()]


def at_incident(session: Session, policy: Policy, incident_id: int) -> list[Called]:
    """The units at an incident or held for it, in the order they were sent."""
    statement = _query(policy).where(Assignment.incident_id == incident_id)
    return [_called(row) for row in session.execute(statement.order_by(Assignment.id)).mappings()]


def _columns() -> tuple[ColumnElement[str], ...]:
    return (word_key(Unit.unit_id), word_key(Unit.call_sign), word_key(Resource.name))


def _rows(
    session: Session,
    policy: Policy,
    conditions: Sequence[ColumnElement[bool]],
    limit: int,
    *where: ColumnElement[bool],
) -> list[Called]:
    """Each condition has an index of its own, which an OR across two tables would not use."""
    of_unit, of_call_sign, of_name = conditions
    in_county = [Resource.id == Unit.resource_id, *where]
    ids = union(
        select(Unit.resource_id).where(of_unit, *(in_county if where else ())).limit(limit),
        select(Unit.resource_id).where(of_call_sign, *(in_county if where else ())).limit(limit),
        select(Resource.id).where(Resource.kind == "unit", of_name, *where).limit(limit),
    ).subquery()
    statement = _query(policy).where(Resource.id.in_(select(ids.c[0])))
    rows = session.execute(statement.order_by(Resource.id).limit(limit)).mappings()
    return [_called(row) for row in rows]


def _query(policy: Policy) -> Any:
    now = Assignment
    return (
        select(
            Resource.id,
            Resource.name,
            Unit.unit_id,
            Unit.call_sign,
            Resource.type,
            Resource.status,
            Resource.version,
            Resource.agency_id,
            Resource.county_fips,
            County.name.label("county"),
            func.ST_AsEWKB(func.coalesce(UnitPosition.position, Resource.position)).label("place"),
            now.id.label("assignment_id"),
            now.status.label("assigned_as"),
            now.version.label("assignment_version"),
            now.incident_id,
            Incident.number.label("incident_number"),
        )
        .join(Unit, Unit.resource_id == Resource.id)
        .outerjoin(County, County.fips == Resource.county_fips)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .outerjoin(now, and_(now.resource_id == Resource.id, in_hand()))
        .outerjoin(Incident, and_(Incident.id == now.incident_id, policy.incidents()))
        .where(policy.condition())
    )


def _called(row: Any) -> Called:
    facts = dict(row)
    place = facts.pop("place")
    return Called(**facts, position=position_of(place))


def pick(
    units: Sequence[Called],
    *,
    incident_id: int | None,
    county_fips: str | None,
    near: Position | None,
    working: bool = False,
) -> Picked:
    """Which of several of one name is meant: see the head of this module.

    `working` prefers those that are at an incident, for words that only these can be told.
    """
    if len(units) == 1:
        return Picked(units[0])
    others = _by_distance(units, near)
    for why, chosen in _preferred(others, incident_id, county_fips, working):
        if len(chosen) == 1:
            return Picked(chosen[0], [unit for unit in others if unit is not chosen[0]], why)
        if chosen:
            return _nearest(chosen, others, near, why)
    return _nearest(others, others, near, "")


def _preferred(
    units: Sequence[Called], incident_id: int | None, county_fips: str | None, working: bool
) -> Iterable[tuple[str, list[Called]]]:
    if incident_id is not None:
        yield "at the incident", [unit for unit in units if unit.incident_id == incident_id]
    if working:
        busy = [unit for unit in units if unit.incident_id is not None]
        if len(busy) == 1:
            yield "the only one at work", busy
    if county_fips is not None:
        yield "of the county", [unit for unit in units if unit.county_fips == county_fips]


def _nearest(
    chosen: Sequence[Called], others: Sequence[Called], near: Position | None, why: str
) -> Picked:
    if near is None or chosen[0].position is None:
        return Picked(None, others)
    rest = [unit for unit in others if unit is not chosen[0]]
    return Picked(chosen[0], rest, f"{why}, the nearest" if why else "the nearest")


def _by_distance(units: Sequence[Called], near: Position | None) -> list[Called]:
    if near is None:
        return sorted(units, key=lambda unit: (unit.county or "", unit.name, unit.id))
    here = near
    far = 1e9
    return sorted(
        units,
        key=lambda unit: (unit.position.meters_to(here) if unit.position else far, unit.id),
    )
