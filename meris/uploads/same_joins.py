"""Rows of one file that a person called the same: one row is made of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from meris.uploads.stage import PLACE, Staging

_OWN = ("number", "held", *PLACE, "as_of")
_JOIN = Table(
    "same_join",
    MetaData(),
    Column("number", Integer),
    Column("into", Integer),
    Column("gaps", Boolean),
    prefixes=["TEMPORARY"],
)


class Join(NamedTuple):
    """An earlier row goes into a later one, which wins, or (`gaps`) only fills gaps of it."""

    number: int
    into: int
    gaps: bool


def join_rows(session: Session, staging: Staging, chosen: Table) -> dict[int, int]:
    """Make one row of those that `chosen` calls the same, and of those of one resource.

    Returns what is no row of its own any more, and where it went; of supplies, stock lines.
    """
    joins = list(_planned(_edges(session, staging, chosen)))
    if not joins:
        return {}
    _drop(session)
    _JOIN.create(session.connection())
    for together in _rounds(joins):
        session.execute(delete(_JOIN))
        session.execute(insert(_JOIN), [join._asdict() for join in together])
        session.execute(_joining(staging))
        gone = staging.rows.c.number.in_(select(_JOIN.c.number))
        session.execute(delete(staging.rows).where(gone))
        _move_lines(session, staging)
    _drop(session)
    if staging.lines is not None:
        return _join_lines(session, staging.lines)
    return _ends(joins)


def _drop(session: Session) -> None:
    session.execute(text("DROP TABLE IF EXISTS pg_temp.same_join"))


def _edges(session: Session, staging: Staging, chosen: Table) -> Iterator[tuple[int, int, bool]]:
    """Pairs of rows that are one, and whether the later only fills gaps. Rows that are two
    resources already stay two."""
    s, o, c = staging.rows, staging.rows.alias("other"), chosen.c
    said = (
        select(c.number, c.other_number, c.choice == "merge")
        .join(s, s.c.number == c.number)
        .join(o, o.c.number == c.other_number)
        .where(
            c.choice != "different",
            or_(
                s.c.resource_id.is_(None),
                o.c.resource_id.is_(None),
                s.c.resource_id == o.c.resource_id,
            ),
        )
    )
    yield from (tuple(row) for row in session.execute(said))
    taken = (
        select(func.array_agg(s.c.number), func.array_agg(func.coalesce(s.c.fills_only, False)))
        .where(s.c.resource_id.in_(select(c.resource_id)))
        .group_by(s.c.resource_id)
        .having(func.count() > 1)
    )
    for numbers, fills in session.execute(taken):
        ordered = sorted(zip(numbers, fills, strict=True))
        for (number, _), (later, gaps) in pairwise(ordered):
            yield later, number, gaps


def _planned(edges: Iterable[tuple[int, int, bool]]) -> Iterator[Join]:
    """Each row of a group into the next one of it."""
    group: dict[int, set[int]] = {}
    gaps: defaultdict[int, bool] = defaultdict(bool)
    for number, other, fills in edges:
        gaps[max(number, other)] |= fills
        whole = group.get(number, {number}) | group.get(other, {other})
        group.update(dict.fromkeys(whole, whole))
    for whole in {min(members): members for members in group.values()}.values():
        ordered = sorted(whole)
        for number, into in pairwise(ordered):
            yield Join(number, into, gaps[into])


def _rounds(joins: list[Join]) -> Iterator[list[Join]]:
    """What can be done at once: of each chain one step, the earliest first."""
    left = joins
    while left:
        waiting = {join.into for join in left}
        yield [join for join in left if join.number not in waiting]
        left = [join for join in left if join.number in waiting]


def _ends(joins: list[Join]) -> dict[int, int]:
    """For each row that went, the last one of its chain."""
    ends: dict[int, int] = {}
    for number, into, _ in sorted(joins, reverse=True):
        ends[number] = ends.get(into, into)
    return ends


def _joining(staging: Staging) -> Any:
    s, gone = staging.rows, staging.rows.alias("gone")
    gaps = _JOIN.c.gaps

    def both(name: str) -> ColumnElement[Any]:
        earlier, later = gone.c[name], s.c[name]
        return case((gaps, func.coalesce(earlier, later)), else_=func.coalesce(later, earlier))

    values = {column.name: both(column.name) for column in s.c if column.name not in _OWN}
    placed, rough = gone.c.position.is_not(None), gone.c.position_radius_m.is_not(None)
    better = or_(s.c.position.is_(None), s.c.position_radius_m.is_not(None) & ~rough)
    keeps = and_(placed, or_(better, and_(gaps, or_(~rough, s.c.position_radius_m.is_not(None)))))
    values |= {name: case((keeps, gone.c[name]), else_=s.c[name]) for name in PLACE}
    values["as_of"] = func.greatest(s.c.as_of, gone.c.as_of)
    # one of the two says all it knows of the resource
    values["fills_only"] = and_(s.c.fills_only, gone.c.fills_only)
    joined = and_(s.c.number == _JOIN.c.into, gone.c.number == _JOIN.c.number)
    return update(s).values(values).where(joined)


def _move_lines(session: Session, staging: Staging) -> None:
    if staging.lines is not None:
        line = staging.lines
        moved = update(line).values(site=_JOIN.c.into).where(line.c.site == _JOIN.c.number)
        session.execute(moved)


def _join_lines(session: Session, lines: Table) -> dict[int, int]:
    """Of one item in one lot at one site the last line counts."""
    last = func.max(lines.c.number).over(
        partition_by=(lines.c.site, lines.c.item_name, lines.c.lot, lines.c.unit_of_issue)
    )
    every = select(lines.c.number, last.label("last")).subquery()
    twice = select(every).where(every.c.number != every.c.last)
    gone = {row.number: row.last for row in session.execute(twice)}
    session.execute(delete(lines).where(lines.c.number.in_(gone)))
    return gone
