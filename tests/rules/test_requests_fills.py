"""What givers promise, send and deliver, and how far that makes a line of a request."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from meris import ledger, requests
from meris.dispatch import moves
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.requests import Asked, Question, Step, Take, Want
from meris.tables import RequestEvent, RequestLine, ShipmentLine, StockLine
from tests import makers

HOME = Home.of()


@pytest.fixture
def boone(cast):
    """The agency of Carol and Sam."""
    return cast.account("sam").agency_id


@pytest.fixture
def gym(session, boone):
    """A shelter that lacks things."""
    return makers.shelter(session, name="Lyceum", agency_id=boone)


@pytest.fixture
def depot(session, boone):
    """A warehouse of the same county."""
    return makers.supply_site(session, name="Boone Warehouse", agency_id=boone)


def wanted(
    session, viewer, site, *, code="COT-STD", quantity=40, unit="EA", name=None, to="approved"
):
    want = Want(name or code, Decimal(quantity), unit, code)
    request = requests.ask(session, viewer, Asked(site, [want]), home=HOME)
    line = session.scalars(select(RequestLine).where(RequestLine.request_id == request.id)).one()
    if to == "approved":
        requests.move(session, viewer, line.id, Step("approved", 1), home=HOME)
    return line


def stock(session, site, code="COT-STD", on_hand=100, unit="EA", **more):
    return makers.stock(
        session, site, code, item_code=code, quantity_on_hand=on_hand, unit_of_issue=unit, **more
    )


def stand(session, viewer, line):
    session.refresh(line)
    [told] = requests.told(session, viewer, line.request_id)["lines"]
    figures = ("missing", "ordered", "committed", "in_transit", "received")
    return line.status, *(told["stand"][name] for name in figures)


def commit(session, viewer, line, shelf, quantity, **more):
    return requests.commit_stock(session, viewer, line.id, [Take(shelf, Decimal(quantity))], **more)


def test_a_line_is_as_far_as_its_least_advanced_part(session, cast, gym, depot):
    carol = cast.viewer("carol")
    line, shelf = wanted(session, carol, gym), stock(session, depot)
    assert stand(session, carol, line) == ("approved", 40, 0, 0, 0, 0)
    [first] = commit(session, carol, line, shelf, 25)
    assert stand(session, carol, line) == ("sourcing", 15, 0, 25, 0, 0)
    step = Step("sourced", line.version, provider="Red Cross", quantity=Decimal(10))
    requests.move(session, carol, line.id, step, home=HOME)
    assert stand(session, carol, line) == ("sourcing", 5, 10, 25, 0, 0)
    [second] = commit(session, carol, line, shelf, 5)
    assert stand(session, carol, line) == ("sourced", 0, 10, 30, 0, 0)
    requests.move(session, carol, line.id, Step("assigned", line.version), home=HOME)
    assert stand(session, carol, line) == ("assigned", 0, 0, 40, 0, 0)
    sent = requests.ship(session, carol, [first.id, second.id], home=HOME, carrier="Truck 4")
    assert (sent.status, stand(session, carol, line)) == (
        "in_transit",
        ("assigned", 0, 0, 10, 30, 0),
    )
    requests.move(session, carol, line.id, Step("en_route", line.version), home=HOME)
    assert stand(session, carol, line) == ("en_route", 0, 0, 0, 40, 0)
    ledger.shipments.take_in(session, carol, sent.id)
    assert stand(session, carol, line) == ("en_route", 0, 0, 0, 10, 30)
    told = requests.told(session, carol, line.request_id)
    assert (told["state"], told["lines"][0]["stand"]["partial"]) == ("partially_filled", True)
    requests.move(session, carol, line.id, Step("on_scene", line.version), home=HOME)
    assert stand(session, carol, line) == ("on_scene", 0, 0, 0, 0, 40)
    assert line.received_by == "Carol"
    assert requests.told(session, carol, line.request_id)["state"] == "filled"
    received = session.scalars(select(StockLine).where(StockLine.resource_id == gym)).one()
    assert received.quantity_on_hand == 30
    steps = [one["after"] for one in requests.timeline(session, carol, line.request_id)][::-1]
    assert [one for one in steps if one] == [
        "Submitted", "Approved", "Sourcing", "Sourced", "Committed", "On the way", "Delivered",
    ]  # fmt: skip
    assert ledger.check(session) == []


def test_what_is_used_up_ends_when_it_is_received(session, cast, gym, depot):
    carol = cast.viewer("carol")
    line = wanted(session, carol, gym, code="WATER-BTL", quantity=40, unit="CS")
    shelf = stock(session, depot, "WATER-BTL", 100, "CS")
    [fill] = commit(session, carol, line, shelf, 40)
    sent = requests.ship(session, carol, [fill.id], home=HOME)
    assert stand(session, carol, line)[0] == "en_route"
    ledger.shipments.take_in(session, carol, sent.id)
    session.refresh(line)
    assert (line.status, line.disposition) == ("closed", "consumed")
    events = session.scalars(
        select(RequestEvent.after).where(RequestEvent.kind == "status").order_by(RequestEvent.id)
    ).all()
    assert events[-2:] == ["on_scene", "closed"]


def test_short_on_arrival_is_missing_again(session, cast, gym, depot):
    carol = cast.viewer("carol")
    line, shelf = wanted(session, carol, gym), stock(session, depot)
    [fill] = commit(session, carol, line, shelf, 40)
    sent = requests.ship(session, carol, [fill.id], home=HOME)
    [load] = _loads(session, sent.id)
    ledger.shipments.take_in(
        session,
        carol,
        sent.id,
        [ledger.shipments.Taken(load, Decimal(30), short=Decimal(10), reason="fell off")],
    )
    assert stand(session, carol, line) == ("sourcing", 10, 0, 0, 0, 30)


def _loads(session, shipment_id):
    return list(
        session.scalars(select(ShipmentLine.id).where(ShipmentLine.shipment_id == shipment_id))
    )


def test_packs_count_in_the_lines_own_unit(session, cast, gym, depot):
    carol = cast.viewer("carol")
    line = wanted(session, carol, gym, code="WATER-BTL", quantity=100, unit="CS")
    pallets = stock(session, depot, "WATER-BTL", 5, "PL", units_per_pack=864)
    commit(session, carol, line, pallets, 1)
    assert stand(session, carol, line) == ("sourcing", 28, 0, 72, 0, 0)
    # a pallet is not opened: the second covers it with some to spare
    [told] = requests.told(session, carol, line.request_id)["lines"]
    assert (told["stand"]["base_unit"], told["stand"]["base"]["committed"]) == ("L", 864)
    commit(session, carol, line, pallets, 1)
    assert stand(session, carol, line)[:2] == ("assigned", 0)
    with pytest.raises(Conflict, match="Carol was faster: nothing of 100 cases"):
        commit(session, carol, line, pallets, 1)


def test_several_sites_in_one_go_or_none(session, cast, gym, depot, boone):
    carol = cast.viewer("carol")
    line, shelf = wanted(session, carol, gym), stock(session, depot, on_hand=30)
    other = stock(session, makers.supply_site(session, agency_id=boone), on_hand=5)
    takes = [Take(shelf, Decimal(30)), Take(other, Decimal(10))]
    with pytest.raises(Conflict, match="Only 5 are free"):
        requests.commit_stock(session, carol, line.id, takes, key="k")
    assert stand(session, carol, line) == ("approved", 40, 0, 0, 0, 0)
    takes[1] = Take(other, Decimal(5))
    made = requests.commit_stock(session, carol, line.id, takes, key="k")
    assert requests.commit_stock(session, carol, line.id, takes, key="k") == made
    assert stand(session, carol, line) == ("sourcing", 5, 0, 35, 0, 0)
    with pytest.raises(Invalid, match="sent before with something else"):
        requests.commit_stock(
            session,
            carol,
            line.id,
            [*takes[:1], Take(stock(session, depot, lot="b"), Decimal(5))],
            key="k",
        )


def test_who_loses_is_told_who_won_and_what_is_next_best(session, cast, gym, depot, boone):
    carol, stella = cast.viewer("carol"), cast.viewer("stella")
    shelf = stock(session, depot, on_hand=40)
    far = makers.supply_site(session, name="Rolla Cache", at=makers.SPRINGFIELD, agency_id=boone)
    stock(session, far, on_hand=500)
    first, second = wanted(session, carol, gym), wanted(session, carol, gym)
    commit(session, stella, first, shelf, 40)
    with pytest.raises(Conflict) as lost:
        commit(session, carol, second, shelf, 40)
    number = requests.told(session, carol, first.request_id)["number"]
    assert "Stella was faster" in lost.value.message
    assert number in lost.value.message
    assert "Next best: commit 40 from Rolla Cache." in lost.value.message
    assert lost.value.details["next"]["parts"][0]["site"]["id"] == far


def test_released_stock_is_free_again(session, cast, gym, depot):
    carol = cast.viewer("carol")
    line, shelf = wanted(session, carol, gym), stock(session, depot, on_hand=40)
    [fill] = commit(session, carol, line, shelf, 40)
    with pytest.raises(Invalid, match="Say why"):
        requests.release(session, carol, fill.id, reason="", home=HOME)
    with pytest.raises(Forbidden):
        requests.release(session, cast.viewer("joe"), fill.id, reason="mine", home=HOME)
    requests.release(session, carol, fill.id, reason="Wrong size", home=HOME)
    requests.release(session, carol, fill.id, reason="Wrong size", home=HOME)
    assert stand(session, carol, line) == ("sourcing", 40, 0, 0, 0, 0)
    assert session.get(StockLine, shelf, populate_existing=True).quantity_committed == 0
    said = [one["text"] for one in requests.timeline(session, carol, line.request_id)]
    assert said.count("Released from Boone Warehouse: Wrong size.") == 1


def test_cancelling_lets_go_of_all_but_what_is_on_its_way(session, cast, gym, depot):
    carol, sam = cast.viewer("carol"), cast.viewer("sam")
    line, shelf = wanted(session, carol, gym), stock(session, depot, on_hand=60)
    [fill] = commit(session, carol, line, shelf, 30)
    commit(session, carol, line, stock(session, depot, on_hand=10, lot="b"), 10)
    sent = requests.ship(session, carol, [fill.id], home=HOME)
    session.refresh(line)
    step = Step("cancelled", line.version, reason="Moved out")
    with pytest.raises(Conflict, match=f"{sent.number} is on its way"):
        requests.move(session, sam, line.id, step, home=HOME)
    ledger.shipments.turn_back(session, carol, sent.id, reason="not needed")
    ledger.shipments.come_back(session, carol, sent.id)
    session.refresh(line)
    # who asked may cancel, though the stock is not theirs to move
    step = Step("cancelled", line.version, reason="Moved out")
    requests.move(session, sam, line.id, step, home=HOME)
    assert line.status == "cancelled"
    assert session.scalars(select(StockLine.quantity_committed)).all() == [0, 0]
    assert ledger.check(session) == []


def test_units_go_by_their_assignment(session, cast, gym, dana):
    incident = makers.incident(session)
    engine = makers.unit(session, name="Bus 7", type="bus")
    want = Want("Buses", Decimal(1), "EA")
    asked = Asked(gym, [want], incident=incident)
    request = requests.ask(session, dana, asked, home=HOME)
    line = session.scalars(select(RequestLine)).one()
    requests.move(session, dana, line.id, Step("approved", 1), home=HOME)
    [offered] = requests.suggest(session, dana, line.id)["units"]
    assert (offered["name"], offered["may_commit"]) == ("Bus 7", True)
    [fill] = requests.send_units(session, dana, line.id, [engine], key="k")
    assert requests.send_units(session, dana, line.id, [engine], key="k") == [fill]
    assert stand(session, dana, line)[0] == "assigned"
    for status, becomes in (("en_route", "en_route"), ("on_scene", "on_scene")):
        moves.move(session, dana, fill.assignment_id, status=status)
        assert stand(session, dana, line)[0] == becomes
    [part] = requests.told(session, dana, request.id)["lines"][0]["fills"]
    assert (part["kind"], part["from"], part["words"]) == ("unit", "Bus 7", "on scene")


def test_nothing_is_promised_before_it_is_approved_nor_by_others(session, cast, gym, depot):
    carol, joe = cast.viewer("carol"), cast.viewer("joe")
    shelf = stock(session, depot)
    line = wanted(session, carol, gym, to="submitted")
    with pytest.raises(Invalid, match="not approved yet"):
        commit(session, carol, line, shelf, 40)
    requests.move(session, carol, line.id, Step("approved", 1), home=HOME)
    with pytest.raises(Forbidden, match="belongs to Boone County OEM"):
        commit(session, joe, line, shelf, 40)
    with pytest.raises(Invalid, match="Only 40 of it are missing"):
        commit(session, carol, line, shelf, 41)
    other = stock(session, depot, "BLANKET")
    with pytest.raises(Invalid, match="not what the line asks for"):
        commit(session, carol, line, other, 40)
    with pytest.raises(NotFound):
        commit(session, carol, line, 2**40, 40)


def test_a_neighbor_may_give_of_its_own(session, cast, gym):
    """Mutual aid between counties needs nobody above them (RSMo 44.090)."""
    carol, joe = cast.viewer("carol"), cast.viewer("joe")
    cache = makers.supply_site(session, name="Greene Cache", agency_id=joe.agency_id)
    line, shelf = wanted(session, carol, gym), stock(session, cache)
    commit(session, joe, line, shelf, 40)
    assert stand(session, joe, line)[0] == "assigned"


def test_a_step_told_late_keeps_its_time(session, cast, gym, depot):
    carol = cast.viewer("carol")
    then = datetime.now(UTC) - timedelta(hours=5)
    asked = Asked(gym, [Want("COT-STD", Decimal(40), "EA", "COT-STD")], at=then)
    request = requests.ask(session, carol, asked, home=HOME)
    line = session.scalars(select(RequestLine)).one()
    hour = timedelta(hours=1)
    requests.move(session, carol, line.id, Step("approved", 1, at=then + hour), home=HOME)
    [fill] = commit(session, carol, line, stock(session, depot), 40, at=then + 2 * hour)
    sent = requests.ship(session, carol, [fill.id], home=HOME, at=then + 3 * hour)
    ledger.shipments.take_in(session, carol, sent.id, at=then + 4 * hour)
    steps = requests.timeline(session, carol, request.id)[::-1]
    times = [one["at"] for one in steps if one["kind"] == "status"]
    assert times == [(then + n * hour).isoformat() for n in range(5)]


def test_mine_and_other_filters(session, cast, gym):
    carol, joe = cast.viewer("carol"), cast.viewer("joe")
    wanted(session, carol, gym)
    for asked, viewer, found in (
        (Question(mine=True), carol, 1),
        (Question(mine=True), joe, 0),
        (Question(county="29019"), joe, 1),
        (Question(county="29077"), joe, 0),
        (Question(item="COT-STD"), joe, 1),
        (Question(item="ICE"), joe, 0),
        (Question(level="county"), joe, 1),
        (Question(level="state"), joe, 0),
        (Question(agency=carol.agency_id), joe, 1),
    ):
        assert len(requests.listed(session, viewer, asked)["requests"]) == found
