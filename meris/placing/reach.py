"""Shelters around a place, the nearest first, with what decides about them; by the index."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    Integer,
    Row,
    Select,
    Text,
    case,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from geo.columns import as_wkb
from geo.queries import near, touching, within_meters
from geo.values import Position
from meris import dangers, shelters
from meris.accounts import Policy, Viewer
from meris.dispatch.prepared import Prepared, given
from meris.fields import DANGEROUS_AREAS
from meris.placing import answered
from meris.placing.answered import Needs
from meris.placing.party import Party
from meris.snapshot import OF_STATUS
from meris.tables import Agency, Area, Resource, Shelter, StatusCode

#: What of a shelter is read, besides `stale` and `meters`.
COLUMNS = (
    Resource.id,
    Resource.agency_id,
    Resource.name,
    Resource.status,
    Resource.type,
    Resource.address_line1,
    Resource.city,
    Resource.contact_phone,
    Resource.confirmed_at,
    Resource.position_radius_m,
    func.ST_Y(Resource.position).label("lat"),
    func.ST_X(Resource.position).label("lon"),
    Agency.name.label("agency"),
    Agency.phone.label("agency_phone"),
    Shelter.population_total,
    Shelter.population_pets,
    Shelter.wheelchair_accessible,
    Shelter.ada_compliant,
    Shelter.generator,
    Shelter.self_sufficient_electricity,
    Shelter.backup_power_kw,
    Shelter.pet_policy,
    Shelter.pet_capacity,
    Shelter.counted_at,
    shelters.capacity().label("capacity"),
    shelters.places_free().label("free"),
)
_NAMES = (*(column.key for column in COLUMNS), "stale", "meters", "dangers")

_NOT_OPEN = ("full", "standby", "alert")
_WIDER = 1.01

#: What is told to a walk when it is sent; of pets only where some come.
_HERE, _METERS = given(1, "geography"), given(2, "float8", Double())
_PEOPLE, _PETS = given(3, "integer", Integer()), given(4, "integer", Integer())


class Most(NamedTuple):
    """How many of each list are wanted: of the open ones by their answer, and of the others."""

    yes: int
    unknown: int
    no: int
    full: int
    standby: int
    alert: int


def stale() -> ColumnElement[bool]:
    """Whether a shelter's figures are too old to rely on; for queries with `StatusCode` beside."""
    at = func.coalesce(Shelter.counted_at, Resource.confirmed_at)
    limit = func.make_interval(0, 0, 0, 0, 0, StatusCode.age_limit_minutes)
    now = func.statement_timestamp()
    return func.coalesce(at + limit <= now, True) | func.coalesce(
        Resource.unreported_at <= now, False
    )


def nearest(
    session: Session,
    viewer: Viewer,
    position: Position,
    reach_m: float,
    party: Party,
    most: Most,
) -> Mapping[str, list[SimpleNamespace]]:
    """The nearest shelters within `reach_m` that the viewer may know of, so many of each list.

    By the names of `Most`: rows of `COLUMNS` with `stale`, `meters` and `dangers`, the names of
    areas that it lies in or None; the nearest first.
    """
    pets = [party.pets] if party.pets else []
    told = (as_wkb(position).desc, reach_m, party.people, *pets)
    found: dict[str, list[SimpleNamespace]] = {name: [] for name in Most._fields}
    for name, *values in _walks(viewer.policy, Needs.of(party), most).rows(session, *told):
        found[name].append(SimpleNamespace(**dict(zip(_NAMES, values, strict=True))))
    return found


@lru_cache(maxsize=200)
def _walks(policy: Policy, needs: Needs, most: Most) -> Prepared:
    """Each list is a walk of its own by the index, until it has enough: what else is told of a
    shelter is looked up for those alone that were met."""
    suits = answered.verdict(
        needs, _PEOPLE, _PETS, stale=stale(), endangered=_dangers(policy, Area.id).exists()
    )
    yes = _walk(policy, "yes", "open", most, _METERS, suits).cte("yes").prefix_with("MATERIALIZED")
    met = union_all(
        select(yes),
        _walk(policy, "unknown", "open", most, _farthest(yes, most), suits.is_(None)),
        _walk(policy, "no", "open", most, _farthest(yes, most), suits.is_(False)),
        *(_walk(policy, name, name, most, _farthest(yes, most)) for name in _NOT_OPEN),
    ).subquery("met")
    names = aggregate_order_by(Area.name, Area.starts_at.desc(), Area.id)
    return Prepared(
        select(
            met.c.list,
            *COLUMNS,
            stale().label("stale"),
            met.c.meters,
            _dangers(policy, func.array_agg(names)).scalar_subquery().label("dangers"),
        )
        .select_from(met)
        .join(Resource, Resource.id == met.c.id)
        .join(Shelter, Shelter.resource_id == Resource.id)
        .join(Agency, Agency.id == Resource.agency_id)
        .join(StatusCode, OF_STATUS)
        .order_by(met.c.meters, Resource.id)
    )


def _farthest(yes: CTE, most: Most) -> ColumnElement[float]:
    """Meters beyond which nobody looks: enough that suit are nearer."""
    # a little wider: one distance is on a sphere, the other on the ellipsoid
    last = func.least(func.max(yes.c.meters) * _WIDER, _METERS)
    return select(case((func.count() == most.yes, last), else_=_METERS)).scalar_subquery()


def _walk(
    policy: Policy,
    name: str,
    status: str,
    most: Most,
    meters: ColumnElement[float],
    *conditions: ColumnElement[bool],
) -> Select[Any]:
    """How a list is filled. Its LIMIT keeps the planner from looking up more beside the walk."""
    away = near(Resource.position, _HERE)
    walk = (
        select(literal_column(f"'{name}'", Text).label("list"), Resource.id, away.label("meters"))
        .join(Shelter, Shelter.resource_id == Resource.id)
        .join(StatusCode, OF_STATUS)
        .where(*_open_to(policy, status), within_meters(Resource.position, _HERE, meters))
        .where(*conditions)
        .order_by(away)
        .limit(getattr(most, name))
    )
    return select(walk.subquery(name))


def _open_to(policy: Policy, status: str) -> Sequence[ColumnElement[bool]]:
    return (
        Resource.kind == "shelter",
        # said as the index says it
        Resource.kind != "unit",
        Resource.status == status,
        Resource.position.is_not(None),
        policy.condition(),
    )


def _dangers(policy: Policy, what: Any) -> Select[Any]:
    """Of the hazard, evacuation and exclusion areas in force that a shelter lies in.

    `dangers.of` asks for devices too, which no shelter has.
    """
    return (
        select(what)
        .where(touching(Area.shape, Resource.position))
        .where(Area.kind.in_(DANGEROUS_AREAS), dangers.in_force(), policy.areas())
        .correlate(Resource)
    )


def around(
    session: Session,
    viewer: Viewer,
    position: Position,
    reach_m: float,
    status: str,
    most: int,
) -> Sequence[Row[Any]]:
    """Every shelter of a status within `reach_m` that the viewer may know of, the nearest first;
    `most` of them. Rows of `COLUMNS` with `stale` and `meters`."""
    away = near(Resource.position, position)
    statement = (
        select(*COLUMNS, stale().label("stale"), away.label("meters"))
        .join(Shelter, Shelter.resource_id == Resource.id)
        .join(Agency, Agency.id == Resource.agency_id)
        .join(StatusCode, OF_STATUS)
        .where(*_open_to(viewer.policy, status))
        .where(within_meters(Resource.position, position, reach_m))
        .order_by(away)
        .limit(most)
    )
    return session.execute(statement).all()


def dangers_of(session: Session, viewer: Viewer, ids: Collection[int]) -> dict[int, list[str]]:
    """The names of the areas of danger in force that shelters lie in."""
    if not ids:
        return {}
    names = aggregate_order_by(Area.name, Area.starts_at.desc(), Area.id)
    named = _dangers(viewer.policy, func.array_agg(names)).scalar_subquery()
    statement = select(Resource.id, named).where(Resource.id.in_(ids), viewer.policy.condition())
    return {row[0]: row[1] for row in session.execute(statement) if row[1]}
