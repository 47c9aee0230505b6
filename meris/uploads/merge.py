"""Staged rows into the tables, set by set: find what is there, compare, update, insert.

What becomes of each row is its fate: new, changed, confirmed (only its time is newer), unchanged,
older (not used), or held (a person has to say first whether it is something recorded).
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
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
from meris.distances import Distances
from meris.uploads import merge_counts, same
from meris.uploads.after import After, Columns, differ
from meris.uploads.stage import PARTS, Staging
from meris.uploads.stage import RESOURCE as _R

# Rows named one by one in the notes of a check.
_MOST_NAMED = 1_000


@dataclass
class Outcome:
    """How many resources (and stock lines) an upload makes, changes, confirms, leaves alone.

    `older` rows say less recent things than what is recorded and were not used; `held` ones look
    like something recorded, or like each other, and nobody has said yet.
    """

    new: int = 0
    changed: int = 0
    confirmed: int = 0
    unchanged: int = 0
    older: int = 0
    held: int = 0
    lines_new: int = 0
    lines_changed: int = 0
    lines_unchanged: int = 0
    older_rows: list[int] = field(default_factory=list)

    @property
    def used(self) -> int:
        """Rows of the file that say something about what is now recorded."""
        return self.new + self.changed + self.confirmed + self.unchanged


@dataclass
class Merge:
    """One upload's way into the tables. `cleared` are columns whose empty cells empty them."""

    session: Session
    staging: Staging
    actor: Actor
    agency_id: int
    filename: str
    cleared: frozenset[str] = frozenset()
    _gaps: bool = False

    @property
    def _s(self) -> Table:
        return self.staging.rows

    @property
    def _f(self) -> Table:
        return self.staging.found

    @property
    def _p(self) -> Table:
        return PARTS[self.staging.kind]

    @property
    def _tells_people(self) -> bool:
        return merge_counts.tells(self.staging)

    def match(self, upload_id: int, distances: Distances) -> dict[int, int]:
        """Find the resource of each row, where there is one; nothing is changed.

        1. By the number that MERIS gave it. 2. By the agency's own ID. 3. By what a person said of
        it before, or by name and address. 4. Rows that only look like something are held back.
        Answers the rows that were joined with another row of the file, and its number.
        """
        self._match_by_number()
        self._match_by_id()
        joined = same.settle(self.session, self.staging, self.agency_id, distances)
        same.suspect(self.session, upload_id)
        self.staging.analyze(self.session, self._s)
        return joined

    def lock(self) -> None:
        """Nobody else changes these resources until the upload is done; in one order for all."""
        matched = select(self._s.c.resource_id).where(self._s.c.resource_id.is_not(None))
        locked = select(_R.c.id).where(_R.c.id.in_(matched)).order_by(_R.c.id).with_for_update()
        # counted there, so that the ids stay there
        self.session.scalar(select(func.count()).select_from(locked.subquery()))

    def compare(self) -> None:
        """Note what becomes of each row and what would differ; nothing is changed."""
        s = self._s
        self._gaps = bool(self.session.scalar(select(select(s).where(s.c.fills_only).exists())))
        x = self._beside().offset(0).subquery()  # a wall: the planner would compute `diff` thrice
        fate = case(
            (x.c.held, "held"),
            (~x.c.known, "new"),
            (x.c.older, "older"),
            (x.c.diff.is_not(None), "changed"),
            (x.c.confirms, "confirmed"),
            else_="unchanged",
        )
        # new rows know their ids before they are written: so do their parts, lines and reviews
        next_id = func.nextval(func.pg_get_serial_sequence("resource", "id"))
        own_id = case((fate == "new", func.coalesce(x.c.new_id, next_id)), else_=x.c.resource_id)
        names = ["number", "resource_id", "fate", "diff", "position", "position_radius_m"]
        if self._tells_people:
            names += ["counted_at", "count_older"]
        chosen = select(x.c.number, own_id, fate, *(x.c[name] for name in names[3:]))
        self.session.execute(insert(self._f).from_select(names, chosen))
        self.staging.analyze(self.session, self._f)

    def count(self) -> Outcome:
        """What would happen, in numbers."""
        f = self._f
        counted = select(f.c.fate, func.count()).group_by(f.c.fate)
        outcome = Outcome(**dict(self.session.execute(counted).all()))
        older = select(f.c.number).where(f.c.fate == "older").order_by(f.c.number)
        outcome.older_rows = list(self.session.scalars(older.limit(_MOST_NAMED)))
        return outcome

    def passed_over(self) -> dict[str, list[int]]:
        """The rows whose status is not used, by the reason: a key of `after.PASSED_OVER`."""
        if self.staging.kind not in ("unit", "shelter"):
            return {}
        s, fates = self._s, ("changed", "confirmed", "unchanged")
        why = self._after.passed_over().label("why")
        found = (
            select(s.c.number, why)
            .where(self._rows(*fates), _R.c.id == self._f.c.resource_id)
            .order_by(s.c.number)
            .subquery()
        )
        rows: dict[str, list[int]] = {}
        for number, reason in self.session.execute(select(found).where(found.c.why.is_not(None))):
            rows.setdefault(reason, []).append(number)
        return rows

    def write(self, upload_id: int) -> None:
        """Update what differs and insert what is new."""
        if self._tells_people:
            rows = self._rows("changed", "confirmed", "unchanged")
            name = self.actor.name
            self.session.execute(merge_counts.keep_older(self.staging, rows, name, upload_id))
        self._update_common()
        self._update_part()
        self._insert_common()
        self._insert_part()

    @property
    def _after(self) -> After:
        return After(self.staging, self.actor.name, self.cleared, self._gaps)

    def _match_by_number(self) -> None:
        """A file from elsewhere has other numbers: something else must speak for it too."""
        s = self._s
        if not self.session.scalar(select(select(s).where(s.c.meris_id.is_not(None)).exists())):
            return
        own = s.c.external_id == _R.c.external_id
        no_rival = or_(own, s.c.external_id.is_(None), _R.c.external_id.is_(None))
        named = func.lower(s.c.name) == func.lower(_R.c.name)
        lives = func.lower(s.c.address_line1) == func.lower(_R.c.address_line1)
        self.session.execute(
            update(s)
            .values(resource_id=_R.c.id)
            .where(*self._ours(), _R.c.id == s.c.meris_id, no_rival, or_(own, named, lives))
        )

    def _match_by_id(self) -> None:
        s = self._s
        self.session.execute(
            update(s)
            .values(resource_id=_R.c.id)
            .where(*self._ours(), _R.c.external_id == s.c.external_id, s.c.resource_id.is_(None))
        )

    def _ours(self) -> tuple[ColumnElement[bool], ...]:
        return _R.c.agency_id == self.agency_id, _R.c.kind == self.staging.kind

    def _beside(self) -> Select[Any]:
        """Each row beside what is recorded of it."""
        s, p, after = self._s, self._p, self._after
        known, held = _R.c.id.is_not(None), func.coalesce(s.c.held, False)
        changes = and_(known, ~held, ~after.older(), after.differs())
        place: Columns = {
            name: case((known, after.common[name]), else_=s.c[name]) for name in _PLACE
        }
        if self._tells_people:
            place["counted_at"] = merge_counts.counted_at(self.staging, after.part)
            place["count_older"] = merge_counts.older(self.staging)
        return select(
            s.c.number,
            s.c.resource_id,
            s.c.new_id,
            held.label("held"),
            known.label("known"),
            after.older().label("older"),
            after.confirms().label("confirms"),
            case((changes, after.differences())).label("diff"),
            *(value.label(name) for name, value in place.items()),
        ).select_from(
            s.outerjoin(_R, _R.c.id == s.c.resource_id).outerjoin(p, p.c.resource_id == _R.c.id)
        )

    def _rows(self, *fates: str) -> ColumnElement[bool]:
        """Staged rows with one of the fates, joined with what was found of them."""
        f = self._f
        return and_(f.c.number == self._s.c.number, f.c.fate.in_(fates))

    def _update_common(self) -> None:
        s = self._s
        now = func.now()
        after = dict(self._after.common)
        after["source"] = func.coalesce(s.c.source, literal(self.filename))
        after["confirmed_at"] = func.greatest(
            _R.c.confirmed_at, func.least(func.coalesce(s.c.as_of, now), now)
        )
        after["confirmed_by"] = literal(self.actor.name)
        after["unreported_at"] = null()
        after["updated_at"] = now
        self.session.execute(
            update(_R)
            .values(after)
            .where(_R.c.id == self._f.c.resource_id, self._rows("changed", "confirmed"))
        )

    def _update_part(self) -> None:
        p, after = self._p, self._after.noted_part
        if not after:
            return
        values = dict(after)
        if self._tells_people:
            values["counted_at"] = self._f.c.counted_at
        self.session.execute(
            update(p)
            .values(values)
            .where(
                p.c.resource_id == self._f.c.resource_id,
                self._rows("changed"),
                differ(after, p, after),
            )
        )

    def _insert_common(self) -> None:
        s = self._s
        now = func.now()
        true_at = func.least(func.coalesce(s.c.as_of, now), now)
        given = s.c.status_at if "status_at" in s.c else null()
        values: dict[str, Any] = {name: s.c[name] for name in self.staging.common}
        values |= {
            "id": self._f.c.resource_id,
            "kind": literal(self.staging.kind),
            "agency_id": literal(self.agency_id),
            "status": func.coalesce(s.c.status, literal("unknown")),
            "status_at": func.coalesce(given, true_at),
            "status_by": literal(self.actor.name),
            "position_at": case(
                (s.c.position.is_not(None), func.coalesce(s.c.position_at, true_at))
            ),
            "source": func.coalesce(s.c.source, literal(self.filename)),
            # a file may hide a new record but not show it to everybody: a person does that
            "sensitivity": case(
                (s.c.sensitivity == "confidential", s.c.sensitivity), else_=literal("restricted")
            ),
            "confirmed_at": true_at,
            "confirmed_by": literal(self.actor.name),
        }
        chosen = select(*values.values()).where(self._rows("new")).order_by(s.c.number)
        self.session.execute(insert(_R).from_select(list(values), chosen))

    def _insert_part(self) -> None:
        s, names = self._s, list(self.staging.part)
        own: list[ColumnElement[Any]] = [s.c[name] for name in names]
        if self._tells_people:
            own, names = [*own, merge_counts.first_counted_at(self.staging)], [*names, "counted_at"]
        chosen = select(self._f.c.resource_id, *own).where(self._rows("new")).order_by(s.c.number)
        self.session.execute(insert(self._p).from_select(["resource_id", *names], chosen))


_PLACE = ("position", "position_radius_m")
