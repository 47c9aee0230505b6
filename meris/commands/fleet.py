"""Units by what people call them: by their id, call sign or name, however it is spelled.

"E-12", "e 12" and "E12" are one; in a state there are dozens of units called so. Which one is meant
is told from what is open: that very unit, else one at the incident in hand, else one of its county,
else the nearest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.queries import meters_to
from geo.values import Position
from meris.accounts import Policy
from meris.fields.words import key
from meris.tables import Assignment, County, Incident, Resource, Unit, UnitPosition
from meris.units import in_hand

#: Units of one name that are looked at, and offered as choices.
MOST_ALIKE, MOST_CHOICES = 12, 8
#: The order of the indexes that serve beginnings.
_IN_INDEX: ColumnElement[Any] = literal_column("~<~")
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


@dataclass(frozen=True)
class Standpoint:
    """Where "which one" is asked: before a unit's detail, with an incident in hand, in its county,
    near a place."""

    unit_id: int | None = None
    incident_id: int | None = None
    county_fips: str | None = None
    near: Position | None = None


def called(
    session: Session, policy: Policy, keys: Iterable[str], stand: Standpoint | None = None
) -> list[Called]:
    """The units that the keys call: of each those that may be meant first, dozens at most."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    # The ids first: a planner that cannot tell how rare a name is would read all units to join.
    words = union_all(*(one.where(word.in_(wanted)) for word, one in _by_word()))
    found = [(row.id, row.word) for row in session.execute(words)]
    ids = list({unit_id for unit_id, _ in found})
    if len(ids) > MOST_ALIKE:
        ids = _likely(session, found, stand or Standpoint())
    return by_ids(session, policy, ids)


def _likely(session: Session, found: Sequence[tuple[int, str]], stand: Standpoint) -> list[int]:
    """Of many units of a few names, those of each name that are likely meant."""
    ids = cast([unit_id for unit_id, _ in found], ARRAY(BigInteger))
    words = cast([word for _, word in found], ARRAY(Text))
    given = func.unnest(ids, words).table_valued("id", "word", name="given").render_derived()
    ranked = _ranked(given, stand).subquery()
    few = or_(ranked.c.near <= MOST_ALIKE, ranked.c.busy <= MOST_ALIKE)
    return list(session.scalars(select(ranked.c.id).where(few).distinct()))


def _ranked(found: FromClause, stand: Standpoint) -> Select[Any]:
    """The units of each word by how likely they are meant, and by how likely of those at work."""
    place = func.coalesce(UnitPosition.position, Resource.position)
    away = meters_to(place, stand.near) if stand.near else Resource.id
    here = (
        (Resource.id == (stand.unit_id or 0)).desc(),
        (Assignment.incident_id == (stand.incident_id or 0)).is_(True).desc(),
        (Resource.county_fips == (stand.county_fips or "")).is_(True).desc(),
    )
    last = (away.nulls_last(), Resource.id)
    order = {"near": (*here, *last), "busy": (Assignment.id.is_(None), *last)}
    places = [
        func.row_number().over(partition_by=found.c.word, order_by=by).label(name)
        for name, by in order.items()
    ]
    return (
        select(found.c.id, *places)
        .join(Resource, Resource.id == found.c.id)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .outerjoin(Assignment, and_(Assignment.resource_id == Resource.id, in_hand()))
    )


def beginning(
    session: Session, policy: Policy, start: str, county_fips: str | None, limit: int
) -> list[Called]:
    """Units whose id, call sign or name begins with a key: of the county first."""
    words = [word.like(f"{start}%") for word, _ in _by_word()]
    near: list[Called] = []
    if county_fips is not None:
        own = (Resource.kind == "unit", Resource.county_fips == county_fips)
        near = _shortest(session, _query(policy).where(*own, or_(*words)), limit)
    if len(near) >= limit:
        return near
    parts = [
        one.where(word.like(f"{start}%"))
        .order_by(word.op("USING")(_IN_INDEX), one.selected_columns.id)
        .limit(limit * 4)
        for word, one in _by_word()
    ]
    ids = session.scalars(union(*(part.subquery().select() for part in parts))).all()
    known = {unit.id for unit in near}
    more = _shortest(session, _query(policy).where(Resource.id.in_(set(ids))), limit)
    return (near + [unit for unit in more if unit.id not in known])[:limit]


def _shortest(session: Session, statement: Any, limit: int) -> list[Called]:
    rows = map(_called, session.execute(statement).mappings())
    return sorted(rows, key=lambda unit: (len(unit.short), unit.short, unit.id))[:limit]


def _by_word() -> list[tuple[ColumnElement[str], Any]]:
    """Each word a unit answers to, and the ids by it: from one table, whose index then serves."""
    found = []
    for column, of in ((Unit.unit_id, Unit), (Unit.call_sign, Unit), (Resource.name, Resource)):
        word = word_key(column)
        owner = Unit.resource_id if of is Unit else Resource.id
        one = select(owner.label("id"), word.label("word"))
        found.append((word, one if of is Unit else one.where(Resource.kind == "unit")))
    return found


def by_ids(session: Session, policy: Policy, ids: Sequence[int]) -> list[Called]:
    """The units of these ids, by id."""
    found = session.execute(_query(policy).where(Resource.id.in_(ids)).order_by(Resource.id))
    return [_called(row) for row in found.mappings()]


def at_incident(session: Session, policy: Policy, incident_id: int) -> list[Called]:
    """The units at an incident or held for it, in the order they were sent."""
    statement = _query(policy).where(Assignment.incident_id == incident_id)
    return [_called(row) for row in session.execute(statement.order_by(Assignment.id)).mappings()]


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


def pick(units: Sequence[Called], stand: Standpoint, *, working: bool = False) -> Picked:
    """Which of several of one name is meant: see the head of this module.

    `working` prefers those that are at an incident, for words that only these can be told.
    """
    if len(units) == 1:
        return Picked(units[0])
    others = _by_distance(units, stand.near)
    for why, chosen in _preferred(others, stand, working):
        if len(chosen) == 1:
            return Picked(chosen[0], [unit for unit in others if unit is not chosen[0]], why)
        if chosen:
            return _nearest(chosen, others, stand.near, why)
    return _nearest(others, others, stand.near, "")


def _preferred(
    units: Sequence[Called], stand: Standpoint, working: bool
) -> Iterable[tuple[str, list[Called]]]:
    yield "open here", [unit for unit in units if unit.id == stand.unit_id]
    if stand.incident_id is not None:
        there = [unit for unit in units if unit.incident_id == stand.incident_id]
        yield "at the incident", there
    if working:
        busy = [unit for unit in units if unit.incident_id is not None]
        if len(busy) == 1:
            yield "the only one at work", busy
    if stand.county_fips is not None:
        yield "of the county", [unit for unit in units if unit.county_fips == stand.county_fips]


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
