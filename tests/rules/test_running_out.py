"""What runs out first: rates measured and planned, ranges, unknowns, and who sees which site."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from meris import requests, running_out
from meris.accounts import PUBLIC, Viewer
from meris.dispatch.rules import mark
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.running_out.estimate import priority
from meris.running_out.factors import Factors, save, shown
from meris.running_out.resupply import order
from meris.tables import Fill, PlanningFactor, Shipment, ShipmentLine, StockMovement, Stocktake
from tests import makers

STATE = Viewer("Stella", roles=frozenset({"state"}))
HOME = Home.of("MO")
LITERS_A_GALLON = 3.785411784
CENTRAL = ZoneInfo("America/Chicago")


def ago(hours):
    return datetime.now(UTC) - timedelta(hours=hours)


def water(session, site, cases=100, **values):
    """Bottled water by the case of 12 liters."""
    row = {"item_code": "WATER-BTL", "unit_of_issue": "CS", "quantity_on_hand": cases, **values}
    return makers.stock(session, site, "Bottled water", **row)


def move(session, line, kind, quantity, hours, **values):
    """A movement as the ledger keeps it; what `follows` has been written already."""
    row = {
        "stock_line_id": line,
        "kind": kind,
        "quantity": quantity,
        "at": ago(hours),
        "by_name": "Sam",
        "source": "web",
        "reason": "test",
        **values,
    }
    return session.scalars(insert(StockMovement).values(row).returning(StockMovement.id)).one()


def listed(session, viewer=STATE, **asked):
    question = running_out.Question(**{"show": "all", **asked})
    return running_out.listed(session, viewer, question, HOME)


def line_of(session, site, need="WATER-BTL", viewer=STATE):
    told = running_out.of_site(session, viewer, site, HOME)
    return next(one for one in told["lines"] if one["need"] == need)


def test_by_planning_factor_where_nobody_measured(session):
    gym = makers.shelter(session, population_total=100)
    water(session, gym, 40)
    line = line_of(session, gym)
    a_day = 100 * LITERS_A_GALLON
    assert line["state"] == "known"
    assert line["basis"] == "factor"
    assert line["free"] == 480
    assert line["a_day"] == pytest.approx(a_day)
    assert line["left"] == pytest.approx(480 / a_day * 24)
    # from three quarters of a gallon to one and a half
    assert line["left_most"] == pytest.approx(line["left"] / 0.75)
    assert line["left_least"] == pytest.approx(line["left"] / 1.5)
    assert line["why"].startswith("planned: 3.8 liters a person a day × 100 people")
    soon = datetime.fromisoformat(line["runs_out_at"]) - datetime.now(UTC)
    assert soon / timedelta(hours=1) == pytest.approx(line["left"], abs=0.1)


def test_measured_by_issues_less_returns_and_without_what_was_reversed(session):
    gym = makers.shelter(session, population_total=100)
    line = water(session, gym, 1000)
    for hours in (30, 24, 18, 12, 6, 0.001):
        move(session, line, "issue", 12, hours)
    move(session, line, "return", 2, 5)
    wrong = move(session, line, "issue", 500, 3)
    move(session, line, "issue", 500, 2, reverses_id=wrong)
    told = line_of(session, gym)
    assert told["basis"] == "issues"
    # six issues, each lasting six hours: 36 h
    assert told["a_day"] == pytest.approx((6 * 12 - 2) * 12 / 36 * 24, rel=0.01)
    assert told["free"] == (1000 - 70) * 12
    assert told["why"] == "measured: 6 issues over 36 h"
    assert told["left_least"] < told["left"] < told["left_most"]


def test_a_wilder_rate_has_a_wider_range(session):
    even, wild = (makers.shelter(session, population_total=1) for _ in range(2))
    for site, amounts in ((even, (10, 10, 10, 10)), (wild, (37, 1, 1, 1))):
        line = water(session, site, 500)
        for number, amount in enumerate(amounts):
            move(session, line, "issue", amount, 8 - 2 * number)
    even, wild = line_of(session, even), line_of(session, wild)
    assert even["a_day"] == pytest.approx(wild["a_day"], rel=0.01)
    assert wild["left_most"] > even["left_most"]
    assert wild["left_least"] < even["left_least"]


@pytest.mark.parametrize("hours", [(10,), (2, 1), (90, 80)])
def test_one_issue_a_short_stretch_or_an_old_one_is_no_measure(session, hours):
    gym = makers.shelter(session, population_total=50)
    line = water(session, gym)
    for one in hours:
        move(session, line, "issue", 5, one)
    assert line_of(session, gym)["basis"] == "factor"


def test_two_counts_apart_measure_where_nothing_is_issued(session):
    gym = makers.shelter(session, population_total=None)
    line = water(session, gym, 0)
    for kind, quantity, hours in (
        ("adjust_up", 100, 30),
        ("adjust_down", 20, 20),
        ("adjust_up", 60, 15),
        ("adjust_down", 40, 10),
    ):
        sheet = {"resource_id": gym, "drawn_by": "Sam", "drawn_at": ago(hours)}
        counted = session.scalars(insert(Stocktake).values(sheet).returning(Stocktake.id)).one()
        move(session, line, kind, quantity, hours, stocktake_id=counted)
    move(session, line, "adjust_down", 7, 5)  # by hand, for a broken case: no use of it
    told = line_of(session, gym)
    assert told["basis"] == "counts"
    assert told["a_day"] == pytest.approx((20 + 40) * 12 / 20 * 24, rel=0.01)
    assert told["why"] == "measured: 4 counts over 20 h"


def test_unknown_is_neither_zero_nor_endless(session):
    gym = makers.shelter(session, population_total=None)
    water(session, gym)
    line = line_of(session, gym)
    assert (line["state"], line["left"], line["runs_out_at"]) == ("unknown", None, None)
    assert line["why"] == "not measured, and no count of people to plan by"
    counts = listed(session)["counts"]
    assert counts["known"] == 0
    assert counts["unsure"] > 0


def test_nobody_there_uses_nothing(session):
    gym = makers.shelter(session, population_total=0)
    water(session, gym)
    assert {one["state"] for one in running_out.of_site(session, STATE, gym, HOME)["lines"]} == {
        "enough"
    }


def test_what_should_be_there_and_is_not_on_record(session):
    gym = makers.shelter(session, population_total=80)
    lines = {one["need"]: one for one in running_out.of_site(session, STATE, gym, HOME)["lines"]}
    assert set(lines) == {"WATER-BTL", "MEAL-SS", "COT-STD", "COT-ACC", "BLANKET", "KIT-HYG"}
    assert {one["state"] for one in lines.values()} == {"none"}
    assert lines["WATER-BTL"]["left"] is None


def test_what_each_needs_one_of_is_short_and_does_not_burn(session):
    gym = makers.shelter(session, population_total=100)
    makers.stock(session, gym, "Cots", item_code="COT-STD", quantity_on_hand=60)
    line = line_of(session, gym, "COT-STD")
    assert (line["state"], line["left"], line["why"]) == ("short", None, "90 for 100 people")
    assert line["order"] == {"quantity": 30, "unit": "EA", "words": "30"}


def test_what_was_handed_out_is_with_those_who_are_there(session):
    gym = makers.shelter(session, population_total=100)
    cots = makers.stock(session, gym, "Cots", item_code="COT-STD", quantity_on_hand=80)
    for hours in (30, 20):
        move(session, cots, "issue", 30, hours)
    line = line_of(session, gym, "COT-STD")
    assert (line["state"], line["why"]) == ("short", "90 for 100 people, 60 handed out")
    assert line["order"]["quantity"] == 10
    move(session, cots, "issue", 5, 100)
    assert line_of(session, gym, "COT-STD")["state"] == "enough"


def test_a_par_below_what_two_days_take_is_not_filled_up_to(session):
    gym = makers.shelter(session, population_total=100)
    water(session, gym, 10, par_level=11)
    assert line_of(session, gym)["order"]["quantity"] == 85


def test_bulk_water_serves_the_same_thirst(session):
    gym = makers.shelter(session, population_total=10)
    makers.stock(
        session, gym, "Buffalo", item_code="WATER-BULK", unit_of_issue="GAL", quantity_on_hand=20
    )
    water(session, gym, 1)
    line = line_of(session, gym)
    assert line["free"] == pytest.approx(20 * LITERS_A_GALLON + 12)
    assert line["left"] == pytest.approx(line["free"] / (10 * LITERS_A_GALLON) * 24)


def test_expired_broken_promised_and_unsized_do_not_count(session):
    gym = makers.shelter(session, population_total=10)
    today = datetime.now(CENTRAL).date()
    water(session, gym, 10, lot="a", quantity_committed=4)
    water(session, gym, 7, lot="b", expires_on=today - timedelta(days=1))
    water(session, gym, 5, lot="c", expires_on=today)
    water(session, gym, 9, lot="d", condition="unserviceable")
    water(session, gym, 2, lot="e", unit_of_issue="PL")
    line = line_of(session, gym)
    assert (line["free"], line["expired"], line["unsized"]) == (11 * 12, 7 * 12, 1)
    only = makers.shelter(session, population_total=10)
    water(session, only, 2, unit_of_issue="PL")
    assert line_of(session, only)["state"] == "unknown"


def test_the_soonest_first_and_what_nobody_knows_last(session):
    sites = [makers.shelter(session, population_total=people) for people in (10, 500, None)]
    for site in sites:
        water(session, site)
    told = listed(session, item="WATER-BTL")
    assert [one["site"]["id"] for one in told["lines"]] == [sites[1], sites[0], sites[2]]
    assert told["counts"] == {"soon": 1, "known": 2, "unsure": 1}
    soon = listed(session, item="WATER-BTL", show="soon", hours=24)
    assert [one["site"]["id"] for one in soon["lines"]] == [sites[1]]
    first = listed(session, item="WATER-BTL", limit=1)
    assert first["more"]
    assert listed(session, item="WATER-BTL", page=3, limit=1)["lines"][0]["site"]["id"] == sites[2]


def test_filters_and_what_is_not_at_work(session):
    other = makers.agency(session, "Greene County OEM")
    here = makers.shelter(session, population_total=5)
    there = makers.shelter(
        session, population_total=5, county_fips="29077", agency_id=other, status="full"
    )
    makers.shelter(session, population_total=5, status="closed")
    makers.supply_site(session)

    def sites(**asked):
        return {one["site"]["id"] for one in listed(session, **asked)["lines"]}

    assert sites() == {here, there}
    assert sites(county="29077") == sites(agency=other) == {there}
    assert sites(kind="pod") == set()
    for wrong in ({"show": "x"}, {"kind": "x"}, {"item": "x"}, {"page": 0}, {"hours": -1}):
        with pytest.raises(Invalid):
            listed(session, **wrong)


def test_a_hidden_site_is_in_no_line_and_no_total(session):
    secret = makers.shelter(session, population_total=900, sensitivity="confidential")
    water(session, secret, 1)
    reader = Viewer("Rita", roles=frozenset({"responder"}))
    told = listed(session, reader)
    assert (told["lines"], told["places"]) == ([], 0)
    assert told["counts"] == {"soon": 0, "known": 0, "unsure": 0}
    assert len(listed(session)["lines"]) > 0
    for viewer in (reader, PUBLIC):
        with pytest.raises(NotFound):
            running_out.of_site(session, viewer, secret, HOME)
        with pytest.raises(NotFound):
            order(session, viewer, secret, "WATER-BTL", HOME)


def transit(session, giver, gym, cases, **values):
    line = water(session, giver, 500)
    row = {
        "number": "SHP-2026-00001",
        "from_id": giver,
        "to_id": gym,
        "status": "in_transit",
        "status_at": ago(1),
        "status_by": "x",
        "created_by": "x",
        "expected_at": ago(-3),
        **values,
    }
    shipment = session.scalars(insert(Shipment).values(row).returning(Shipment.id)).one()
    given = {"stock_line_id": line, "unit_of_issue": "CS", "made_by": "x", "made_at": ago(1)}
    fill = session.scalars(insert(Fill).values(given).returning(Fill.id)).one()
    part = {"shipment_id": shipment, "fill_id": fill, "stock_line_id": line, "quantity": cases}
    sent = session.scalars(insert(ShipmentLine).values(part).returning(ShipmentLine.id)).one()
    move(session, line, "commit", cases, 2, fill_id=fill)
    move(session, line, "transfer_out", cases, 1, fill_id=fill, shipment_line_id=sent)


def test_what_is_on_its_way_is_shown_and_counts_then(session):
    gym = makers.shelter(session, population_total=100)
    water(session, gym, 10)
    giver = makers.supply_site(session, name="Secret depot", sensitivity="confidential")
    transit(session, giver, gym, 40)
    reader = Viewer("Rita", roles=frozenset({"responder"}))
    line = line_of(session, gym, viewer=reader)
    assert line["coming"]["quantity"] == 480
    assert line["left"] == pytest.approx(120 / (100 * LITERS_A_GALLON) * 24)
    assert line["coming"]["left_then"] == pytest.approx(600 / (100 * LITERS_A_GALLON) * 24)
    assert "Secret" not in str(line)


def test_the_request_is_filled_in_and_never_made_twice(session):
    gym = makers.shelter(session, population_total=100)
    water(session, gym, 10)
    line = line_of(session, gym)
    # three days for a hundred people less what is there, in whole cases of 12 liters
    wanted = -(-(3 * 100 * LITERS_A_GALLON - 120) // 12)
    assert line["order"] == {"quantity": wanted, "unit": "CS", "words": f"{wanted:.0f} cases"}
    made = order(session, STATE, gym, "WATER-BTL", HOME)
    told = requests.told(session, STATE, made.id)
    [asked] = told["lines"]
    assert (asked["item_code"], asked["quantity"], asked["unit_of_issue"]) == (
        "WATER-BTL",
        wanted,
        "CS",
    )
    assert (told["priority"], told["deliver_to"]["id"]) == ("life_sustaining", gym)
    assert datetime.fromisoformat(told["needed_by"]) <= datetime.fromisoformat(line["runs_out_at"])
    again = line_of(session, gym)
    assert again["order"] is None
    assert again["requests"][0]["number"] == told["number"]
    with pytest.raises(Conflict, match=told["number"]):
        order(session, STATE, gym, "WATER-BTL", HOME)


def test_up_to_par_and_less_what_is_on_its_way(session):
    gym = makers.shelter(session, population_total=50)
    water(session, gym, 10, par_level=60)
    assert line_of(session, gym)["order"]["quantity"] == 50
    transit(session, makers.supply_site(session), gym, 20)
    assert line_of(session, gym)["order"]["quantity"] == 30


def test_who_may_not_ask_is_told_and_what_is_not_low_is_refused(session):
    gym = makers.shelter(session, population_total=100)
    water(session, gym, 10)
    makers.stock(session, gym, "Blankets", item_code="BLANKET", quantity_on_hand=900)
    reader = Viewer("Reed", roles=frozenset({"reader"}))
    assert line_of(session, gym, viewer=reader)["order"] is None
    with pytest.raises(Forbidden):
        order(session, reader, gym, "WATER-BTL", HOME)
    for need in ("BLANKET", "other:x:EA"):
        with pytest.raises(Invalid):
            order(session, STATE, gym, need, HOME)


@pytest.mark.parametrize(
    ("hours", "category", "expected"),
    [
        (3, "water", "life_sustaining"),
        (20, "food", "high"),
        (40, "water", "normal"),
        (3, "hygiene", "high"),
        (20, "hygiene", "normal"),
        (None, "water", "high"),
        (None, None, "normal"),
    ],
)
def test_how_urgent(hours, category, expected):
    assert priority(hours, category) == expected


def test_factors_are_settings(session):
    gym = makers.shelter(session, population_total=100)
    water(session, gym)
    seen = shown(Factors.read(session).rows)
    typed = {**seen, "quantity.water_shelter": "2", "most.water_shelter": "3"}
    assert save(session, STATE, typed, seen=mark(seen)) == 1
    assert line_of(session, gym)["a_day"] == pytest.approx(200 * LITERS_A_GALLON)
    with pytest.raises(Conflict):
        save(session, STATE, typed, seen=mark(seen))
    seen = shown(Factors.read(session).rows)
    for wrong in ({"least.ice_pod": "0"}, {"quantity.ice_pod": "99"}, {"most.ice_pod": "many"}):
        with pytest.raises(Invalid):
            save(session, STATE, {**seen, **wrong}, seen=mark(seen))
    with pytest.raises(Forbidden):
        save(session, Viewer("Dana", roles=frozenset({"dispatcher"})), seen, seen=mark(seen))


def test_the_factors_shipped_are_whole(session):
    rows = Factors.read(session).rows
    assert {row.code for row in rows if row.verified} == {
        "water_shelter",
        "water_pod",
        "people_per_vehicle",
        "pod_hours",
    }
    assert all(row.least <= row.quantity <= row.most for row in rows)
    assert session.get(PlanningFactor, "water_pod").also == ["WATER-BULK"]
