"""What may happen to stock, as values that Hypothesis draws, and what does them to a database.

A deed names lines, promises and shipments by numbers that are taken modulo how many there are when
it is done: what was drawn does not depend on what the database answered.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from meris import ledger
from meris.accounts import Viewer
from meris.fields import Home
from meris.ledger import Said, shipments, stocktaking
from meris.ledger.shipments import Load, Plan, Taken
from meris.ledger.stocktaking import Counted
from meris.tables import Fill, Shipment, ShipmentLine, StockLine, StockMovement
from tests import makers

HOME = Home.of("MO")
CLERKS = [Viewer(f"Clerk {n}", n, None, None, frozenset({"state"})) for n in range(4)]


class Deed(NamedTuple):
    """One thing that somebody does: which, to which things, how much, in which unit."""

    name: str
    a: int
    b: int
    much: int
    unit: str | None


@dataclass(frozen=True)
class World:
    """The sites of one example; everything else is found from them."""

    sites: tuple[int, ...]

    def lines(self, session: Session) -> Sequence[int]:
        found = select(StockLine.id).where(StockLine.resource_id.in_(self.sites))
        return session.scalars(found.order_by(StockLine.id)).all()

    def fills(self, session: Session) -> Sequence[int]:
        lines = self.lines(session)
        found = select(Fill.id).where(Fill.stock_line_id.in_(lines))
        return session.scalars(found.order_by(Fill.id)).all()

    def shipments(self, session: Session) -> Sequence[int]:
        found = select(Shipment.id).where(Shipment.from_id.in_(self.sites))
        return session.scalars(found.order_by(Shipment.id)).all()

    def movements(self, session: Session) -> Sequence[int]:
        lines = self.lines(session)
        found = select(StockMovement.id).where(StockMovement.stock_line_id.in_(lines))
        return session.scalars(found.order_by(StockMovement.id)).all()


def build(session: Session) -> World:
    """Three sites with water by the case, some of it in lots and with a last day of use."""
    sites = tuple(makers.supply_site(session, name=f"Site {n}") for n in range(2))
    shelter = makers.shelter(session, name="Shelter")
    water = {"item_code": "WATER-BTL", "unit_of_issue": "CS"}
    for site in sites:
        makers.stock(session, site, "Water", **water, quantity_on_hand=30)
        makers.stock(session, site, "Water", **water, quantity_on_hand=12, lot="A",
                     expires_on=date(2030, 1, 1 + site % 28))  # fmt: skip
    makers.stock(session, shelter, "Water", **water, quantity_on_hand=5, quantity_committed=2)
    return World((*sites, shelter))


def _one(found: Sequence[int], number: int) -> int:
    """The thing meant; 0 is none that there is."""
    return found[number % len(found)] if found else 0


def _said(deed: Deed, reason: str | None = "said so") -> Said:
    return Said(Decimal(deed.much), deed.unit, reason=reason)


def _clerk(deed: Deed) -> Viewer:
    return CLERKS[(deed.a + deed.b) % len(CLERKS)]


def _of_line(name: str) -> Callable[[Session, World, Deed], Any]:
    def do(session: Session, world: World, deed: Deed) -> Any:
        line = _one(world.lines(session), deed.a)
        return ledger.BY_NAME[name](session, _clerk(deed), line, _said(deed))

    return do


def _promise(session: Session, world: World, deed: Deed) -> Any:
    line = _one(world.lines(session), deed.a)
    return ledger.promise(session, _clerk(deed), line, _said(deed))


def _commit(session: Session, world: World, deed: Deed) -> Any:
    return ledger.commit(session, _clerk(deed), _one(world.fills(session), deed.a), _said(deed))


def _release(session: Session, world: World, deed: Deed) -> Any:
    said = _said(deed) if deed.b % 2 else None
    return ledger.release(session, _clerk(deed), _one(world.fills(session), deed.a), said)


def _fetch(session: Session, world: World, deed: Deed) -> Any:
    fill = session.get(Fill, _one(world.fills(session), deed.a))
    line = fill.stock_line_id if fill else 0
    return ledger.issue(session, _clerk(deed), line, _said(deed), fill_id=fill and fill.id)


def _reverse(session: Session, world: World, deed: Deed) -> Any:
    movement = _one(world.movements(session), deed.a)
    return ledger.reverse(session, _clerk(deed), movement, _said(deed))


def _reverse_receipt(session: Session, world: World, deed: Deed) -> Any:
    movement = _one(world.movements(session), deed.a)
    return shipments.reverse_receipt(session, _clerk(deed), movement, _said(deed))


def _prepare(session: Session, world: World, deed: Deed) -> Any:
    lines, fills = world.lines(session), world.fills(session)
    loads = [Load(_said(deed), line_id=_one(lines, deed.a))]
    if deed.b % 3 == 1:
        loads = [Load(_said(deed), fill_id=_one(fills, deed.a))]
    elif deed.b % 3 == 2:
        loads.append(Load(_said(deed), line_id=_one(lines, deed.a + 1)))
    plan = Plan(world.sites[deed.b % len(world.sites)], loads)
    return shipments.prepare(session, _clerk(deed), plan, home=HOME)


def _depart(session: Session, world: World, deed: Deed) -> Any:
    return shipments.depart(session, _clerk(deed), _one(world.shipments(session), deed.a))


def _arrive(session: Session, world: World, deed: Deed) -> Any:
    return shipments.arrive(session, _clerk(deed), _one(world.shipments(session), deed.a))


def _taken(session: Session, shipment: int, deed: Deed) -> list[Taken] | None:
    """All, or of the first line so many received, short or damaged."""
    first = session.scalar(
        select(func.min(ShipmentLine.id)).where(ShipmentLine.shipment_id == shipment)
    )
    how = deed.b % 5
    if how == 0 or first is None:
        return None
    much, rest = Decimal(deed.much), Decimal(deed.b % 4)
    if how in (1, 2):
        return [Taken(first, received=much, unit=deed.unit, reason="counted")]
    if how == 3:
        return [Taken(first, short=much, received=rest, reason="lost on the way")]
    return [Taken(first, damaged=much, received=rest, reason="wet")]


def _take_in(session: Session, world: World, deed: Deed) -> Any:
    shipment = _one(world.shipments(session), deed.a)
    return shipments.take_in(session, _clerk(deed), shipment, _taken(session, shipment, deed))


def _come_back(session: Session, world: World, deed: Deed) -> Any:
    shipment = _one(world.shipments(session), deed.a)
    return shipments.come_back(session, _clerk(deed), shipment, _taken(session, shipment, deed))


def _turn_back(session: Session, world: World, deed: Deed) -> Any:
    shipment = _one(world.shipments(session), deed.a)
    return shipments.turn_back(session, _clerk(deed), shipment, reason="road closed")


def _cancel(session: Session, world: World, deed: Deed) -> Any:
    shipment = _one(world.shipments(session), deed.a)
    return shipments.cancel(session, _clerk(deed), shipment, reason="not needed")


def _count(session: Session, world: World, deed: Deed) -> Any:
    clerk, site = _clerk(deed), world.sites[deed.a % len(world.sites)]
    sheet = stocktaking.draw(session, clerk, site)
    lines = select(StockLine.id).where(StockLine.resource_id == site).order_by(StockLine.id)
    counted = {
        line: Counted(Decimal((deed.much + n * deed.b) % 45))
        for n, line in enumerate(session.scalars(lines).all())
        if (n + deed.b) % 3
    }
    stocktaking.enter(session, clerk, sheet.id, counted)
    return stocktaking.apply(session, clerk, sheet.id)


def _write(session: Session, world: World, deed: Deed) -> Any:
    """As an upload does, or somebody at the database: the balances of several lines at once."""
    lines = [_one(world.lines(session), deed.a), _one(world.lines(session), deed.b)]
    values: dict[str, Any] = {"quantity_on_hand": deed.much, "quantity_committed": deed.b % 4}
    if deed.b % 2:
        values = {"quantity_on_hand": StockLine.quantity_on_hand + deed.much}
    written = update(StockLine).where(StockLine.id.in_(lines)).values(values)
    session.execute(written.execution_options(synchronize_session=False))


def _new_line(session: Session, world: World, deed: Deed) -> Any:
    row = {"item_name": "Water", "item_code": "WATER-BTL", "unit_of_issue": "CS"}
    row |= {"resource_id": _one(world.sites, deed.a), "lot": f"L{deed.b}"}
    amounts = {"quantity_on_hand": deed.much, "quantity_committed": min(deed.b, deed.much)}
    session.execute(insert(StockLine).values(row | amounts))


DEEDS: dict[str, Callable[[Session, World, Deed], Any]] = {
    **{name: _of_line(name) for name in ledger.BY_NAME},
    "promise": _promise,
    "commit": _commit,
    "release": _release,
    "fetch": _fetch,
    "reverse": _reverse,
    "reverse_receipt": _reverse_receipt,
    "prepare": _prepare,
    "depart": _depart,
    "arrive": _arrive,
    "take_in": _take_in,
    "turn_back": _turn_back,
    "come_back": _come_back,
    "cancel": _cancel,
    "count": _count,
    "write": _write,
    "new_line": _new_line,
}

#: Done at the database, past the program and its order of locks.
BARE = ("write", "new_line")
_OFTEN = ("promise", "prepare", "depart", "take_in")
_NAMES = st.sampled_from([*DEEDS, *_OFTEN])


def deeds(names: st.SearchStrategy[str] = _NAMES) -> st.SearchStrategy[Deed]:
    """Any deed; most say so many cases, some so many bottles or liters."""
    number = st.integers(0, 11)
    unit = st.sampled_from([None, None, None, "CS", "L", "BT", "GAL"])
    return st.builds(Deed, names, number, number, st.integers(1, 24), unit)


def do(session: Session, world: World, deed: Deed) -> Any:
    """Do it. Raises `Refused`, or what the database says to who writes to it directly."""
    return DEEDS[deed.name](session, world, deed)


#: Where each kind comes from and goes to, written down once more: what the database says of that
#: is what is tested.
_FREE, _KEPT = ("free",), ("promised",)
_SIDES = {
    "receive": ("outside", "free"),
    "issue": ("free", "consumed"),
    "transfer_out": ("promised", "transit"),
    "transfer_in": ("transit", "free"),
    "commit": ("free", "promised"),
    "release_commit": ("promised", "free"),
    "adjust_up": ("difference", "free"),
    "adjust_down": ("free", "difference"),
    "expire": ("free", "disposed"),
    "damage": ("free", "disposed"),
    "return": ("consumed", "free"),
}


def _sides(row: StockMovement) -> tuple[str, str]:
    origin, goal = _SIDES[row.kind]
    if row.stock_line_id is None:
        swapped = {"free": "transit"}
        origin, goal = swapped.get(origin, origin), swapped.get(goal, goal)
    if row.kind == "issue" and row.fill_id is not None:
        origin = "promised"
    return (goal, origin) if row.reverses_id is not None else (origin, goal)


def counted_again(session: Session) -> dict[tuple[str, int], tuple[Decimal, ...]]:
    """Every balance from the movements alone, counted here and not by the database."""
    lines: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    fills: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    sent: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 2)
    givers = dict(session.execute(select(Fill.id, Fill.stock_line_id)).all())
    for row in session.scalars(select(StockMovement).order_by(StockMovement.id)):
        origin, goal = _sides(row)
        for side, quantity in ((origin, -row.quantity), (goal, row.quantity)):
            if row.stock_line_id and side in ("free", "promised"):
                lines[row.stock_line_id][0] += quantity
                lines[row.stock_line_id][1] += quantity if side == "promised" else 0
                lines[row.stock_line_id][2] += quantity if side == "promised" and row.fill_id else 0
            if row.fill_id and side == "promised":
                fills[row.fill_id][0] += quantity
            if row.fill_id and side == "transit":
                fills[row.fill_id][1] += quantity
                sent[row.shipment_line_id][0] += quantity
        taken = row.kind == "transfer_in" and row.stock_line_id != givers[row.fill_id]
        sign = -1 if row.reverses_id else 1
        if taken:
            sent[row.shipment_line_id][1] += sign * row.quantity
        if row.fill_id and (taken or row.kind == "issue"):
            fills[row.fill_id][2] += sign * row.quantity
    return (
        {("line", i): tuple(q) for i, q in lines.items()}
        | {("fill", i): tuple(q) for i, q in fills.items()}
        | {("sent", i): tuple(q) for i, q in sent.items()}
    )


def kept(session: Session) -> dict[tuple[str, int], tuple[Decimal, ...]]:
    """Every balance as it is kept."""
    on_hand, committed = StockLine.quantity_on_hand, StockLine.quantity_committed
    rows = {
        ("line", i): tuple(q)
        for i, *q in session.execute(
            select(StockLine.id, on_hand, committed, StockLine.quantity_promised)
        )
    }
    rows |= {
        ("fill", i): tuple(q)
        for i, *q in session.execute(
            select(
                Fill.id, Fill.quantity_committed, Fill.quantity_in_transit, Fill.quantity_received
            )
        )
    }
    rows |= {
        ("sent", i): tuple(q)
        for i, *q in session.execute(
            select(
                ShipmentLine.id, ShipmentLine.quantity_in_transit, ShipmentLine.quantity_received
            )
        )
    }
    return rows


def require_balanced(session: Session) -> None:
    """Everything that has to be true of the books, whatever happened."""
    assert ledger.check(session) == []
    balances, again = kept(session), counted_again(session)
    for key, quantities in balances.items():
        assert quantities == again.get(key, (Decimal(0),) * len(quantities)), key
        assert min(quantities) >= 0, key
        if key[0] == "line":
            on_hand, committed, promised = quantities
            assert promised <= committed <= on_hand, key
    _require_promised_once(session, balances)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (item, unit, _place), quantity in ledger.places(session).items():
        sums[item, unit] += quantity
    assert set(sums.values()) <= {Decimal(0)}


def _require_promised_once(
    session: Session, balances: dict[tuple[str, int], tuple[Decimal, ...]]
) -> None:
    """What all fills of a line promise is what the line has promised, and what is being made
    ready of a fill is promised by it."""
    promised: dict[int, Decimal] = defaultdict(Decimal)
    for fill, line, quantity in session.execute(
        select(Fill.id, Fill.stock_line_id, Fill.quantity_committed)
    ):
        promised[line] += quantity
        ready = session.scalar(
            select(func.coalesce(func.sum(ShipmentLine.quantity), 0))
            .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
            .where(ShipmentLine.fill_id == fill, Shipment.status == "preparing")
        )
        assert ready is not None
        assert ready <= quantity
    for line, quantity in promised.items():
        assert quantity == balances["line", line][2]
