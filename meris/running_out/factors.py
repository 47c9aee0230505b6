"""Planning factors as they are set, and changing them as rules: one table, written as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.dispatch.rules import Form, Shown, begin, unchanged
from meris.tables import PlanningFactor

#: Of the form's fields, each followed by the factor's code.
NUMBERS = {"least": "least", "quantity": "usual figure", "most": "most"}
_MOST = 1_000_000


@dataclass(frozen=True)
class Factors:
    """Every factor, in the order of lists."""

    rows: Sequence[PlanningFactor]

    @classmethod
    def read(cls, session: Session) -> "Factors":
        """As they are set now."""
        rows = session.scalars(select(PlanningFactor).order_by(PlanningFactor.rank))
        return cls(rows.all())

    def number(self, code: str) -> float:
        """A plain number, such as `lead_days`."""
        return float(next(row.quantity for row in self.rows if row.code == code))

    def need(self, place: str, item_code: str | None) -> str | None:
        """The item that stands for the need which an item serves at a `shelter` or `pod`."""
        for row in self.rows:
            if row.place == place and item_code in (row.item_code, *row.also):
                return row.item_code
        return item_code

    def needs(self, item_code: str) -> set[str]:
        """What an item is listed under, wherever it is."""
        return {str(self.need(place, item_code)) for place in ("shelter", "pod")}


def shown(rows: Sequence[PlanningFactor]) -> Shown:
    """The table as its form shows it: `quantity.water_shelter` and so on."""
    return {
        f"{name}.{row.code}": f"{Decimal(getattr(row, name)).normalize():f}"
        for row in rows
        for name in NUMBERS
    }


def save(session: Session, viewer: Viewer, typed: Mapping[str, str], *, seen: str | None) -> int:
    """Write the table as it was typed; how many factors changed.

    Raises `Forbidden`, `Invalid` with every problem, or `Conflict` when the table says something
    else than was `seen`.
    """
    begin(session, viewer)
    rows = Factors.read(session).rows
    unchanged("this table", shown(rows), seen)
    form = Form(typed)
    fresh = {row.code: _read(form, row) for row in rows}
    form.done()
    changed = [
        row for row in rows if {name: getattr(row, name) for name in NUMBERS} != fresh[row.code]
    ]
    for row in changed:
        statement = update(PlanningFactor).where(PlanningFactor.code == row.code)
        session.execute(statement.values(fresh[row.code]))
    return len(changed)


def _read(form: Form, row: PlanningFactor) -> dict[str, Decimal]:
    where = f" at a {row.place}" if row.place else ""
    values = {
        name: form.number(f"{name}.{row.code}", f"{what} of {row.title}{where}", 0, _MOST)
        for name, what in NUMBERS.items()
    }
    if values["least"] == 0:
        form.refuse(f"least.{row.code}", "The least must be above zero: nobody lives on nothing.")
    elif not values["least"] <= values["quantity"] <= values["most"]:
        form.refuse(f"quantity.{row.code}", "The usual figure must lie between least and most.")
    return values
