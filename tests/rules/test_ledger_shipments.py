"""Shipments and count sheets: goods are somewhere at every moment, and never in two places."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from meris import ledger
from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.ledger import Lot, shipments, stocktaking
from meris.ledger.shipments import Load, Plan, Taken
from meris.ledger.stocktaking import Counted
from meris.tables import Fill, ShipmentLine, StockLine
from tests import makers
from tests.rules.test_ledger import balances, editor, request_line, said

HOME = Home.of("MO")
STELLA = Viewer("Stella", 1, None, None, frozenset({"state"}))


@pytest.fixture
def cache(session):
    return makers.supply_site(session, name="Boone Cache")


@pytest.fixture
def shelter(session):
    return makers.shelter(session, name="Hickman High")


@pytest.fixture
def water(session, cache):
    values = {"item_code": "WATER-BTL", "unit_of_issue": "CS", "expires_on": date(2027, 6, 30)}
    return makers.stock(session, cache, "Bottled water", quantity_on_hand=40, **values)


def sent(session, to, *loads):
    shipment = shipments.prepare(session, STELLA, Plan(to, loads), home=HOME)
    return shipments.depart(session, STELLA, shipment.id)


def lines(session, shipment):
    return session.query(ShipmentLine).filter_by(shipment_id=shipment.id).populate_existing().all()


def on_shelf(session, site):
    return {
        (line.item_name, line.lot): int(line.quantity_on_hand)
        for line in session.query(StockLine).filter_by(resource_id=site).populate_existing()
    }


def test_goods_go_from_shelf_to_shelf(session, water, shelter):
    plan = Plan(shelter, [Load(said(12), line_id=water)], carrier="Truck 4", key="k1")
    shipment = shipments.prepare(session, STELLA, plan, home=HOME)
    assert shipment.number.startswith(f"SHP-{HOME.now().astimezone(HOME.zone).year}-0")
    assert shipments.prepare(session, STELLA, plan, home=HOME).id == shipment.id
    assert balances(session, water) == (40, 12, 12)
    shipments.depart(session, STELLA, shipment.id)
    shipments.depart(session, STELLA, shipment.id)
    assert balances(session, water) == (28, 0, 0)
    assert ledger.explain(session, STELLA, water)["line"]["in_transit"] == 12
    shipments.arrive(session, STELLA, shipment.id)
    done = shipments.take_in(session, STELLA, shipment.id)
    assert (done.status, done.received_by) == ("received", "Stella")
    assert on_shelf(session, shelter) == {("Bottled water", None): 12}
    assert ledger.check(session) == []


def test_a_part_comes_a_part_is_short_and_the_rest_is_still_on_the_way(session, water, shelter):
    shipment = sent(session, shelter, Load(said(12), line_id=water))
    (line,) = lines(session, shipment)
    first = [Taken(line.id, received=Decimal(5))]
    assert shipments.take_in(session, STELLA, shipment.id, first, key="a").status == "arrived"
    assert shipments.take_in(session, STELLA, shipment.id, first, key="a").status == "arrived"
    assert on_shelf(session, shelter) == {("Bottled water", None): 5}
    with pytest.raises(Invalid, match="Say why it is not what was sent"):
        shipments.take_in(session, STELLA, shipment.id, [Taken(line.id, short=Decimal(2))])
    rest = Taken(line.id, Decimal(4), Decimal(2), Decimal(1), reason="a pallet broke")
    assert shipments.take_in(session, STELLA, shipment.id, [rest]).status == "received"
    assert on_shelf(session, shelter) == {("Bottled water", None): 9}
    fill = session.get(Fill, line.fill_id, populate_existing=True)
    assert (fill.quantity_in_transit, fill.quantity_received) == (0, 9)
    assert ledger.places(session)["Bottled water", "CS", "disposed"] == 1
    assert ledger.check(session) == []


def test_more_than_was_sent_needs_a_reason(session, water, shelter):
    shipment = sent(session, shelter, Load(said(12), line_id=water))
    (line,) = lines(session, shipment)
    with pytest.raises(Invalid, match="Say why"):
        shipments.take_in(session, STELLA, shipment.id, [Taken(line.id, Decimal(13))])
    over = Taken(line.id, Decimal(13), reason="one was not written down")
    shipments.take_in(session, STELLA, shipment.id, [over])
    assert on_shelf(session, shelter) == {("Bottled water", None): 13}
    with pytest.raises(Conflict, match="is received since Stella said so"):
        shipments.take_in(session, STELLA, shipment.id, [over])


def test_what_turns_back_is_free_again_where_it_came_from(session, water, shelter):
    shipment = sent(session, shelter, Load(said(12), line_id=water))
    with pytest.raises(Invalid, match="Say why it turns back"):
        shipments.turn_back(session, STELLA, shipment.id, reason=None)
    shipments.turn_back(session, STELLA, shipment.id, reason="road under water")
    with pytest.raises(Conflict, match="cannot be received"):
        shipments.take_in(session, STELLA, shipment.id)
    assert shipments.come_back(session, STELLA, shipment.id).status == "returned"
    assert balances(session, water) == (40, 0, 0)
    fill = session.get(Fill, lines(session, shipment)[0].fill_id, populate_existing=True)
    assert fill.quantity_received == 0
    assert ledger.check(session) == []


def test_a_shipment_that_is_not_sent_lets_its_goods_go(session, water, shelter):
    line = request_line(session, shelter)
    fill = ledger.promise(session, STELLA, water, said(10), request_line_id=line)
    loads = [Load(said(5), line_id=water), Load(said(8), fill_id=fill.id)]
    shipment = shipments.prepare(session, STELLA, Plan(shelter, loads), home=HOME)
    assert balances(session, water) == (40, 15, 15)
    with pytest.raises(Conflict, match="Only 2 cases of bottled water are promised"):
        shipments.prepare(
            session, STELLA, Plan(shelter, [Load(said(3), fill_id=fill.id)]), home=HOME
        )
    with pytest.raises(Conflict, match="A shipment is being made of 8 cases"):
        ledger.release(session, STELLA, fill.id, said(3))
    with pytest.raises(Conflict, match="A shipment is being made of 8 cases"):
        ledger.issue(session, STELLA, water, said(3), fill_id=fill.id)
    ledger.issue(session, STELLA, water, said(2), fill_id=fill.id)
    shipments.cancel(session, STELLA, shipment.id, reason="no truck")
    # the request keeps what it was promised
    assert balances(session, water) == (38, 8, 8)
    assert ledger.check(session) == []


def test_a_receipt_is_reversed_and_taken_in_again(session, water, shelter):
    shipment = sent(session, shelter, Load(said(12), line_id=water))
    shipments.take_in(session, STELLA, shipment.id)
    (there,) = session.query(StockLine).filter_by(resource_id=shelter)
    (movement,) = ledger.explain(session, STELLA, there.id)["movements"]
    with pytest.raises(Invalid, match="Say why"):
        ledger.reverse(session, STELLA, movement["id"], said(1))
    assert ledger.is_reversible(movement)
    ledger.reverse(session, STELLA, movement["id"], said(1, reason="miscounted"))
    freight = shipments.find(session, STELLA, shipment.id)
    assert (freight.shipment.status, freight.shipment.received_at) == ("arrived", None)
    shipments.take_in(session, STELLA, shipment.id)
    assert on_shelf(session, shelter) == {("Bottled water", None): 12}
    assert ledger.check(session) == []


def test_goods_are_not_mixed_with_those_of_another_expiry(session, water, shelter):
    values = {"item_code": "WATER-BTL", "unit_of_issue": "CS", "expires_on": date(2026, 1, 1)}
    makers.stock(session, shelter, "Bottled water", quantity_on_hand=3, **values)
    shipments.take_in(session, STELLA, sent(session, shelter, Load(said(12), line_id=water)).id)
    assert on_shelf(session, shelter) == {
        ("Bottled water", None): 3,
        ("Bottled water", "exp 2027-06-30"): 12,
    }


def test_who_may_send_and_who_may_take_in(session, water, shelter):
    manager = Viewer("Mara", 9, makers.agency(session), None, frozenset({"shelter_manager"}))
    stranger = Viewer("Cal", 8, makers.agency(session, "Callaway County EMA"), None,
                      frozenset({"county_editor"}))  # fmt: skip
    plan = Plan(shelter, [Load(said(1), line_id=water)])
    for viewer in (manager, stranger):
        with pytest.raises(Forbidden):
            shipments.prepare(session, viewer, plan, home=HOME)
    shipment = sent(session, shelter, Load(said(12), line_id=water))
    with pytest.raises(Forbidden, match="Cal may not"):
        shipments.take_in(session, stranger, shipment.id)
    assert shipments.take_in(session, manager, shipment.id).received_by == "Mara"


def test_a_shipment_is_known_at_either_end_and_to_nobody_else(session, cache, water):
    other = makers.agency(session, "Callaway County EMA")
    hidden = makers.shelter(session, agency_id=other, sensitivity="confidential")
    shipment = sent(session, hidden, Load(said(2), line_id=water))
    assert shipments.find(session, editor(session), shipment.id).origin.id == cache
    (told,) = ledger.explain(session, editor(session), water)["shipments"]
    assert (told["quantity"], told["site"]) == (2, None)
    back = makers.stock(session, hidden, "Ice")
    secret = makers.shelter(session, agency_id=other, sensitivity="confidential")
    between = sent(session, secret, Load(said(2), line_id=back))
    with pytest.raises(NotFound):
        shipments.find(session, editor(session), between.id)


def test_a_shipment_is_of_one_site_to_another(session, water, cache, shelter):
    elsewhere = makers.stock(session, makers.supply_site(session, name="Cole Cache"), "Ice")
    unit = makers.unit(session)
    for to, loads, words in (
        (cache, [Load(said(1), line_id=water)], "are at Boone Cache already"),
        (unit, [Load(said(1), line_id=water)], "is a unit"),
        (shelter, [], "1 to 100 lines"),
        (shelter, [Load(said(1), line_id=i) for i in (water, elsewhere)], "Make a shipment from"),
    ):
        with pytest.raises(Invalid, match=words):
            shipments.prepare(session, STELLA, Plan(to, loads), home=HOME)


def test_a_count_becomes_movements_and_leaves_what_happened_since(session, water, cache):
    ice = makers.stock(session, cache, "Ice", quantity_on_hand=10)
    sheet = stocktaking.draw(session, STELLA, cache)
    counted = {water: Counted(Decimal(38), "two wet"), ice: Counted(None)}
    stocktaking.enter(session, STELLA, sheet.id, counted, counted_by="Ann")
    ledger.issue(session, STELLA, water, said(5))
    extra = Lot("Tarps", "EA")
    stocktaking.found(session, STELLA, sheet.id, extra, Counted(Decimal(7)))
    movements = stocktaking.apply(session, STELLA, sheet.id)
    assert [(m.kind, int(m.quantity), m.reason) for m in movements] == [
        ("adjust_down", 2, "counted by Ann"),
        ("adjust_up", 7, "counted by Ann"),
    ]
    assert stocktaking.apply(session, STELLA, sheet.id) == movements
    assert on_shelf(session, cache) == {
        ("Bottled water", None): 33,
        ("Ice", None): 10,
        ("Tarps", None): 7,
    }
    with pytest.raises(Conflict, match="was entered by Stella"):
        stocktaking.enter(session, STELLA, sheet.id, {ice: Counted(Decimal(1))})
    assert ledger.check(session) == []


def test_less_than_is_promised_is_not_counted_and_nothing_is_done(session, water, cache, shelter):
    ice = makers.stock(session, cache, "Ice", quantity_on_hand=10)
    ledger.promise(session, STELLA, water, said(28), request_line_id=request_line(session, shelter))
    sheet = stocktaking.draw(session, STELLA, cache)
    counted = {water: Counted(Decimal(20)), ice: Counted(Decimal(9))}
    stocktaking.enter(session, STELLA, sheet.id, counted)
    with pytest.raises(Conflict) as refusal:
        stocktaking.apply(session, STELLA, sheet.id)
    assert refusal.value.message == (
        "Bottled water: 20 cases by this count, and 28 cases are promised to R2026-000012."
        " Release what cannot be given, then enter the count."
    )
    assert [p["stock_line_id"] for p in refusal.value.details["problems"]] == [water]
    assert on_shelf(session, cache)["Ice", None] == 10


def test_a_count_sheet_of_a_hidden_site_is_not_there(session):
    other = makers.agency(session, "Callaway County EMA")
    hidden = makers.supply_site(session, agency_id=other, sensitivity="confidential")
    makers.stock(session, hidden, "Ice")
    sheet = stocktaking.draw(session, STELLA, hidden)
    for do in (stocktaking.find, stocktaking.apply, stocktaking.cancel):
        for number in (sheet.id, 10**12):
            with pytest.raises(NotFound, match="no such count sheet"):
                do(session, editor(session), number)


def test_a_step_is_as_old_as_it_is_said_to_be(session, water, shelter):
    left = datetime.now(UTC) - timedelta(hours=5)
    shipment = shipments.prepare(
        session, STELLA, Plan(shelter, [Load(said(1), line_id=water)]), home=HOME
    )
    shipments.depart(session, STELLA, shipment.id, at=left)
    assert (shipment.status_at, shipment.departed_at) == (left, left)
    with pytest.raises(Invalid, match="left after that"):
        shipments.arrive(session, STELLA, shipment.id, at=left - timedelta(minutes=1))
    there = left + timedelta(hours=1)
    shipments.take_in(session, STELLA, shipment.id, at=there)
    assert (shipment.status_at, shipment.received_at) == (there, there)
