"""Counting what is there: a sheet is drawn, walked with, entered, and becomes movements.

A count is compared with what the books said at the time it was made: what was handed out or came
in since is no difference. All functions raise `NotFound`, `Forbidden`, `Invalid`, `Conflict`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import case, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from meris import supplies
from meris.accounts import Viewer
from meris.errors import Conflict, NotFound, refused
from meris.ledger.lots import Lot, line_for
from meris.ledger.promised import promises, to_whom
from meris.ledger.quantities import Said
from meris.ledger.record import record
from meris.ledger.shelves import Shelf, find_site, hold, lock_site, require_hands, require_staff
from meris.tables import Resource, StockLine, StockMovement, Stocktake, StocktakeLine

#: The sides of a movement that are on the shelf.
_ON_HAND = ("free", "promised")


@dataclass(frozen=True)
class Counted:
    """What somebody counted of one line of a sheet, in the line's unit; None is not counted."""

    quantity: Decimal | None
    note: str | None = None


def draw(
    session: Session, viewer: Viewer, site_id: int, *, categories: Sequence[str] = ()
) -> Stocktake:
    """A sheet of every line of a site, or of some categories, with what the books say now."""
    site = find_site(session, viewer, site_id)
    require_hands(viewer, site)
    row = {"resource_id": site_id, "drawn_by": viewer.name, "drawn_at": datetime.now(UTC)}
    sheet = session.scalars(insert(Stocktake).values(row).returning(Stocktake)).one()
    lines = (
        select(literal(sheet.id), StockLine.id, StockLine.quantity_on_hand)
        .where(StockLine.resource_id == site_id)
        .order_by(StockLine.id)
    )
    if categories:
        lines = lines.where(func.coalesce(StockLine.category, "other").in_(categories))
    names = ["stocktake_id", "stock_line_id", "expected"]
    session.execute(insert(StocktakeLine).from_select(names, lines))
    if not session.scalar(select(func.count()).where(StocktakeLine.stocktake_id == sheet.id)):
        raise refused("categories", "There is no such stock to count here.")
    return sheet


def find(session: Session, viewer: Viewer, stocktake_id: int) -> tuple[Stocktake, Resource]:
    """A sheet and its site."""
    require_staff(viewer)
    statement = (
        select(Stocktake, Resource)
        .join(Resource, Resource.id == Stocktake.resource_id)
        .where(Stocktake.id == stocktake_id, viewer.policy.condition())
        .execution_options(populate_existing=True)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no such count sheet, or you may not see it.")
    return row.Stocktake, row.Resource


def enter(
    session: Session,
    viewer: Viewer,
    stocktake_id: int,
    counted: Mapping[int, Counted],
    *,
    counted_by: str | None = None,
    counted_at: datetime | None = None,
) -> Stocktake:
    """Keep what was counted, by stock line; the others stay as they were. Nothing is moved yet."""
    sheet = _open(session, viewer, stocktake_id)
    known = set(
        session.scalars(
            select(StocktakeLine.stock_line_id).where(StocktakeLine.stocktake_id == sheet.id)
        )
    )
    if not counted.keys() <= known:
        raise NotFound("That is not on this count sheet.")
    for line_id, count in counted.items():
        if count.quantity is not None and count.quantity < 0:
            raise refused("counted", "Write a number from zero on.")
        session.execute(
            update(StocktakeLine)
            .where(StocktakeLine.stocktake_id == sheet.id, StocktakeLine.stock_line_id == line_id)
            .values(counted=count.quantity, note=count.note)
            .execution_options(synchronize_session=False)
        )
    when = Said(Decimal(0), at=counted_at).when()
    _set(session, sheet, counted_by=counted_by or viewer.name, counted_at=when)
    return sheet


def found(
    session: Session, viewer: Viewer, stocktake_id: int, lot: Lot, counted: Counted
) -> StocktakeLine:
    """Goods that are there and on no line of the sheet: they get a line, and join the sheet."""
    sheet = _open(session, viewer, stocktake_id)
    line = line_for(session, lock_site(session, viewer, sheet.resource_id), lot)
    row = {
        "stocktake_id": sheet.id,
        "stock_line_id": line.id,
        "expected": line.quantity_on_hand,
        "counted": counted.quantity,
        "note": counted.note,
    }
    again = {"counted": counted.quantity, "note": counted.note}
    statement = upsert(StocktakeLine).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["stocktake_id", "stock_line_id"], set_=again
    )
    made = session.scalars(
        statement.returning(StocktakeLine), execution_options={"populate_existing": True}
    )
    return made.one()


def apply(
    session: Session, viewer: Viewer, stocktake_id: int, *, source: str = "web"
) -> list[StockMovement]:
    """Make the books say what was counted: a movement for each difference, and the sheet is done.

    Raises `Conflict`, naming each line, where less was counted than is promised; then nothing of
    it is done. The same again answers what was done.
    """
    sheet, _ = find(session, viewer, stocktake_id)
    session.refresh(sheet, with_for_update={"key_share": True})
    if sheet.status == "entered" and sheet.entered_by == viewer.name:
        made = select(StockMovement).where(StockMovement.stocktake_id == sheet.id)
        return list(session.scalars(made.order_by(StockMovement.id)))
    sheet = _open(session, viewer, stocktake_id)
    if sheet.counted_at is None:
        raise refused("counted", "Nothing was counted yet. Enter the sheet first.")
    rows = _entered(session, sheet)
    shelves = hold(session, [row.stock_line_id for row in rows])
    gaps = {row.stock_line_id: _gap(session, sheet, row) for row in rows}
    _require_kept(session, viewer, shelves, gaps)
    movements = [
        _adjust(session, viewer, shelves[line_id], gap, sheet, source)
        for line_id, gap in gaps.items()
        if gap
    ]
    _set(session, sheet, status="entered", entered_by=viewer.name, entered_at=datetime.now(UTC))
    return movements


def cancel(session: Session, viewer: Viewer, stocktake_id: int) -> Stocktake:
    """Put a sheet away that nobody will enter."""
    sheet = _open(session, viewer, stocktake_id)
    _set(session, sheet, status="cancelled")
    return sheet


def _open(session: Session, viewer: Viewer, stocktake_id: int) -> Stocktake:
    """The sheet, locked, still to be entered."""
    sheet, site = find(session, viewer, stocktake_id)
    require_hands(viewer, site)
    session.refresh(sheet, with_for_update={"key_share": True})
    if sheet.status != "open":
        who = f" by {sheet.entered_by}" if sheet.entered_by else ""
        raise Conflict(f"This count sheet was {sheet.status}{who}. Draw a new one.")
    return sheet


def _set(session: Session, sheet: Stocktake, **values: object) -> None:
    session.execute(
        update(Stocktake)
        .where(Stocktake.id == sheet.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(sheet)


def _entered(session: Session, sheet: Stocktake) -> Sequence[StocktakeLine]:
    statement = (
        select(StocktakeLine)
        .where(StocktakeLine.stocktake_id == sheet.id, StocktakeLine.counted.is_not(None))
        .order_by(StocktakeLine.stock_line_id)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).all()


def _gap(session: Session, sheet: Stocktake, row: StocktakeLine) -> Decimal:
    """What was counted less what the books say was there then."""
    m = StockMovement
    moved = case((m.to_place.in_(_ON_HAND), m.quantity), else_=0) - case(
        (m.from_place.in_(_ON_HAND), m.quantity), else_=0
    )
    until = select(func.coalesce(func.sum(moved), 0)).where(
        m.stock_line_id == row.stock_line_id, m.at <= sheet.counted_at
    )
    assert row.counted is not None
    return row.counted - Decimal(session.scalars(until).one())


def _require_kept(
    session: Session, viewer: Viewer, shelves: Mapping[int, Shelf], gaps: Mapping[int, Decimal]
) -> None:
    """Raise `Conflict` with every line that was counted below what is promised of it."""
    problems = []
    for line_id, gap in gaps.items():
        line = shelves[line_id].line
        if line.quantity_on_hand + gap < line.quantity_committed:
            message = _too_few(session, viewer, line, line.quantity_on_hand + gap)
            problems.append({"field": "counted", "stock_line_id": line_id, "message": message})
    if problems:
        raise Conflict(str(problems[0]["message"]), problems=problems)


def _too_few(session: Session, viewer: Viewer, line: StockLine, there: Decimal) -> str:
    unit = line.unit_of_issue
    kept = supplies.amount(line.quantity_committed, unit)
    whom = to_whom(promises(session, viewer, line.id))
    to = f"promised to {whom}" if whom else "set aside"
    return (
        f"{line.item_name}: {supplies.amount(max(there, Decimal(0)), unit)} by this count, and"
        f" {kept} {'is' if line.quantity_committed == 1 else 'are'} {to}. Release what cannot be"
        " given, then enter the count."
    )


def _adjust(
    session: Session,
    viewer: Viewer,
    shelf: Shelf,
    gap: Decimal,
    sheet: Stocktake,
    source: str,
) -> StockMovement:
    kind = "adjust_up" if gap > 0 else "adjust_down"
    reason = f"counted by {sheet.counted_by}"
    said = Said(abs(gap), at=sheet.counted_at, reason=reason, source=source)
    return record(session, viewer, kind, shelf, said, stocktake_id=sheet.id)
