"""The rows of an export: one query, read through a cursor on the server, in a fixed order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, case, func, null, select
from sqlalchemy.orm import Session

from meris import dangers
from meris.accounts import Policy, Viewer, agencies
from meris.errors import Forbidden, Invalid, NotFound
from meris.exports.columns import Column
from meris.fields import RESOURCE_KIND, ROW_KINDS
from meris.fields.record import UNPLACED
from meris.tables import Agency, Resource, Shelter, StockLine, SupplySite, Unit, UnitPosition

# Rows in hand at one time.
_BATCH = 2_000
_TABLES: dict[str, Table] = {
    model.__tablename__: model.__table__  # type: ignore[misc]  # a declarative class has a Table
    for model in (Resource, Shelter, SupplySite, StockLine, Unit)
}
#: Columns that are not found under the name that the catalogue gives them.
_SPECIAL: dict[str, ColumnElement[Any]] = {
    "meris_id": Resource.id.expression,
    "latitude": func.ST_Y(Resource.position),
    "longitude": func.ST_X(Resource.position),
    "position_source": func.coalesce(Resource.position_source, UNPLACED),
    "position_radius_m": Resource.position_radius_m.expression,
}


@dataclass(frozen=True)
class Asked:
    """What is asked for: a kind of file, of one agency or (None) of all."""

    kind: str
    agency_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in ROW_KINDS:
            raise NotFound(f"There is no export {self.kind}. The kinds are {', '.join(ROW_KINDS)}.")


def whose(session: Session, viewer: Viewer, given: str) -> Agency | None:
    """The agency whose resources a viewer asks for; None for all that the viewer may see.

    Everybody has the own agency's, by default; who acts for the state has any one's, or all.
    Raises `NotFound`, `Forbidden` for another's, `Invalid` for somebody without an agency.
    """
    if viewer.may("edit_all"):
        return agencies.find(session, given) if given else None
    if viewer.agency_id is None:
        raise Invalid("Your account belongs to no agency, so there is nothing of yours to export.")
    own = agencies.find(session, given or str(viewer.agency_id))
    if own.id != viewer.agency_id:
        raise Forbidden(f"{viewer.name} may not export what {own.name} has.")
    return own


def of(
    session: Session, policy: Policy, asked: Asked, columns: Sequence[Column]
) -> Iterator[Row[Any]]:
    """Values in the order of `columns`, sorted by the record's number. Call inside `reading`."""
    statement = _query(policy, asked, columns).where(*_asked_for(policy, asked))
    return iter(session.execute(statement.execution_options(yield_per=_BATCH)))


def _asked_for(policy: Policy, asked: Asked) -> Iterator[ColumnElement[bool]]:
    yield policy.condition()
    yield Resource.kind == RESOURCE_KIND[asked.kind]
    if asked.agency_id is not None:
        yield Resource.agency_id == asked.agency_id


def _query(policy: Policy, asked: Asked, columns: Sequence[Column]) -> Select[Any]:
    part = _TABLES[RESOURCE_KIND[asked.kind]]
    chosen = [_column(policy, column, asked.kind).label(column.name) for column in columns]
    statement = (
        select(*chosen)
        .join(part, part.c.resource_id == Resource.id)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
    )
    if asked.kind != "supply":
        return statement.order_by(Resource.id)
    # a site without stock is there too, as a row that names no item
    lines = statement.outerjoin(StockLine, StockLine.resource_id == Resource.id)
    return lines.order_by(Resource.id, StockLine.id)


def _column(policy: Policy, column: Column, kind: str) -> ColumnElement[Any]:
    if column.name == "danger":
        return dangers.names(policy)
    if column.name == "as_of" and kind == "supply":
        return _time_of_line()
    if column.name in _SPECIAL:
        return _SPECIAL[column.name]
    assert column.field.table is not None
    return _TABLES[column.field.table].c[column.field.column]


def _time_of_line() -> ColumnElement[Any]:
    """When a stock line was true. Sent back, a site is as old as its latest line; where that is
    older than the site itself, no line may say its age, or the whole site would be passed over."""
    latest = func.max(StockLine.as_of).over(partition_by=Resource.id)
    return case(
        (StockLine.id.is_(None), Resource.as_of),
        (latest < Resource.as_of, null()),
        else_=StockLine.as_of,
    )
