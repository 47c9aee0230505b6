"""Staged stock lines into the table: one item in one lot at one site, counted anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from meris import ledger, supplies
from meris.accounts import Viewer
from meris.uploads.after import differ, difference
from meris.uploads.merge import Outcome
from meris.uploads.stage import STOCK_LINE as _L
from meris.uploads.stage import Staging

_KEY = ("item_name", "lot", "unit_of_issue")
_COMMITTED = (
    "{} are committed already, more than the file says are on hand. Release what was promised "
    "first, or correct the count."
)
_PROMISED = (
    "the file says {} on hand, and {} of it {} promised to {}. Release what cannot be given"
    " there, or correct the count."
)
#: So many rows in a file name the requests that are in the way; the others say how much it is.
_MOST_NAMED = 1_000


@dataclass(frozen=True)
class LineMerge:
    """The stock lines of one upload; their sites have been compared before.

    A line without an item is a site without stock: it has the fate of its site.
    """

    session: Session
    staging: Staging
    viewer: Viewer
    cleared: frozenset[str] = frozenset()

    @property
    def _s(self) -> Table:
        assert self.staging.lines is not None
        return self.staging.lines

    @property
    def _f(self) -> Table:
        return self.staging.found_lines

    def compare(self) -> list[tuple[int, str]]:
        """Note what becomes of each line, and what would differ; nothing is changed.

        Answers the rows that would leave more committed than is on hand, with the reason: goods
        that were promised cannot be counted away, so these are left out.
        """
        self._find()
        over = self._overcommitted()
        self._leave_out([number for number, _ in over])
        self._confirm_sites()
        return over

    def _find(self) -> None:
        x = self._beside().offset(0).subquery()
        fate = case(
            (x.c.alone | x.c.site_fate.in_(("held", "older")), x.c.site_fate),
            (~x.c.known, "new"),
            (x.c.older, "older"),
            (x.c.diff.is_not(None), "changed"),
            else_="unchanged",
        )
        chosen = select(x.c.number, x.c.resource_id, x.c.site, x.c.line_id, fate, x.c.diff)
        names = ["number", "resource_id", "site", "line_id", "fate", "diff"]
        self.session.execute(insert(self._f).from_select(names, chosen))
        self.staging.analyze(self.session, self._f)

    def _confirm_sites(self) -> None:
        """A site with a changed line is confirmed, so that its age starts anew."""
        sites, f = self.staging.found, self._f
        moved = select(f.c.site).where(f.c.fate.in_(("new", "changed")))
        self.session.execute(
            update(sites)
            .values(fate="confirmed")
            .where(sites.c.fate == "unchanged", sites.c.number.in_(moved))
        )

    def count(self, outcome: Outcome) -> None:
        """Add the numbers of lines to what would happen."""
        f, s = self._f, self._s
        counted: dict[str, int] = dict(
            self.session.execute(
                select(f.c.fate, func.count())
                .where(f.c.number == s.c.number, s.c.item_name.is_not(None))
                .group_by(f.c.fate)
            ).all()
        )
        outcome.lines_new = counted.get("new", 0)
        outcome.lines_changed = counted.get("changed", 0)
        outcome.lines_unchanged = counted.get("unchanged", 0)
        outcome.held = counted.get("held", 0)

    def _overcommitted(self) -> list[tuple[int, str]]:
        """Rows that would leave more committed than is on hand, and why that cannot be."""
        s, f = self._s, self._f
        committed = self._committed()
        found = self.session.execute(
            select(
                s.c.number,
                _L.c.id,
                s.c.quantity_on_hand,
                committed,
                _L.c.quantity_promised,
                _L.c.unit_of_issue,
            )
            .where(
                f.c.number == s.c.number,
                f.c.fate == "changed",
                _L.c.id == f.c.line_id,
                committed > s.c.quantity_on_hand,
            )
            .order_by(s.c.number)
        ).all()
        kept = [row.id for row in found if row.quantity_promised > row.quantity_on_hand]
        whom = ledger.promises_of(self.session, self.viewer, kept[:_MOST_NAMED])
        return [(row.number, _why(row, whom)) for row in found]

    def _committed(self) -> ColumnElement[Any]:
        """What is committed after the merge: never less than what MERIS promised of it."""
        said = func.coalesce(self._s.c.quantity_committed, _L.c.quantity_committed)
        return func.greatest(said, _L.c.quantity_promised)

    def _leave_out(self, numbers: list[int]) -> None:
        """Forget staged lines by the numbers of their rows."""
        for table in (self._s, self._f):
            self.session.execute(delete(table).where(table.c.number.in_(numbers)))

    def write(self) -> None:
        """Update the lines that differ and insert the new ones."""
        s, f = self._s, self._f
        changed = and_(f.c.number == s.c.number, f.c.fate == "changed", _L.c.id == f.c.line_id)
        self.session.execute(update(_L).values(self._after()).where(changed))
        values: dict[str, Any] = {name: s.c[name] for name in self.staging.line}
        values["quantity_committed"] = func.coalesce(s.c.quantity_committed, literal(0))
        sites = self.staging.found
        chosen = (
            select(sites.c.resource_id, s.c.as_of, *values.values())
            .where(
                f.c.number == s.c.number,
                f.c.fate == "new",
                sites.c.number == s.c.site,
                s.c.item_name.is_not(None),
            )
            .order_by(s.c.number)
        )
        self.session.execute(insert(_L).from_select(["resource_id", "as_of", *values], chosen))

    def _beside(self) -> Select[Any]:
        """Each line beside its site's fate and what is recorded of it."""
        s, sites = self._s, self.staging.found
        # equal where both are known, so that the planner can hash
        same = and_(
            _L.c.resource_id == sites.c.resource_id,
            _L.c.item_name == s.c.item_name,
            _L.c.unit_of_issue == s.c.unit_of_issue,
            func.coalesce(_L.c.lot, "") == func.coalesce(s.c.lot, ""),
            _L.c.lot.is_not_distinct_from(s.c.lot),
        )
        after = self._after()
        known = _L.c.id.is_not(None)
        older = func.coalesce(s.c.as_of < func.date_trunc("second", _L.c.as_of), False)
        changes = and_(known, ~older, differ(after, _L, after))
        pairs = [(name, _L.c[name], value) for name, value in after.items()]
        return select(
            s.c.number,
            sites.c.resource_id,
            s.c.site,
            _L.c.id.label("line_id"),
            s.c.item_name.is_(None).label("alone"),
            known.label("known"),
            older.label("older"),
            sites.c.fate.label("site_fate"),
            case((changes, difference(pairs, s, _L))).label("diff"),
        ).select_from(s.join(sites, sites.c.number == s.c.site).outerjoin(_L, same))

    def _after(self) -> dict[str, ColumnElement[Any]]:
        s = self._s
        after: dict[str, ColumnElement[Any]] = {
            name: s.c[name] if name in self.cleared else func.coalesce(s.c[name], _L.c[name])
            for name in self.staging.line
            if name not in _KEY
        }
        after["quantity_committed"] = self._committed()
        # files know seconds and nothing finer
        equal = s.c.as_of == func.date_trunc("second", _L.c.as_of)
        after["as_of"] = case((equal, _L.c.as_of), else_=func.coalesce(s.c.as_of, _L.c.as_of))
        return after


def _why(row: Any, whom: Mapping[int, Sequence[ledger.Promise]]) -> str:
    """Why a row would count away what is promised."""
    unit, kept = row.unit_of_issue, row.quantity_promised
    if kept <= row.quantity_on_hand:
        return _COMMITTED.format(f"{row[3].normalize():f}")
    return _PROMISED.format(
        supplies.amount(row.quantity_on_hand, unit),
        supplies.amount(kept, unit),
        "is" if kept == 1 else "are",
        ledger.to_whom(whom.get(row.id, [])) or "requests",
    )
