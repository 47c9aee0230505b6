"""Staged rows into the tables, set by set: find what is there, compare, update, insert.

A cell that is empty, and a column that the file does not have, leave what is recorded alone.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from meris.db import Actor
from meris.uploads.stage import PARTS, PLACE, Staging
from meris.uploads.stage import RESOURCE as _R

_NEVER_CLEARED = frozenset({"name", "type", "status", "sensitivity", "external_id", "as_of"})
# These say since when and not what; a row that differs in them only is confirmed, not changed.
_TIMES = ("as_of", "status_at", "position_at")


@dataclass
class Outcome:
    """How many resources (and stock lines) an upload makes, changes, confirms, leaves alone.

    `older` rows say less recent things than what is recorded and were not used.
    """

    new: int = 0
    changed: int = 0
    confirmed: int = 0
    unchanged: int = 0
    older: int = 0
    lines_new: int = 0
    lines_changed: int = 0
    lines_unchanged: int = 0
    older_rows: list[int] = field(default_factory=list)

    @property
    def used(self) -> int:
        """Rows of the file that say something about what is now recorded."""
        return self.new + self.changed + self.confirmed + self.unchanged


@dataclass(frozen=True)
class Merge:
    """One upload's way into the tables. `cleared` are columns whose empty cells empty them."""

    session: Session
    staging: Staging
    actor: Actor
    agency_id: int
    filename: str
    public: bool = False
    cleared: frozenset[str] = frozenset()

    @property
    def s(self) -> Table:
        return self.staging.rows

    @property
    def part(self) -> Table:
        return PARTS[self.staging.kind]

    def compare(self) -> None:
        """Find each row's resource and flag what would happen; nothing is changed.

        1. By the agency's own ID. 2. Else by name and address, where neither has another ID.
        3. Rows older than what is recorded are skipped. 4. The rest is compared, column by column.
        """
        self._match_by_id()
        self._match_by_name()
        self.staging.analyze(self.session)
        self._lock()
        self._skip_older()
        self._number_new()
        self._flag_changes()

    def write(self) -> None:
        """Update what differs and insert what is new."""
        self._update_common()
        self._update_part()
        self._insert_common()
        self._insert_part()

    def _match_by_id(self) -> None:
        s = self.s
        self.session.execute(
            update(s)
            .values(resource_id=_R.c.id)
            .where(*self._ours(), _R.c.external_id == s.c.external_id)
        )

    def _match_by_name(self) -> None:
        """One resource for one row: the same name, and an address that does not differ."""
        s = self.s
        here, there = _plain(s.c.address_line1), _plain(_R.c.address_line1)
        town_here, town_there = _plain(s.c.city), _plain(_R.c.city)
        taken = select(s.c.resource_id).where(s.c.resource_id.is_not(None))
        pairs = (
            select(
                s.c.number,
                _R.c.id,
                func.row_number().over(partition_by=s.c.number, order_by=_R.c.id).label("nth"),
                func.row_number().over(partition_by=_R.c.id, order_by=s.c.number).label("nth_row"),
            )
            .where(
                *self._ours(),
                s.c.resource_id.is_(None),
                func.lower(_R.c.name) == func.lower(s.c.name),
                or_(s.c.external_id.is_(None), _R.c.external_id.is_(None)),
                or_(here == there, here == "", there == ""),
                or_(town_here == town_there, town_here == "", town_there == ""),
                _R.c.id.not_in(taken),
            )
            .subquery()
        )
        self.session.execute(
            update(s)
            .values(resource_id=pairs.c.id)
            .where(s.c.number == pairs.c.number, pairs.c.nth == 1, pairs.c.nth_row == 1)
        )

    def _ours(self) -> tuple[ColumnElement[bool], ...]:
        return _R.c.agency_id == self.agency_id, _R.c.kind == self.staging.kind

    def _lock(self) -> None:
        """Nobody else changes these resources until the upload is done; in one order for all."""
        matched = select(self.s.c.resource_id).where(self.s.c.resource_id.is_not(None))
        self.session.execute(
            select(_R.c.id).where(_R.c.id.in_(matched)).order_by(_R.c.id).with_for_update()
        )

    def _skip_older(self) -> None:
        s = self.s
        older = s.c.as_of < _R.c.as_of
        self.session.execute(update(s).values(skip=True).where(s.c.resource_id == _R.c.id, older))

    def _number_new(self) -> None:
        """Give new rows their ids now, so that their parts and lines know them."""
        next_id = func.nextval(func.pg_get_serial_sequence("resource", "id"))
        self.session.execute(
            update(self.s)
            .values(resource_id=next_id, is_new=True)
            .where(self.s.c.resource_id.is_(None))
        )

    def _flag_changes(self) -> None:
        s, p = self.s, self.part
        facts = [name for name in self.staging.common if name not in _TIMES]
        differs = or_(
            _differ(self._common_after(), _R, facts), _differ(self._part_after(), p, self._parts())
        )
        confirms = or_(s.c.as_of > _R.c.as_of, and_(s.c.as_of.is_not(None), _R.c.as_of.is_(None)))
        self.session.execute(
            update(s)
            .values(changed=differs, confirmed=func.coalesce(confirms, False))
            .where(s.c.resource_id == _R.c.id, p.c.resource_id == _R.c.id, *self._existing())
        )

    def _existing(self) -> tuple[ColumnElement[bool], ...]:
        return self.s.c.is_new.is_(None), self.s.c.skip.is_(None)

    def _parts(self) -> list[str]:
        return list(self.staging.part)

    def _common_after(self) -> dict[str, ColumnElement[Any]]:
        """What each common column will be; its present value where the row says nothing."""
        s = self.s
        after = {name: self._after(name, _R) for name in self.staging.common}
        exact, placed = s.c.position_radius_m.is_(None), _R.c.position.is_not(None)
        rough_there = _R.c.position_radius_m.is_not(None)
        # a place that is only the middle of a town never replaces a real one
        moves = and_(s.c.position.is_not(None), or_(exact, ~placed, rough_there))
        for name in PLACE:
            after[name] = case((moves, s.c[name]), else_=_R.c[name])
        moved = and_(moves, s.c.position.is_distinct_from(_R.c.position))
        when = func.coalesce(s.c.position_at, s.c.as_of, func.now())
        after["position_at"] = case((moved, when), else_=_R.c.position_at)
        after["county_fips"] = func.coalesce(after["county_fips"], s.c.county_fips)
        # a spreadsheet may hide a record but not uncover a confidential one
        after["sensitivity"] = case(
            (_R.c.sensitivity == "confidential", _R.c.sensitivity), else_=after["sensitivity"]
        )
        return after | self._status_after()

    def _status_after(self) -> dict[str, ColumnElement[Any]]:
        """The newer status wins, by when it was true and not by when it arrived."""
        s = self.s
        given = s.c.status_at if "status_at" in s.c else null()
        outdated = and_(given.is_not(None), given < _R.c.status_at)
        status = case((outdated, _R.c.status), else_=func.coalesce(s.c.status, _R.c.status))
        turns = status != _R.c.status
        since = func.coalesce(given, s.c.as_of, func.now())
        return {
            "status": status,
            "status_at": case((turns, since), else_=_R.c.status_at),
            "status_by": case((turns, literal(self.actor.name)), else_=_R.c.status_by),
            "status_reason": case((turns, null()), else_=_R.c.status_reason),
        }

    def _part_after(self) -> dict[str, ColumnElement[Any]]:
        return {name: self._after(name, self.part) for name in self._parts()}

    def _after(self, name: str, table: Table) -> ColumnElement[Any]:
        if name in self.cleared and name not in _NEVER_CLEARED:
            return self.s.c[name]
        return func.coalesce(self.s.c[name], table.c[name])

    def _update_common(self) -> None:
        s = self.s
        now = func.now()
        after = self._common_after()
        after["source"] = func.coalesce(s.c.source, literal(self.filename))
        after["confirmed_at"] = func.greatest(
            _R.c.confirmed_at, func.least(func.coalesce(s.c.as_of, now), now)
        )
        after["confirmed_by"] = literal(self.actor.name)
        after["updated_at"] = now
        self.session.execute(
            update(_R)
            .values(after)
            .where(_R.c.id == s.c.resource_id, *self._existing(), or_(s.c.changed, s.c.confirmed))
        )

    def _update_part(self) -> None:
        s, p = self.s, self.part
        if not self.staging.part:
            return
        after = self._part_after()
        self.session.execute(
            update(p)
            .values(after)
            .where(
                p.c.resource_id == s.c.resource_id,
                *self._existing(),
                s.c.changed,
                _differ(after, p, self._parts()),
            )
        )

    def _insert_common(self) -> None:
        s = self.s
        now = func.now()
        true_at = func.least(func.coalesce(s.c.as_of, now), now)
        given = s.c.status_at if "status_at" in s.c else null()
        fresh = "public" if self.public else "restricted"
        values: dict[str, Any] = {name: s.c[name] for name in self.staging.common}
        values |= {
            "id": s.c.resource_id,
            "kind": literal(self.staging.kind),
            "agency_id": literal(self.agency_id),
            "status": func.coalesce(s.c.status, literal("unknown")),
            "status_at": func.coalesce(given, true_at),
            "status_by": literal(self.actor.name),
            "position_at": case(
                (s.c.position.is_not(None), func.coalesce(s.c.position_at, true_at))
            ),
            "source": func.coalesce(s.c.source, literal(self.filename)),
            "sensitivity": func.coalesce(s.c.sensitivity, literal(fresh)),
            "confirmed_at": true_at,
            "confirmed_by": literal(self.actor.name),
        }
        chosen = select(*values.values()).where(s.c.is_new).order_by(s.c.number)
        self.session.execute(insert(_R).from_select(list(values), chosen))

    def _insert_part(self) -> None:
        s, names = self.s, self._parts()
        chosen = select(s.c.resource_id, *(s.c[name] for name in names)).where(s.c.is_new)
        self.session.execute(insert(self.part).from_select(["resource_id", *names], chosen))

    def count(self) -> Outcome:
        """What would happen, in numbers."""
        s = self.s
        existing = and_(*self._existing())
        row = self.session.execute(
            select(
                func.count().filter(s.c.is_new),
                func.count().filter(existing, s.c.changed),
                func.count().filter(existing, ~s.c.changed, s.c.confirmed),
                func.count().filter(existing, ~s.c.changed, ~s.c.confirmed),
                func.count().filter(s.c.skip),
            )
        ).one()
        older = select(s.c.number).where(s.c.skip).order_by(s.c.number).limit(1_000)
        return Outcome(*row, older_rows=list(self.session.scalars(older)))


def _plain(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Address or town without case and spare blanks; empty when not known."""
    return func.lower(func.trim(func.coalesce(column, "")))


def _differ(
    after: dict[str, ColumnElement[Any]], table: Table, names: list[str]
) -> ColumnElement[bool]:
    """Whether any of the columns will be something else."""
    if not names:
        return literal(False)
    return or_(*(after[name].is_distinct_from(table.c[name]) for name in names))
