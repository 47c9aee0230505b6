"""What a check found, row by row, kept until the next one: for the pages, and to be applied.

The table is unlogged: a crash may empty it, and then the file, which is kept, is checked again.
`meris.uploads.keep` reads it.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Table,
    TextClause,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from meris.tables import UploadRow
from meris.uploads.after import said, stated
from meris.uploads.stage import Staging, copy

#: States of an upload that is not loaded: it may be checked and applied.
OPEN = ("received", "refused", "applying")
#: Rows that are not loaded keep their cells, so that they can be shown and corrected: so many.
MOST_CELLS = 2_000
#: Fates of rows that passed the check.
PASSED = ("new", "changed", "confirmed", "unchanged", "older", "held")


class Aside(NamedTuple):
    """A row of the file that is not loaded: its fate, its cells where they are kept, and why."""

    number: int
    fate: str
    name: str | None
    external_id: str | None
    cells: list[str] | None
    why: list[str]


class Counts(NamedTuple):
    """How many rows have each fate, and how many of those that are loaded have no place."""

    fates: dict[str, int]
    unplaced: int
    approximate: int


def clear(session: Session, upload_id: int) -> None:
    """Forget what the last check of an upload found."""
    session.execute(delete(UploadRow).where(UploadRow.upload_id == upload_id))


def passed(session: Session, upload_id: int, staging: Staging) -> None:
    """Keep the staged rows with what was found of them."""
    names = ["upload_id", "number", "fate", "resource_id", "diff"]
    names += ["name", "lat", "lon", "radius_m", "stated"]
    chosen = _rows(staging, upload_id) if staging.lines is None else _lines(staging, upload_id)
    session.execute(insert(UploadRow).from_select(names, chosen))


def again(session: Session, upload_id: int, staging: Staging) -> None:
    """Note what became of rows kept before, now that they were compared again."""
    # of a table that this transaction has filled the planner knows nothing
    session.execute(text("SET LOCAL enable_nestloop = off"))
    now = (_rows if staging.lines is None else _lines)(staging, upload_id, full=False).subquery()
    differs = (
        (UploadRow.fate != now.c.fate)
        | UploadRow.resource_id.is_distinct_from(now.c.resource_id)
        | UploadRow.diff.is_distinct_from(now.c.diff)
    )
    session.execute(
        update(UploadRow)
        .values(fate=now.c.fate, resource_id=now.c.resource_id, diff=now.c.diff)
        .where(UploadRow.upload_id == upload_id, UploadRow.number == now.c.number, differs)
        .execution_options(synchronize_session=False)
    )
    session.execute(text("SET LOCAL enable_nestloop = DEFAULT"))


def refuse(session: Session, upload_id: int, rows: Mapping[int, str]) -> None:
    """Note that rows kept before cannot be loaded after all, and why."""
    for number, why in rows.items():
        session.execute(
            update(UploadRow)
            .values(fate="refused", why=[why])
            .where(UploadRow.upload_id == upload_id, UploadRow.number == number)
            .execution_options(synchronize_session=False)
        )


def remark(session: Session, upload_id: int, numbers: Collection[int], words: str) -> None:
    """Say something of rows that are loaded all the same; of no others any more."""
    own = UploadRow.upload_id == upload_id
    for rows, why in (
        ((UploadRow.why == [words], UploadRow.number.not_in(numbers)), None),
        ((UploadRow.why.is_(None), UploadRow.number.in_(numbers)), [words]),
    ):
        session.execute(
            update(UploadRow)
            .values(why=why)
            .where(own, UploadRow.fate.in_(PASSED), *rows)
            .execution_options(synchronize_session=False)
        )


def aside(session: Session, upload_id: int, rows: Iterable[Aside]) -> None:
    """Keep rows that are not loaded."""
    names = ("upload_id", "number", "fate", "name", "stated", "cells", "why")
    lines = (
        [upload_id, row.number, row.fate, row.name, _identity(row), row.cells, row.why]
        for row in rows
    )
    copy(session, UploadRow.__tablename__, names, lines)


def _identity(row: Aside) -> str | None:
    """What a row that cannot be loaded is still known by: it is in the file, all the same."""
    known = {"external_id": row.external_id, "name": row.name}
    return json.dumps({name: value for name, value in known.items() if value}) or None


def counts(session: Session, upload_id: int) -> Counts:
    """The sums over what is kept of an upload."""
    loaded = UploadRow.fate.in_(PASSED)
    found = session.execute(
        select(
            UploadRow.fate,
            func.count(),
            func.count().filter(loaded, UploadRow.lat.is_(None)),
            func.count().filter(loaded, UploadRow.radius_m.is_not(None)),
        )
        .where(UploadRow.upload_id == upload_id)
        .group_by(UploadRow.fate)
    ).all()
    fates = {fate: number for fate, number, *_ in found}
    return Counts(fates, sum(row[2] for row in found), sum(row[3] for row in found))


def restore(session: Session, upload_id: int, staging: Staging) -> None:
    """Fill the staging tables from what is kept, as the check filled them."""
    columns = _row_columns(staging)
    if staging.lines is not None:
        columns.append("new_id")
    session.execute(_restored("staged_row", columns, staging), {"id": upload_id})
    if staging.lines is not None:
        columns = ["number", "site", "as_of", *staging.line]
        session.execute(_restored("staged_line", columns, staging), {"id": upload_id})
    staging.analyze(session)


def _restored(table: str, columns: Iterable[str], staging: Staging) -> TextClause:
    part = "" if staging.lines is None else f" -> '{table}'"
    names = list(columns)
    values = ", ".join(f'said."{name}"' for name in names)
    if table == "staged_row" and not part:
        # a row of its own: what it will be is kept beside what it says
        names.append("new_id")
        values += ", CASE WHEN fate = 'new' THEN kept.resource_id END"
    return text(f"""
        INSERT INTO pg_temp.{table} ({", ".join(names)}) SELECT {values}
        FROM upload_row AS kept, jsonb_populate_record(null::pg_temp.{table}, stated{part}) AS said
        WHERE upload_id = :id AND fate = ANY(:fates) AND stated{part} IS NOT NULL
        ORDER BY kept.number
    """).bindparams(bindparam("fates", list(PASSED)))  # noqa: S608  # nosec B608  # names from our own tables


def _row_columns(staging: Staging) -> list[str]:
    return ["number", "meris_id", *staging.common, *staging.part]


def _rows(staging: Staging, upload_id: int, *, full: bool = True) -> Select[Any]:
    s, f = staging.rows, staging.found
    found = select(literal(upload_id), f.c.number, f.c.fate, f.c.resource_id, f.c.diff)
    if not full:
        return found
    rows = said([s.c[name] for name in _row_columns(staging)], "said")
    return (
        found.add_columns(rows.c.name, *_place(staging), stated(rows))
        .where(rows.c.number == f.c.number)
        .order_by(f.c.number)
    )


def _lines(staging: Staging, upload_id: int, *, full: bool = True) -> Select[Any]:
    """A row of a supply file is its line and, where it is the first of its site, the site too."""
    assert staging.lines is not None
    line, found, site = staging.lines, staging.found_lines, staging.found
    # where the first line of a site was left out, the next one tells of the site
    first = func.min(found.c.number).over(partition_by=found.c.site) == found.c.number
    chosen = select(
        literal(upload_id),
        found.c.number,
        case((first, _worse(site.c.fate, found.c.fate)), else_=found.c.fate).label("fate"),
        site.c.resource_id,
        case((first, _joined(site.c.diff, found.c.diff)), else_=found.c.diff).label("diff"),
    ).where(site.c.number == found.c.site)
    if not full:
        return chosen
    names = ("number", "site", "as_of", *staging.line)
    lines = said([line.c[name] for name in names], "said_line")
    sites = said([staging.rows.c[name] for name in _row_columns(staging)], "said")
    whole = {"staged_line": stated(lines), "staged_row": case((first, _site(sites, site)))}
    both = func.jsonb_build_object(*(part for pair in whole.items() for part in pair))
    name = func.concat_ws(", ", lines.c.item_name, sites.c.name)
    return (
        chosen.add_columns(name, *_place(staging), func.jsonb_strip_nulls(both, type_=JSONB))
        .where(lines.c.number == found.c.number, sites.c.number == site.c.number)
        .order_by(found.c.number)
    )


def _site(sites: Subquery, found: Table) -> ColumnElement[Any]:
    """What a row says of its site, with the id that a new site will have."""
    new_id = case((found.c.fate == "new", found.c.resource_id))
    return stated(sites).op("||")(func.jsonb_build_object("new_id", new_id))


def _worse(site: ColumnElement[str], line: ColumnElement[str]) -> ColumnElement[str]:
    """The fate of a row that says something of its site and of a stock line."""
    telling = ("held", "new", "changed", "confirmed")
    return case(*(((site == fate) | (line == fate), fate) for fate in telling), else_=line)


def _joined(site: ColumnElement[Any], line: ColumnElement[Any]) -> ColumnElement[Any]:
    nothing = literal({}, JSONB)
    whole = func.coalesce(site, nothing).op("||")(func.coalesce(line, nothing))
    return func.nullif(whole, nothing, type_=JSONB)


def _place(staging: Staging) -> list[ColumnElement[Any]]:
    f = staging.found
    return [func.ST_Y(f.c.position), func.ST_X(f.c.position), f.c.position_radius_m]


def hold(session: Session, upload_id: int, why: Mapping[int, str]) -> None:
    """Say of held rows what they look like."""
    session.execute(
        text(
            "UPDATE upload_row SET why = ARRAY[coalesce(own.value, :plain)]"
            " FROM upload_row AS row LEFT JOIN jsonb_each_text(CAST(:why AS jsonb)) AS own"
            " ON own.key = CAST(row.number AS text)"
            " WHERE row.upload_id = :id AND row.fate = 'held' AND upload_row.upload_id = :id"
            " AND upload_row.number = row.number"
        ),
        {"id": upload_id, "why": json.dumps({str(n): w for n, w in why.items()}), "plain": _HELD},
    )


_HELD = "Looks like something MERIS has already. Say whether it is the same."
