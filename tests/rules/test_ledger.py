"""The ledger of stock: what each movement does to the balances, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from meris import ledger
from meris.accounts import PUBLIC, Viewer
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.ledger import Lot, Said
from meris.tables import Fill, Request, RequestLine, StockLine, StockMovement
from tests import makers

HOME = Home.of("MO")
STELLA = Viewer("Stella", 1, None, None, frozenset({"state"}))


def said(quantity, **more):
    return Said(Decimal(str(quantity)), **more)


def editor(session, name="Eddie"):
    return Viewer(name, 7, makers.agency(session), "Boone County OEM", frozenset({"county_editor"}))


@pytest.fixture
def cache(session):
    return makers.supply_site(session, name="Boone Cache")


@pytest.fixture
def water(session, cache):
    """Forty cases of 24 half-liter bottles."""
    values = {"item_code": "WATER-BTL", "unit_of_issue": "CS", "units_per_pack": 12}
    return makers.stock(session, cache, "Bottled water", quantity_on_hand=40, **values)


def balances(session, line_id):
    row = session.get(StockLine, line_id, populate_existing=True)
    return int(row.quantity_on_hand), int(row.quantity_committed), int(row.quantity_promised)


def request_line(session, site, number="R2026-000012"):
    """A line of a request to be brought to a site."""
    now = datetime.now(UTC)
    request = Request(
        number=number, agency_id=makers.agency(session), deliver_to_id=site, priority="high",
        requested_by="Mara", requested_at=now, source="web",
    )  # fmt: skip
    session.add(request)
    session.flush()
    line = RequestLine(
        request_id=request.id, rank=1, item_code="WATER-BTL", item_name="Bottled water",
        quantity=40, unit_of_issue="CS", status="approved", status_at=now, status_by="Mara",
    )  # fmt: skip
    session.add(line)
    session.flush()
    return line.id


def test_each_movement_moves_the_balances(session, water):
    ledger.receive(session, STELLA, water, said(10))
    ledger.issue(session, STELLA, water, said(5))
    ledger.give_back(session, STELLA, water, said(2))
    ledger.adjust_up(session, STELLA, water, said(1, reason="miscounted"))
    ledger.adjust_down(session, STELLA, water, said(2, reason="miscounted"))
    ledger.damage(session, STELLA, water, said(3, reason="wet"))
    ledger.set_aside(session, STELLA, water, said(4))
    assert balances(session, water) == (43, 4, 0)
    ledger.let_go(session, STELLA, water, said(4))
    assert balances(session, water) == (43, 0, 0)
    assert ledger.check(session) == []


def test_more_than_is_free_is_refused_with_who_has_it(session, water):
    shelter = makers.shelter(session, name="Hickman High")
    line = request_line(session, shelter)
    ledger.promise(session, STELLA, water, said(28), request_line_id=line)
    ledger.set_aside(session, STELLA, water, said(2))
    with pytest.raises(Conflict) as refusal:
        ledger.issue(session, STELLA, water, said(12))
    assert refusal.value.message == (
        "Only 10 cases are free of bottled water: 40 cases on hand, 28 cases promised to"
        " R2026-000012, 2 cases set aside."
    )
    assert refusal.value.details["available"] == 10
    assert balances(session, water) == (40, 30, 28)


def test_a_request_for_a_hidden_site_is_not_named(session, water):
    other = makers.agency(session, "Callaway County EMA")
    hidden = makers.shelter(session, agency_id=other, sensitivity="confidential")
    promised = request_line(session, hidden, "R2026-000666")
    ledger.promise(session, STELLA, water, said(30), request_line_id=promised)
    with pytest.raises(Conflict) as refusal:
        ledger.issue(session, editor(session), water, said(12))
    assert "30 cases promised to others" in refusal.value.message
    assert "666" not in refusal.value.message
    (promise,) = ledger.explain(session, editor(session), water)["promises"]
    assert (promise["request"], promise["site"]) == (None, None)
    (promise,) = ledger.explain(session, STELLA, water)["promises"]
    assert promise["request"]["number"] == "R2026-000666"


@pytest.mark.parametrize(
    ("quantity", "unit", "taken"),
    [("2", None, "2"), ("24", "L", "2"), ("12", "BT", "0.5"), ("0.5", "CS", "0.5")],
)
def test_a_quantity_may_be_said_in_any_unit(session, water, quantity, unit, taken):
    movement = ledger.issue(session, STELLA, water, said(quantity, unit=unit))
    assert movement.quantity == Decimal(taken)
    assert movement.entered_quantity == Decimal(quantity)
    assert movement.entered_unit == (unit or "CS")


def test_a_measure_is_rounded_and_what_was_said_is_kept(session, cache):
    diesel = makers.stock(session, cache, "Diesel", item_code="FUEL-DSL", unit_of_issue="GAL",
                          quantity_on_hand=100)  # fmt: skip
    movement = ledger.issue(session, STELLA, diesel, said(10, unit="L"))
    assert movement.quantity == Decimal("2.642")
    assert (movement.entered_quantity, movement.entered_unit) == (10, "L")


@pytest.mark.parametrize(
    ("quantity", "unit", "words"),
    [
        ("10", "BT", "does not come out even"),
        ("1", "LB", "counted in liters"),
        ("1", "DR", "how many one drum holds is not known"),
        ("0", None, "Give a number above zero"),
        ("-3", None, "Give a number above zero"),
        ("0.00001", None, "at most 3 decimal places"),
    ],
)
def test_what_cannot_be_said_in_the_lines_unit_is_refused(session, water, quantity, unit, words):
    with pytest.raises(Invalid, match=words):
        ledger.issue(session, STELLA, water, said(quantity, unit=unit))


def test_pieces_are_whole_unless_a_half_lies_there(session, cache):
    cots = makers.stock(session, cache, "Cots", quantity_on_hand=40)
    with pytest.raises(Invalid, match=r"Count Cots whole, not 0\.5"):
        ledger.issue(session, STELLA, cots, said("0.5"))
    odd = makers.stock(session, cache, "Odd", quantity_on_hand=Decimal("1.5"))
    assert ledger.issue(session, STELLA, odd, said("0.5")).quantity == Decimal("0.5")


def test_who_may_move_stock(session, water, cache):
    stranger = Viewer("Cal", 8, makers.agency(session, "Callaway County EMA"), None,
                      frozenset({"county_editor"}))  # fmt: skip
    manager = Viewer("Mara", 9, makers.agency(session), None, frozenset({"shelter_manager"}))
    for viewer in (stranger, manager, PUBLIC):
        with pytest.raises((Forbidden, NotFound)):
            ledger.issue(session, viewer, water, said(1))
    ledger.issue(session, editor(session), water, said(1))
    shelter = makers.shelter(session)
    cots = makers.stock(session, shelter, "Cots")
    ledger.issue(session, manager, cots, said(3))
    ledger.give_back(session, manager, cots, said(1))
    with pytest.raises(Forbidden, match="Mara may not move the stock of"):
        ledger.receive(session, manager, cots, said(1))
    assert balances(session, cots) == (38, 0, 0)


def test_a_hidden_line_is_as_one_that_is_not_there(session):
    other = makers.agency(session, "Callaway County EMA")
    hidden = makers.supply_site(session, agency_id=other, sensitivity="confidential")
    line = makers.stock(session, hidden, "Cots")
    eddie = editor(session)
    made = ledger.issue(session, STELLA, line, said(1))
    for known, unknown in ((line, 0), (line, 10**12)):
        told = []
        for line_id in (known, unknown):
            with pytest.raises(NotFound) as refusal:
                ledger.issue(session, eddie, line_id, said(1))
            told.append(refusal.value.message)
            with pytest.raises(NotFound) as refusal:
                ledger.explain(session, eddie, line_id)
            told.append(refusal.value.message)
        assert len(set(told)) == 1
    told = set()
    for movement in (made.id, 10**12):
        with pytest.raises(NotFound) as refusal:
            ledger.reverse(session, eddie, movement, said(1, reason="why"))
        told.add(refusal.value.message)
    assert len(told) == 1


def test_the_same_key_is_one_movement(session, water):
    first = ledger.issue(session, STELLA, water, said(3, key="a1"))
    assert ledger.issue(session, STELLA, water, said(3, key="a1")).id == first.id
    assert balances(session, water) == (37, 0, 0)
    with pytest.raises(Conflict, match="used for another movement"):
        ledger.issue(session, editor(session), water, said(3, key="a1"))
    with pytest.raises(Conflict, match="used for another movement"):
        ledger.receive(session, STELLA, water, said(3, key="a1"))
    fill = ledger.promise(session, STELLA, water, said(5, key="p1"))
    assert ledger.promise(session, STELLA, water, said(5, key="p1")).id == fill.id
    assert balances(session, water) == (37, 5, 5)


def test_a_reversal_goes_back_and_both_stay(session, water):
    issued = ledger.issue(session, STELLA, water, said(15))
    back = ledger.reverse(session, STELLA, issued.id, said(1, reason="wrong line"))
    assert (back.quantity, back.from_place, back.to_place) == (15, "consumed", "free")
    assert balances(session, water) == (40, 0, 0)
    with pytest.raises(Conflict, match="reversed already"):
        ledger.reverse(session, STELLA, issued.id, said(1, reason="again"))
    with pytest.raises(Invalid, match="That is a reversal"):
        ledger.reverse(session, STELLA, back.id, said(1, reason="again"))
    with pytest.raises(Invalid, match="Say why"):
        ledger.reverse(session, STELLA, ledger.issue(session, STELLA, water, said(1)).id, said(1))


def test_a_receipt_is_not_reversed_when_the_goods_are_gone(session, water):
    came = ledger.receive(session, STELLA, water, said(20))
    ledger.issue(session, STELLA, water, said(50))
    with pytest.raises(Conflict, match="Less than that is on hand and free"):
        ledger.reverse(session, STELLA, came.id, said(1, reason="never came"))
    assert balances(session, water) == (10, 0, 0)


def test_a_promise_is_released_and_not_reversed(session, water):
    fill = ledger.promise(session, STELLA, water, said(12))
    (movement,) = session.scalars(select(StockMovement).where(StockMovement.fill_id == fill.id))
    with pytest.raises(Conflict, match="Release the promise"):
        ledger.reverse(session, STELLA, movement.id, said(1, reason="no"))
    with pytest.raises(Conflict, match="Only 12 cases"):
        ledger.release(session, STELLA, fill.id, said(13))
    ledger.release(session, STELLA, fill.id, said(2), reason="fewer")
    assert balances(session, water) == (40, 10, 10)
    ledger.release(session, STELLA, fill.id)
    assert ledger.release(session, STELLA, fill.id) is None
    assert balances(session, water) == (40, 0, 0)


def test_who_asked_may_fetch_what_is_promised(session, water):
    fill = ledger.promise(session, STELLA, water, said(12))
    ledger.issue(session, STELLA, water, said(5), fill_id=fill.id)
    row = session.get(Fill, fill.id, populate_existing=True)
    assert (row.quantity_committed, row.quantity_received) == (7, 5)
    assert balances(session, water) == (35, 7, 7)
    with pytest.raises(Conflict):
        ledger.issue(session, STELLA, water, said(8), fill_id=fill.id)


def test_goods_of_another_expiry_are_not_mixed(session, cache):
    lot = Lot("Meals", "CS", expires_on=date(2027, 6, 30))
    first = ledger.receive_lot(session, STELLA, cache, lot, said(5))
    again = ledger.receive_lot(session, STELLA, cache, lot, said(5))
    assert again.stock_line_id == first.stock_line_id
    other = Lot("Meals", "CS", expires_on=date(2028, 6, 30))
    moved = ledger.receive_lot(session, STELLA, cache, other, said(5))
    line = session.get(StockLine, moved.stock_line_id)
    assert (line.lot, line.item_code, line.category) == ("exp 2028-06-30", "MEAL-SS", "food")
    packed = Lot("Meals", "CS", expires_on=date(2028, 6, 30), units_per_pack=Decimal(10))
    moved = ledger.receive_lot(session, STELLA, cache, packed, said(5))
    assert session.get(StockLine, moved.stock_line_id).lot == "exp 2028-06-30 of 10"


@pytest.mark.parametrize(("hour", "thrown"), [(5, False), (6, True)])
def test_the_last_day_of_use_is_one_of_the_states_clocks(session, cache, hour, thrown):
    """In Missouri the 23rd begins at six in the morning of London, not at midnight."""
    water = makers.stock(session, cache, "Water", quantity_on_hand=40, expires_on=date(2025, 1, 23))
    at = datetime(2025, 1, 23, hour, 30, tzinfo=UTC)
    given = {"quantity": "4"}
    if thrown:
        ledger.expire(session, STELLA, water, ledger.read(given, HOME, at=at))
        assert balances(session, water) == (36, 0, 0)
    else:
        with pytest.raises(Invalid, match="does not expire until 2025-01-23"):
            ledger.expire(session, STELLA, water, ledger.read(given, HOME, at=at))


def test_each_figure_is_explained_by_its_movements(session, water):
    ledger.issue(session, STELLA, water, said(5))
    ledger.promise(session, STELLA, water, said(10))
    told = ledger.explain(session, STELLA, water)
    assert [(m["kind"], m["change"], m["on_hand"], m["committed"]) for m in told["movements"]] == [
        ("commit", 0, 35, 10),
        ("issue", -5, 35, 0),
        ("adjust_up", 40, 40, 0),
    ]
    assert (told["line"]["available"], told["line"]["promised"]) == (25, 10)
    page = ledger.explain(session, STELLA, water, most=1)
    assert page["more"] == page["movements"][0]["id"]
    rest = ledger.explain(session, STELLA, water, before=page["more"])
    assert rest["movements"] == told["movements"][1:]
    with pytest.raises(Forbidden):
        ledger.explain(session, PUBLIC, _public_line(session))


def _public_line(session):
    return makers.stock(session, makers.supply_site(session, sensitivity="public"), "Ice")


def test_whoever_writes_a_balance_leaves_a_movement(session, water):
    then = datetime.now(UTC) - timedelta(days=2)
    session.execute(
        update(StockLine).where(StockLine.id == water).values(quantity_on_hand=30, as_of=then)
    )
    newest = session.scalars(
        select(StockMovement)
        .where(StockMovement.stock_line_id == water)
        .order_by(StockMovement.id.desc())
    ).first()
    assert (newest.kind, newest.quantity, newest.at) == ("adjust_down", 10, then)
    assert (newest.reason, newest.by_name) == ("reported otherwise", "MERIS")
    assert ledger.check(session) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock_line SET quantity_promised = 0 WHERE id = :line",
        "UPDATE stock_line SET ledger_id = 1, quantity_on_hand = 99 WHERE id = :line",
        "UPDATE stock_line SET unit_of_issue = 'EA' WHERE id = :line",
        "UPDATE fill SET quantity_committed = 0 WHERE stock_line_id = :line",
        "UPDATE fill SET quantity_received = 5 WHERE stock_line_id = :line",
        "INSERT INTO stock_movement (at, kind, quantity, stock_line_id, by_name, source, follows)"
        " VALUES (now(), 'receive', 5, :line, 'me', 'database', true)",
        "INSERT INTO stock_movement (at, kind, quantity, stock_line_id, by_name, source)"
        " VALUES (now(), 'receive', 0, :line, 'me', 'database')",
        "INSERT INTO stock_movement (at, kind, quantity, stock_line_id, by_name, source)"
        " VALUES (now(), 'issue', 41, :line, 'me', 'database')",
    ],
)
def test_what_follows_from_movements_is_written_by_nobody_else(session, water, statement):
    ledger.promise(session, STELLA, water, said(10))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(statement), {"line": water})
    assert balances(session, water) == (40, 10, 10)
    assert ledger.check(session) == []


def test_a_line_with_a_promise_is_not_deleted(session, water):
    ledger.promise(session, STELLA, water, said(10))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("DELETE FROM stock_line WHERE id = :line"), {"line": water})
    loose = makers.stock(session, makers.supply_site(session), "Ice")
    session.execute(text("DELETE FROM stock_line WHERE id = :line"), {"line": loose})
    assert ledger.check(session) == []
