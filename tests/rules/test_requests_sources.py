"""Who is suggested as a source, in which order, with which reasons, and who is not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from geo.values import Position
from meris import requests
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.fields import Home
from meris.requests import Asked, Step, Take, Up, Want, givers
from meris.tables import Request, RequestLine, Resource, StockLine
from tests import makers

HOME = Home.of()
TODAY = datetime.now(UTC).date()
SOON, PAST = TODAY + timedelta(days=90), TODAY - timedelta(days=1)
#: About 8, 60 and 250 km from Columbia.
NEAR, MIDDLE, FAR = Position(38.98, -92.25), Position(38.58, -92.17), Position(36.98, -93.7)


@pytest.fixture
def carol(cast):
    """Who keeps Boone County's resources."""
    return cast.viewer("carol")


@pytest.fixture
def line(session, carol):
    """40 cases of water for a shelter in Columbia, approved."""
    return wanted(session, carol)


def wanted(session, viewer, *, code="WATER-BTL", quantity=40, unit="CS", needed_by=None, site=None):
    site = site or makers.shelter(session, name="Lyceum", agency_id=viewer.agency_id)
    want = Want(code or "Buses", Decimal(quantity), unit, code)
    made = requests.ask(session, viewer, Asked(site, [want], needed_by=needed_by), home=HOME)
    found = session.scalars(select(RequestLine).where(RequestLine.request_id == made.id)).one()
    requests.move(session, viewer, found.id, Step("approved", 1), home=HOME)
    return found


def depot(session, name, at, on_hand, *, code="WATER-BTL", unit="CS", kind="supply_site", **more):
    """A site with stock of one item, of Boone County unless said otherwise."""
    stock = ("par_level", "expires_on", "condition", "quantity_committed", "units_per_pack")
    part = {key: more.pop(key) for key in stock if key in more}
    make = makers.supply_site if kind == "supply_site" else makers.shelter
    site = make(session, name=name, at=at, **more)
    makers.stock(
        session, site, code, item_code=code, quantity_on_hand=on_hand, unit_of_issue=unit, **part
    )
    return site


def suggest(session, viewer, line):
    return requests.suggest(session, viewer, line.id)


def best(found):
    return [(one["site"]["name"], one["quantity"]) for one in found["best"]["parts"]]


def test_the_nearest_with_enough(session, carol, line):
    depot(session, "Far", FAR, 500)
    depot(session, "Near", NEAR, 100)
    depot(session, "Middle", MIDDLE, 500)
    found = suggest(session, carol, line)
    assert best(found) == [("Near", 40)]
    assert found["best"]["words"] == "Commit 40 cases from Near"
    assert [one["site"]["name"] for one in found["sources"]] == ["Near", "Middle", "Far"]
    [reason, drive, *_] = found["sources"][0]["reasons"]
    assert reason == "has 100 cases free, all that is missing"
    assert drive.startswith("4.9 mi away, about 40 min by truck with loading, there at ")


def test_one_farther_giver_beats_three_near_ones(session, carol, line):
    for n in range(3):
        depot(session, f"Small {n}", NEAR, 15)
    depot(session, "Whole", Position(39.05, -92.25), 60)
    assert best(suggest(session, carol, line)) == [("Whole", 40)]


def test_several_where_nobody_has_enough_and_nobody_that_is_not_needed(session, carol, line):
    depot(session, "Ten", NEAR, 10)
    depot(session, "Thirty", MIDDLE, 30)
    depot(session, "Five", Position(38.97, -92.3), 5)
    found = suggest(session, carol, line)
    assert best(found) == [("Ten", 10), ("Thirty", 30)]
    assert found["best"]["lacking"] == 0
    depot(session, "Too far", FAR, 3)
    line = wanted(session, carol, quantity=60)
    found = suggest(session, carol, line)
    assert sum(much for _, much in best(found)) == 48
    assert (found["best"]["lacking"], found["best"]["lacking_words"]) == (
        12, "12 cases more nobody could give",
    )  # fmt: skip


def test_nobody_is_stripped_below_par_while_another_can_give(session, carol, line):
    depot(session, "Near", NEAR, 50, par_level=30)
    depot(session, "Middle", MIDDLE, 500, par_level=100)
    found = suggest(session, carol, line)
    assert best(found) == [("Middle", 40)]
    assert "keeps the 100 cases it needs itself" in found["best"]["parts"][0]["reasons"]
    near = found["sources"][1]
    assert (near["site"]["name"], near["below_par"], near["quantity"]) == ("Near", False, 20)


def test_it_is_said_when_there_is_no_other_way(session, carol, line):
    depot(session, "Near", NEAR, 50, par_level=30)
    [part] = suggest(session, carol, line)["best"]["parts"]
    assert (part["quantity"], part["below_par"]) == (40, True)
    assert part["against"] == ["would be left with 10 cases and keeps 30 cases"]


def test_in_time_comes_before_near_enough(session, carol):
    soon = datetime.now(UTC) + timedelta(minutes=90)
    line = wanted(session, carol, needed_by=soon)
    depot(session, "Ten", NEAR, 10)
    depot(session, "Far", FAR, 500)
    found = suggest(session, carol, line)
    assert best(found) == [("Ten", 10), ("Far", 30)]
    far = found["best"]["parts"][1]
    assert far["late"]
    assert any("after it is needed" in one for one in far["against"])


def test_when_it_is_too_late_already_the_nearest_is_still_the_best(session, carol):
    line = wanted(session, carol)
    session.get_one(Request, line.request_id).needed_by = datetime.now(UTC) - timedelta(hours=4)
    session.flush()
    depot(session, "Nowhere", None, 500)
    depot(session, "Near", NEAR, 100)
    depot(session, "Middle", MIDDLE, 500)
    found = suggest(session, carol, line)
    assert best(found) == [("Near", 40)]
    names = [(one["site"]["name"], one["late"]) for one in found["sources"]]
    assert names == [("Near", True), ("Middle", True), ("Nowhere", False)]


def test_expired_and_broken_stock_is_passed_over_and_the_first_to_expire_goes_first(
    session, carol, line
):
    depot(session, "Old", NEAR, 500, expires_on=PAST)
    depot(session, "Broken", NEAR, 500, condition="unserviceable")
    depot(session, "Promised", NEAR, 30, quantity_committed=30)
    good = depot(session, "Good", MIDDLE, 30, expires_on=SOON + timedelta(days=9))
    first = makers.stock(
        session, good, "water", item_code="WATER-BTL", quantity_on_hand=30, unit_of_issue="CS",
        expires_on=SOON,
    )  # fmt: skip
    found = suggest(session, carol, line)
    [part] = found["best"]["parts"]
    assert [(one["stock_line_id"] == first, one["quantity"]) for one in part["takes"]] == [
        (True, 30), (False, 10),
    ]  # fmt: skip
    assert f"earliest expiry first: {SOON:%b} {SOON.day}, {SOON.year}" in part["reasons"]
    assert {one["site"]["name"]: one["why_not"] for one in found["passed_over"]} == {
        "Old": "what it has is expired or not serviceable",
        "Broken": "what it has is expired or not serviceable",
        "Promised": "all that it has is promised",
    }


def test_a_shelter_gives_only_what_its_own_people_do_not_need(session, carol):
    line = wanted(session, carol, code="COT-STD", unit="EA", quantity=40)
    for name, people in (("Full", 100), ("Half", 50), ("Uncounted", None)):
        depot(session, name, NEAR, 90, code="COT-STD", unit="EA", kind="shelter",
              population_total=people)  # fmt: skip
    depot(session, "Empty", MIDDLE, 90, code="COT-STD", unit="EA", kind="shelter", status="closed")
    found = suggest(session, carol, line)
    free = {one["site"]["name"]: one["quantity"] for one in found["sources"]}
    assert free == {"Half": 40, "Empty": 40}
    assert "keeps the 45 it needs itself" in found["sources"][0]["reasons"]
    assert {one["site"]["name"]: one["why_not"] for one in found["passed_over"]} == {
        "Full": "it needs what it has for the people in it",
        "Uncounted": "nobody counted its people, so what it needs itself is not known",
    }


def test_other_units_of_issue_are_converted_and_packs_stay_whole(session, carol, line):
    depot(session, "Pallets", NEAR, 3, unit="PL", units_per_pack=864)
    depot(session, "Odd", NEAR, 3, unit="BX")
    found = suggest(session, carol, line)
    [part] = found["best"]["parts"]
    assert (part["words"], part["quantity"]) == ("1 pallet", 72)
    made = requests.commit_stock(
        session, carol, line.id, [Take(one["stock_line_id"], Decimal(1)) for one in part["takes"]]
    )
    assert made[0].unit_of_issue == "PL"


@pytest.mark.parametrize("rare", [True, False])
def test_hidden_sites_are_neither_suggested_nor_named(session, cast, line, monkeypatch, rare):
    if not rare:
        monkeypatch.setattr(givers, "RARE", 0)
    stella = cast.viewer("stella")
    hidden = depot(session, "Safe house", NEAR, 500, sensitivity="confidential",
                   agency_id=stella.agency_id)  # fmt: skip
    depot(session, "Middle", MIDDLE, 500)
    assert best(suggest(session, stella, line))[0][0] in ("Safe house", "Middle")
    for who in ("carol", "joe", "dana", "rita"):
        found = suggest(session, cast.viewer(who), line)
        assert "Safe house" not in str(found)
        assert hidden not in {one["site"]["id"] for one in found["sources"]}
    with pytest.raises(NotFound):
        suggest(session, cast.viewer("nobody"), line)


def test_a_common_item_is_looked_for_by_the_walk_with_the_same_answer(
    session, carol, line, monkeypatch
):
    depot(session, "Far", FAR, 500)
    depot(session, "Near", NEAR, 30)
    depot(session, "Old", NEAR, 500, expires_on=PAST)
    depot(session, "Middle", MIDDLE, 20)
    depot(session, "Nowhere", None, 900)
    every = suggest(session, carol, line)
    monkeypatch.setattr(givers, "RARE", 0)
    walked = suggest(session, carol, line)
    for one in (every, walked):
        one["sources"] = [{**each, "arrives_at": None, "reasons": []} for each in one["sources"]]
        one["best"] = best(one)
    assert walked == every
    assert walked["best"] == [("Near", 30), ("Middle", 10)]


def test_own_words_find_the_same_words(session, carol):
    site = makers.supply_site(session, name="Store", at=NEAR)
    makers.stock(session, site, "Crayons", quantity_on_hand=50, unit_of_issue="BX")
    shelter = makers.shelter(session, agency_id=carol.agency_id)
    asked = Asked(shelter, [Want("crayons", Decimal(3), "BX")])
    made = requests.ask(session, carol, asked, home=HOME)
    line = session.scalars(select(RequestLine).where(RequestLine.request_id == made.id)).one()
    assert best(suggest(session, carol, line)) == [("Store", 3)]


def up(session, viewer, line, to, **more):
    version = session.get_one(Request, line.request_id, populate_existing=True).version
    return requests.escalate(session, viewer, line.request_id, Up(to, version, **more), home=HOME)


AUTHORITY = {"authority_name": "Pat Doe", "authority_title": "Presiding Commissioner"}


def test_the_state_is_asked_by_authority_and_only_when_nothing_is_left(session, cast, carol, line):
    stella = cast.viewer("stella")
    at = datetime.now(UTC) - timedelta(minutes=5)
    depot(session, "Own", NEAR, 10, agency_id=carol.agency_id)
    with pytest.raises(Invalid, match="what was tried locally"):
        up(session, carol, line, "region")
    with pytest.raises(Invalid, match="not exhausted: Own can spare 10 cases"):
        up(session, carol, line, "region", tried="Called Cole and Cooper County")
    requests.commit_stock(session, carol, line.id, [Take(_only(session, "Own"), Decimal(10))])
    up(session, carol, line, "region", tried="Called Cole and Cooper County")
    with pytest.raises(Invalid, match="chief elected official"):
        up(session, carol, line, "state")
    with pytest.raises(Invalid, match="lies in the future"):
        up(session, carol, line, "state", **AUTHORITY, authority_at=at + timedelta(days=1))
    request = up(session, carol, line, "state", **AUTHORITY, authority_at=at)
    assert (request.level, request.authority_name, request.tried_locally) == (
        "state", "Pat Doe", "Called Cole and Cooper County",
    )  # fmt: skip
    with pytest.raises(Invalid, match="cannot be taken there by you"):
        up(session, carol, line, "county", reason="no")
    up(session, stella, line, "county", reason="Cole County has some")
    steps = [one for one in requests.timeline(session, carol, request.id) if one["kind"] == "level"]
    assert [(one["before"], one["after"], one["by"]) for one in steps][::-1] == [
        ("County", "Region", "Carol"), ("Region", "State", "Carol"), ("State", "County", "Stella"),
    ]  # fmt: skip
    assert "Pat Doe, Presiding Commissioner" in steps[1]["text"]


def test_stock_of_the_state_waits_for_the_request_to_come_to_it(session, cast, carol, line):
    stella, dana = cast.viewer("stella"), cast.viewer("dana")
    site = depot(session, "State warehouse", NEAR, 500, agency_id=stella.agency_id)
    found = suggest(session, stella, line)
    assert found["best"] is None
    [source] = found["sources"]
    assert (source["site"]["id"], source["may_commit"]) == (site, False)
    assert "the request has to go to the state first" in source["against"][0]
    takes = [Take(source["takes"][0]["stock_line_id"], Decimal(40))]
    for viewer in (stella, dana):
        with pytest.raises(Forbidden, match="belongs to the state"):
            requests.commit_stock(session, viewer, line.id, takes)
    at = datetime.now(UTC)
    up(session, carol, line, "state", tried="All called", **AUTHORITY, authority_at=at)
    with pytest.raises(Forbidden, match="belongs to the state"):
        requests.commit_stock(session, dana, line.id, takes)
    assert best(suggest(session, stella, line)) == [("State warehouse", 40)]
    requests.commit_stock(session, stella, line.id, takes)


def test_only_the_desk_takes_a_request_up_and_at_the_version_seen(session, cast, carol, line):
    for who in ("sam", "rita", "joe"):
        with pytest.raises(Forbidden):
            up(session, cast.viewer(who), line, "region", tried="Everything")
    with pytest.raises(Conflict, match="changed meanwhile"):
        requests.escalate(
            session, carol, line.request_id, Up("region", 99, tried="Everything"), home=HOME
        )


def _only(session, name):
    statement = select(StockLine.id).join(Resource, Resource.id == StockLine.resource_id)
    return session.scalars(statement.where(Resource.name == name)).one()
