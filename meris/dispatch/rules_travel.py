"""How kinds of units travel, and how long they work, as rules: one table, changed as a whole."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.dispatch.rules import Form, Shown, begin, unchanged
from meris.dispatch.travel import Profile
from meris.tables import UnitProfile

#: Of the form's fields, each followed by the kind: title, least, most, as the database has them.
NUMBERS = {
    "speed_kmh": ("speed", 1, 1_000),
    "turnout_minutes": ("time to turn out", 0, 1_440),
    "rest_after_hours": ("hours on duty", 1, 168),
}


def kinds() -> Sequence[str]:
    """Every kind of unit, in the order of lists."""
    return list(fields.types("unit").by_code)


def shown(session: Session) -> Shown:
    """The table as its form shows it: `speed_kmh.engine` and so on; `flies.engine` is "yes"."""
    known = {row.unit_type: row for row in session.scalars(select(UnitProfile))}
    told: dict[str, str] = {}
    for kind in kinds():
        row = known.get(kind) or Profile()
        for name in NUMBERS:
            told[f"{name}.{kind}"] = f"{Decimal(str(getattr(row, name))).normalize():f}"
        told[f"flies.{kind}"] = "yes" if row.flies else ""
    return told


def save(session: Session, viewer: Viewer, typed: Mapping[str, str], *, seen: str | None) -> int:
    """Write the table as it was typed; how many kinds changed.

    Raises `Forbidden`, `Invalid` with every problem, or `Conflict` when the table says something
    else than was `seen`.
    """
    begin(session, viewer)
    unchanged("this table", shown(session), seen)
    form = Form(typed)
    rows = [_read(form, kind) for kind in kinds()]
    form.done()
    known = {row.unit_type: Profile.of(row) for row in session.scalars(select(UnitProfile))}
    fresh = [row for row in rows if known.get(str(row["unit_type"])) != _profile(row)]
    for row in fresh:
        session.execute(
            insert(UnitProfile)
            .values(row)
            .on_conflict_do_update(index_elements=["unit_type"], set_=row)
        )
    return len(fresh)


def _read(form: Form, kind: str) -> dict[str, object]:
    title = fields.types("unit")[kind].title
    row: dict[str, object] = {
        name: form.number(f"{name}.{kind}", f"{what} of {title}", least, most)
        for name, (what, least, most) in NUMBERS.items()
    }
    return {"unit_type": kind, **row, "flies": form.raw(f"flies.{kind}") == "yes"}


def _profile(row: Mapping[str, object]) -> Profile:
    numbers = [float(str(row[name])) for name in NUMBERS]
    return Profile(numbers[0], numbers[1], numbers[2], bool(row["flies"]))
