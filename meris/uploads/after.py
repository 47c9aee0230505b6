"""What each column of a resource will be once a staged row is merged into it, as SQL.

A cell that is empty, and a column that the file does not have, leave what is recorded alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    String,
    Subquery,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from meris import shelters, units
from meris.tables import Assignment
from meris.uploads import merge_counts
from meris.uploads.stage import PARTS, PLACE, Staging
from meris.uploads.stage import RESOURCE as _R

Columns = dict[str, ColumnElement[Any]]

_NEVER_CLEARED = frozenset({"name", "type", "status", "sensitivity", "external_id", "as_of"})
# These say since when and not what; a row that differs in them only is confirmed, not changed.
_TIMES = frozenset({"as_of", "status_at", "position_at", "status_by", "status_reason"})
#: Why the status of a row is not used though its other cells are.
PASSED_OVER = {
    "at work": "this unit was sent to an incident, and its status comes from there; the one in the"
    " file is not used.",
    "retired": "this site is retired, and no file brings it back; the status in the file is not"
    " used. Who edits its record can set it to Closed and say why.",
    "people": "people are still counted in this shelter, so a file cannot close it; the status in"
    " the file is not used. Close it on its page and say where they went, or count 0 people.",
}
_OCCUPIED = PARTS["shelter"].alias("occupied")
# Files carry six decimals and more of a degree (0.1 m); less is rounding and not a move.
_STILL = 1e-6


@dataclass(frozen=True)
class After:
    """The columns after the merge. `cleared` are those whose empty cells empty them; `gaps` says
    whether any row may only fill what is not known."""

    staging: Staging
    actor_name: str
    cleared: frozenset[str] = frozenset()
    gaps: bool = False

    @property
    def _s(self) -> Table:
        return self.staging.rows

    @property
    def _p(self) -> Table:
        return PARTS[self.staging.kind]

    @cached_property
    def common(self) -> Columns:
        """Each common column; its present value where the row says nothing."""
        s = self._s
        after = {name: self._value(name, _R) for name in self.staging.common}
        moves = self._moves()
        for name in PLACE:
            after[name] = case((moves, s.c[name]), else_=_R.c[name])
        when = func.coalesce(s.c.position_at, s.c.as_of, func.now())
        after["position_at"] = case((moves, when), else_=_R.c.position_at)
        after["county_fips"] = func.coalesce(after["county_fips"], s.c.county_fips)
        after["sensitivity"] = case(
            (_R.c.sensitivity == "confidential", _R.c.sensitivity),
            (s.c.sensitivity == "confidential", s.c.sensitivity),
            (_R.c.sensitivity == "restricted", _R.c.sensitivity),
            else_=func.coalesce(s.c.sensitivity, _R.c.sensitivity),
        )
        return after | self._status()

    @cached_property
    def part(self) -> Columns:
        """Each column of the kind's own table; who counted people last is believed."""
        return self._part(merge_counts.older)

    @cached_property
    def noted_part(self) -> Columns:
        """The same once it is noted who counted last, which the merge itself makes unknowable."""
        return self._part(merge_counts.noted_older)

    def _part(self, older: Callable[[Staging], ColumnElement[bool]]) -> Columns:
        after = {name: self._value(name, self._p) for name in self.staging.part}
        if merge_counts.tells(self.staging):
            after |= merge_counts.believed(after, older(self.staging))
        return after

    @property
    def facts(self) -> list[str]:
        """The common columns in which a row can differ."""
        return [name for name in self.common if name not in _TIMES]

    def older(self) -> ColumnElement[bool]:
        """Whether what is recorded is more recent; files know seconds and nothing finer."""
        return func.coalesce(self._s.c.as_of < func.date_trunc("second", _R.c.as_of), False)

    def confirms(self) -> ColumnElement[bool]:
        """Whether the row says anew that what is recorded is true."""
        s = self._s
        newer = or_(s.c.as_of > _R.c.as_of, and_(s.c.as_of.is_not(None), _R.c.as_of.is_(None)))
        return or_(func.coalesce(newer, False), _R.c.unreported_at.is_not(None))

    def differs(self) -> ColumnElement[bool]:
        """Whether anything will be something else."""
        return or_(differ(self.common, _R, self.facts), differ(self.part, self._p, self.part))

    def differences(self) -> ScalarSelect[Any]:
        """{column: [before, after]} of what will be something else."""
        pairs = [(name, _R.c[name], self.common[name]) for name in self.facts]
        pairs += [(name, self._p.c[name], value) for name, value in self.part.items()]
        return difference(pairs, self._s, _R, self._p)

    def passed_over(self) -> ColumnElement[Any]:
        """Why the row's status is not taken: a key of `PASSED_OVER`; NULL where it is."""
        turns = self._said_status() != _R.c.status
        because = [(and_(turns, kept), why) for why, kept in self._kept_status().items()]
        return case(*because, else_=null()) if because else null()

    def _kept_status(self) -> dict[str, ColumnElement[bool]]:
        """Whether the status is not a file's to say, by reason."""
        if self.staging.kind == "unit":
            # what a dispatcher and the crew say is newer than any file
            at_work = _R.c.id.in_(select(Assignment.resource_id).where(units.at_work()))
            return {"at work": at_work}
        if self.staging.kind == "shelter":
            return {"retired": _R.c.status == "retired", "people": self._empties_on_people()}
        return {}

    def _empties_on_people(self) -> ColumnElement[bool]:
        """Whether a shelter would be closed though people are counted in it; nobody said where
        they went. A file that counts nobody has said that they are gone."""
        said, s = self._said_status(), self._s
        nobody = s.c.population_total == 0 if "population_total" in s.c else literal(False)
        # not the joined row: where the common columns are written, there is none
        counted = (
            select(_OCCUPIED.c.resource_id)
            .where(_OCCUPIED.c.resource_id == _R.c.id, _OCCUPIED.c.population_total > 0)
            .correlate(_R)
        )
        empties = and_(said.in_(shelters.EMPTY), _R.c.status.not_in(shelters.EMPTY))
        return and_(empties, ~func.coalesce(nobody, False), counted.exists())

    def _moves(self) -> ColumnElement[bool]:
        """A place that is only the middle of a town never replaces a real one."""
        s = self._s
        exact, placed = s.c.position_radius_m.is_(None), _R.c.position.is_not(None)
        rough_there = _R.c.position_radius_m.is_not(None)
        away = or_(
            func.abs(func.ST_X(s.c.position) - func.ST_X(_R.c.position)) > _STILL,
            func.abs(func.ST_Y(s.c.position) - func.ST_Y(_R.c.position)) > _STILL,
        )
        moves = or_(~placed, and_(or_(exact, rough_there), away))
        if self.gaps:
            moves = and_(moves, or_(~placed, s.c.fills_only.is_not(True)))
        return and_(s.c.position.is_not(None), moves)

    def _status(self) -> Columns:
        """The newer status wins, by when it was true and not by when it arrived."""
        s = self._s
        status = self._said_status()
        kept = self._kept_status().values()
        if kept:
            status = case((or_(*kept), _R.c.status), else_=status)
        turns = status != _R.c.status
        since = func.coalesce(self._status_given(), s.c.as_of, func.now())
        return {
            "status": status,
            "status_at": case((turns, since), else_=_R.c.status_at),
            "status_by": case((turns, literal(self.actor_name)), else_=_R.c.status_by),
            "status_reason": case((turns, null()), else_=_R.c.status_reason),
        }

    def _said_status(self) -> ColumnElement[Any]:
        s, given = self._s, self._status_given()
        outdated = and_(given.is_not(None), given < func.date_trunc("second", _R.c.status_at))
        if self.gaps:
            outdated = or_(outdated, s.c.fills_only)
        return case((outdated, _R.c.status), else_=func.coalesce(s.c.status, _R.c.status))

    def _status_given(self) -> ColumnElement[Any]:
        return self._s.c.status_at if "status_at" in self._s.c else null()

    def _value(self, name: str, table: Table) -> ColumnElement[Any]:
        here, there = self._s.c[name], table.c[name]
        if name in self.cleared and name not in _NEVER_CLEARED:
            value: ColumnElement[Any] = here
        else:
            value = func.coalesce(here, there)
        if self.gaps:
            value = case((self._s.c.fills_only, func.coalesce(there, here)), else_=value)
        return value


def differ(after: Mapping[str, Any], table: Table, names: Iterable[str]) -> ColumnElement[bool]:
    """Whether any of the columns will be something else."""
    return or_(literal(False), *(after[name].is_distinct_from(table.c[name]) for name in names))


def difference(
    pairs: Iterable[tuple[str, ColumnElement[Any], ColumnElement[Any]]], *tables: Table
) -> ScalarSelect[Any]:
    """{name: [before, after]} of the columns that differ, as an expression on `tables`."""
    columns = [
        case(
            (
                value.is_distinct_from(before),
                func.jsonb_build_array(_plain(before), _plain(value)),
            )
        ).label(name)
        for name, before, value in pairs
    ]
    row = select(*columns).correlate(*tables).subquery("difference")
    return select(stated(row)).scalar_subquery()


def said(columns: Iterable[ColumnElement[Any]], name: str) -> Subquery:
    """The rows of a table with what each says, places as text that PostGIS reads again; for
    `stated`. Not an expression of each row: that takes twice the time."""
    plain = [
        cast(column, String).label(column.name) if _is_place(column) else column
        for column in columns
    ]
    # OFFSET keeps the names of the columns, which a planner that looks through it would lose
    return select(*plain).offset(0).subquery(name)


def stated(rows: Subquery) -> ColumnElement[Any]:
    """What a row says, without what it does not say, as JSON."""
    return func.jsonb_strip_nulls(func.to_jsonb(rows.table_valued()), type_=JSONB)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value as JSON can carry it: PostGIS would write a whole GeoJSON for a place."""
    if _is_place(column):
        return func.concat(func.ST_Y(column), ", ", func.ST_X(column))
    return column


def _is_place(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, Geometry)
