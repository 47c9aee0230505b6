"""What a file says of the people in a shelter: a count with the time at which the file was true.

A count of somebody who was there later than that stays, and the file's is kept among the earlier
ones.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, case, exists, func, insert, literal, or_, select

from meris.counts import FIELDS
from meris.tables import ShelterCount
from meris.uploads.stage import PARTS, Staging
from meris.uploads.stage import RESOURCE as _R

_COUNT = cast(Table, ShelterCount.__table__)
_P = PARTS["shelter"]
_FIGURES = tuple(FIELDS.values())
#: The columns that follow the newest count.
COLUMNS = frozenset(_FIGURES) | {"reporting_period"}


def tells(staging: Staging) -> bool:
    """Whether the file has a column of people."""
    return not COLUMNS.isdisjoint(staging.part) and staging.kind == "shelter"


def told_at(staging: Staging) -> ColumnElement[Any]:
    """When it was counted: the file's own time, unless that is only what MERIS wrote into it."""
    own = staging.rows.c.as_of
    return case(
        (or_(own.is_(None), _given_back(staging)), func.now()), else_=func.least(own, func.now())
    )


def older(staging: Staging) -> ColumnElement[bool]:
    """Whether somebody has counted since; files know seconds and nothing finer.

    An export that comes back with other figures has the record's old time in it, and yet says
    what is true now, unless it says what the file that the time is from has said already.
    """
    newest = func.date_trunc("second", _P.c.counted_at)
    since = func.coalesce(staging.rows.c.as_of < newest, False)
    return and_(since, or_(~_given_back(staging), _is_kept(staging)))


def _given_back(staging: Staging) -> ColumnElement[bool]:
    own = staging.rows.c.as_of
    return func.coalesce(own == func.date_trunc("second", _R.c.as_of), False)


def _is_kept(staging: Staging) -> ColumnElement[bool]:
    """Whether the same figures are among the counts of that time already."""
    s = staging.rows
    given = [(_COUNT.c[name], s.c[field]) for name, field in FIELDS.items() if field in s.c]
    return (
        exists()
        .where(
            _COUNT.c.resource_id == _P.c.resource_id,
            _COUNT.c.at == s.c.as_of,
            _COUNT.c.source == "upload",
            *(kept.is_not_distinct_from(said) for kept, said in given),
        )
        .correlate(s, _P)
    )


def noted_older(staging: Staging) -> ColumnElement[bool]:
    """`older` as it was when the rows were compared."""
    return func.coalesce(staging.found.c.count_older, False)


def believed(after: Mapping[str, Any], older: ColumnElement[bool]) -> dict[str, ColumnElement[Any]]:
    """The columns that follow the newest count, where that is not the file's."""
    named = {name: after[name] for name in after.keys() & COLUMNS}
    return {
        # asked only where it matters: a file mostly says what is recorded
        name: case((or_(value.is_not_distinct_from(_P.c[name]), older), _P.c[name]), else_=value)
        for name, value in named.items()
    }


def counted_at(staging: Staging, after: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """The column of that name after the merge: a figure that differs was counted then."""
    figures = [name for name in _FIGURES if name in after]
    differs = or_(*(after[name].is_distinct_from(_P.c[name]) for name in figures))
    return case((differs, told_at(staging)), else_=_P.c.counted_at)


def first_counted_at(staging: Staging) -> ColumnElement[Any]:
    """The same of a new shelter: null where the file does not say how many people it has."""
    given = [staging.rows.c[name] for name in _FIGURES if name in staging.part]
    true_at = func.least(func.coalesce(staging.rows.c.as_of, func.now()), func.now())
    return case((func.num_nonnulls(*given) > 0, true_at))


def keep_older(staging: Staging, rows: ColumnElement[bool], reporter: str, upload_id: int) -> Any:
    """The statement that keeps what the file counted before the newest count, once."""
    s, f = staging.rows, staging.found
    given = {name: s.c[field] for name, field in FIELDS.items() if field in staging.part}
    period = s.c.reporting_period if "reporting_period" in staging.part else literal("adhoc")
    values: dict[str, Any] = {
        "resource_id": f.c.resource_id,
        "at": func.least(s.c.as_of, func.now()),
        "period": func.coalesce(period, "adhoc"),
        **given,
        "reported_by": literal(reporter),
        "source": literal("upload"),
        "upload_id": literal(upload_id),
    }
    chosen = select(*values.values()).where(
        and_(rows, _R.c.id == f.c.resource_id, _P.c.resource_id == _R.c.id),
        older(staging),
        func.num_nonnulls(*given.values()) > 0,
        ~_is_kept(staging),
    )
    return insert(_COUNT).from_select(list(values), chosen)
