"""Staged stock lines into the table: one item in one lot at one site, counted anew."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from meris.uploads.merge import Outcome
from meris.uploads.stage import STOCK_LINE as _L
from meris.uploads.stage import Staging

_KEY = ("item_name", "lot", "unit_of_issue")


@dataclass(frozen=True)
class LineMerge:
    """The stock lines of one upload; their sites have been compared before."""

    session: Session
    staging: Staging
    cleared: frozenset[str] = frozenset()

    @property
    def s(self) -> Table:
        assert self.staging.lines is not None
        return self.staging.lines

    def find(self) -> None:
        """Tell the lines which resource their site is."""
        s, sites = self.s, self.staging.rows
        self.session.execute(
            update(s).values(resource_id=sites.c.resource_id).where(s.c.site == sites.c.number)
        )

    def compare(self) -> None:
        """Flag what would happen to the lines. A site with a changed line is confirmed, so that
        its age starts anew."""
        s, sites = self.s, self.staging.rows
        self.session.execute(
            update(s)
            .values(is_new=True, changed=True)
            .where(~select(_L.c.id).where(self._same()).exists())
        )
        self.session.execute(update(s).values(changed=self._differs()).where(self._same()))
        changed_sites = select(s.c.site).where(s.c.changed)
        self.session.execute(
            update(sites).values(confirmed=True).where(sites.c.number.in_(changed_sites))
        )

    def count(self, outcome: Outcome) -> None:
        """Add the numbers of lines to what would happen."""
        s = self.s
        new, changed, unchanged = self.session.execute(
            select(
                func.count().filter(s.c.is_new),
                func.count().filter(s.c.is_new.is_(None), s.c.changed),
                func.count().filter(s.c.is_new.is_(None), ~s.c.changed),
            ).where(self._used())
        ).one()
        outcome.lines_new, outcome.lines_changed, outcome.lines_unchanged = new, changed, unchanged

    def overcommitted(self) -> list[tuple[int, str]]:
        """Rows that would leave more committed than is on hand, with what is committed."""
        s = self.s
        committed = func.coalesce(s.c.quantity_committed, _L.c.quantity_committed)
        found = self.session.execute(
            select(s.c.number, committed)
            .where(self._same(), self._used(), committed > s.c.quantity_on_hand)
            .order_by(s.c.number)
        )
        return [(number, f"{amount:f}") for number, amount in found]

    def leave_out(self, numbers: list[int]) -> None:
        """Forget staged lines by the numbers of their rows."""
        self.session.execute(self.s.delete().where(self.s.c.number.in_(numbers)))

    def write(self) -> None:
        """Update the lines that differ and insert the new ones."""
        s = self.s
        after = self._after()
        self.session.execute(
            update(_L).values(after).where(self._same(), self._used(), s.c.changed)
        )
        names = list(self.staging.line)
        values: dict[str, Any] = {name: s.c[name] for name in names}
        values["quantity_committed"] = func.coalesce(s.c.quantity_committed, literal(0))
        chosen = select(s.c.resource_id, s.c.as_of, *values.values()).where(
            s.c.is_new, self._used()
        )
        self.session.execute(
            insert(_L).from_select(["resource_id", "as_of", *values], chosen.order_by(s.c.number))
        )

    def _same(self) -> ColumnElement[bool]:
        s = self.s
        same = (s.c[name].is_not_distinct_from(_L.c[name]) for name in _KEY)
        return and_(_L.c.resource_id == s.c.resource_id, *same)

    def _used(self) -> ColumnElement[bool]:
        """Lines of sites whose rows are older than what is recorded are not used."""
        sites = self.staging.rows
        skipped = select(sites.c.number).where(sites.c.skip)
        return self.s.c.site.not_in(skipped)

    def _after(self) -> dict[str, ColumnElement[Any]]:
        s = self.s
        after: dict[str, ColumnElement[Any]] = {
            name: s.c[name] if name in self.cleared else func.coalesce(s.c[name], _L.c[name])
            for name in self.staging.line
            if name not in _KEY
        }
        after["quantity_committed"] = func.coalesce(s.c.quantity_committed, _L.c.quantity_committed)
        after["as_of"] = func.coalesce(s.c.as_of, _L.c.as_of)
        return after

    def _differs(self) -> ColumnElement[bool]:
        after = self._after()
        return or_(*(value.is_distinct_from(_L.c[name]) for name, value in after.items()))
