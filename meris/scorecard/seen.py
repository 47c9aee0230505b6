"""The resources a viewer may know of, each with the county that answers for it and its flaws."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Label,
    Select,
    TextClause,
    TextualSelect,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, aliased

from meris import fields, shelters, snapshot
from meris.accounts import Policy
from meris.fields import Field
from meris.sql import named
from meris.tables import (
    Agency,
    County,
    Resource,
    Shelter,
    StatusCode,
    SupplySite,
    Unit,
    UnitPosition,
)

#: In these a shelter has people in it, or may have any minute.
SHELTERING = shelters.IN_USE

_HOME, _STANDS = aliased(County), aliased(County)
#: The county of the agency that keeps it; of an agency without one, the county it stands in.
ANSWERS = func.coalesce(_HOME.fips, _STANDS.fips, "")
_PARTS: dict[str, type[Shelter] | type[SupplySite] | type[Unit]] = {
    "shelter": Shelter,
    "supply_site": SupplySite,
    "unit": Unit,
}


def goodness() -> tuple[Label[Any], ...]:
    """What the cards count of a resource; for `joined`."""
    live = snapshot.is_live()
    return (
        Resource.id.label("id"),
        Resource.kind.label("kind"),
        Resource.agency_id.label("agency_id"),
        ANSWERS.label("answers"),
        snapshot.is_stale(live).label("stale"),
        Resource.status.in_(SHELTERING).label("sheltering"),
        placed(live).label("placed"),
        _per_kind(lambda asked: literal(len(asked))).label("asked"),
        _per_kind(lambda asked: func.num_nonnulls(*asked)).label("filled"),
        lacking().label("lacking"),
    )


def placed(live: ColumnElement[bool]) -> ColumnElement[str]:
    """Whether it stands exactly, roughly or nowhere on the map."""
    return case(
        (live, "exactly"),
        (Resource.position.is_(None), "nowhere"),
        (Resource.position_radius_m.is_not(None), "roughly"),
        else_="exactly",
    )


def lacking() -> ColumnElement[bool]:
    """Whether a field that nobody can do without is empty."""
    return or_(
        *(
            and_(Resource.kind == kind, _column(kind, field).is_(None))
            for kind in fields.KINDS
            for field in fields.vital(kind)
        )
    )


def missing() -> ColumnElement[Any]:
    """The names of the important fields that are empty, as an array."""
    return _per_kind(lambda names: func.array_remove(array(names), None), _named_if_empty)


def _column(kind: str, field: Field) -> InstrumentedAttribute[Any]:
    """Where an important field is kept."""
    table = Resource if field.table == "resource" else _PARTS[kind]
    attribute: InstrumentedAttribute[Any] = getattr(table, field.column)
    return attribute


def _named_if_empty(kind: str, field: Field) -> ColumnElement[Any]:
    return case((_column(kind, field).is_(None), field.name))


def _per_kind(
    say: Callable[[list[Any]], ColumnElement[Any]],
    of: Callable[[str, Field], Any] = _column,
) -> ColumnElement[Any]:
    """What `say` makes of the important fields of each kind."""
    return case(
        *(
            (Resource.kind == kind, say([of(kind, field) for field in fields.important(kind)]))
            for kind in fields.KINDS
        )
    )


def joined(statement: Select[*tuple[Any, ...]], policy: Policy) -> Select[*tuple[Any, ...]]:
    """`statement` on resources, with every table that the columns here read."""
    statement = (
        statement.select_from(Resource)
        .join(StatusCode, snapshot.OF_STATUS)
        .join(Agency, Agency.id == Resource.agency_id)
        .outerjoin(_HOME, and_(_HOME.fips == Agency.county_fips, _HOME.served))
        .outerjoin(_STANDS, and_(_STANDS.fips == Resource.county_fips, _STANDS.served))
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
    )
    for part in _PARTS.values():
        statement = statement.outerjoin(part, part.resource_id == Resource.id)
    return statement.where(policy.condition())


def answered(fips: str, at_home: Sequence[int]) -> ColumnElement[bool]:
    """What a county answers for, in a way that the indexes of `resource` can follow.

    `at_home` are the agencies of the county; with "" it is what no county answers for.
    """
    if not fips:
        return ANSWERS == ""
    stands_there = and_(Resource.county_fips == fips, _HOME.fips.is_(None))
    return or_(Resource.agency_id.in_(at_home), stands_there)


def everything(policy: Policy) -> CTE:
    """All that the policy admits, as `seen`."""
    return joined(select(*goodness()), policy).cte("seen")


def in_county(policy: Policy, fips: str, at_home: Sequence[int]) -> CTE:
    """What the policy admits of one county, as `seen`; see `answered`."""
    return joined(select(*goodness()), policy).where(answered(fips, at_home)).cte("seen")


def over(seen: CTE, name: str, columns: Sequence[str], **bound: Any) -> TextualSelect:
    """A statement of scorecard.sql over `seen`."""
    statement: TextClause = named("scorecard", name)
    return statement.bindparams(**bound).columns(*map(column, columns)).add_cte(seen)
