"""One day of shelters and supplies, played by consoles and phones by HTTP; the books balance."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from geo.values import Position
from meris import ledger
from meris.db import SYSTEM
from meris.demo import day
from meris.demo.console import Console
from meris.demo.day.books import Row
from meris.errors import Refused
from meris.fields import BY_CODE
from meris.tables import (
    BedHold,
    Request,
    RequestLine,
    Resource,
    Shelter,
    ShelterCount,
    ShelterDeparture,
    Shipment,
    StockMovement,
    Stocktake,
)
from tests import makers, people

BOONE = "29019"
PLACES = (220, 160, 140, 120, 90)
CAST = ("sam", "carol", "dana", "stella")


@pytest.fixture(scope="module")
def ready(live_server):
    """Five closed shelters, their county's warehouse and point of distribution, a neighbor who has
    stock, and the state's generators."""
    database = live_server.database()
    with database.transaction(SYSTEM) as session:
        for n, places in enumerate(PLACES):
            makers.shelter(session, at=near(n), status="closed", post_impact_capacity=places, **OLD)
        makers.supply_site(session, at=near(6), name="Boone County Warehouse", type="warehouse")
        makers.supply_site(session, at=near(7), name="Ashland POD", type="pod")
        callaway = makers.agency(session, "Callaway County EMA")
        cache = makers.supply_site(session, at=near(30), agency_id=callaway, county_fips="29027")
        for code, unit in (("WATER-BTL", "CS"), ("MEAL-SS", "CS"), ("BLANKET", "EA")):
            goods = {"item_code": code, "unit_of_issue": unit, "quantity_on_hand": 400}
            makers.stock(session, cache, BY_CODE[code].title, **goods)
        sema = people.account(session, "stella").agency_id
        depot = makers.supply_site(session, at=near(60), agency_id=sema, county_fips="29051")
        makers.stock(session, depot, "Generators", item_code="GEN", quantity_on_hand=12)
    yield database
    database.dispose()


OLD = {"confirmed_at": datetime.now(UTC) - timedelta(days=4), "sensitivity": "public"}


def near(n):
    return Position(38.95 + 0.01 * n, -92.33 + 0.01 * n)


def cast(server):
    return day.People(*(day.Person(console(server, who)) for who in CAST))


def console(server, who):
    made = Console(server.url)
    made.log_in(people.email(who), people.PASSWORD)
    return made


@pytest.fixture(scope="module")
def played(live_server, ready):
    return day.play(cast(live_server), BOONE, "America/Chicago", seed=29, count=5)


def test_the_day_goes_as_told_and_the_books_balance(played, ready):
    assert (played.run.wrong, list(played.faults)) == ([], [])
    assert played.lines()[-1] == "The books balance."
    assert played.run.done["refused as it should be"] >= 8
    with ready.reading() as session:
        assert ledger.check(session) == []
        kinds = set(session.scalars(select(StockMovement.kind)))
    assert {"receive", "issue", "transfer_out", "transfer_in", "commit", "damage"} <= kinds
    assert {"expire", "adjust_up", "adjust_down"} <= kinds


def test_every_item_is_accounted_for(played):
    rows = {row.item: row for row in played.rows}
    assert all(row.balances for row in played.rows)
    water = rows["WATER-BTL"]
    assert water.used > 100
    assert water.on_the_way > 0
    assert rows["FOOD-INF"].thrown == 60
    assert rows["BLANKET"].thrown >= 1


def test_what_is_not_accounted_for_is_told():
    ten, five = Decimal(10), Decimal(5)
    figures = {"on_the_way": five, "used": 0, "thrown": 0, "missing": 0}
    assert Row("GEN", "EA", ten, five, ten, **figures).balances
    assert not Row("GEN", "EA", ten, five, ten + 1, **figures).balances


def test_shelters_opened_filled_and_consolidated(played, ready):
    parts = {one.part: one for one in played.stage.shelters}
    with ready.reading() as session:
        status = {part: session.get_one(Resource, one.id).status for part, one in parts.items()}
        people_now = session.get_one(Shelter, parts["anchor"].id).population_total
        periods = set(session.scalars(select(ShelterCount.period)))
        fullest = session.scalar(
            select(func.max(ShelterCount.total)).where(
                ShelterCount.resource_id == parts["anchor"].id
            )
        )
        left = session.scalars(select(ShelterDeparture.from_id)).all()
    assert status == {
        "anchor": "open",
        "haven": "open",
        "church": "closed",
        "hall": "closed",
        "spare": "closed",
    }
    assert fullest == parts["anchor"].places
    assert people_now == parts["anchor"].people > 0
    assert {"midday", "overnight"} & periods
    assert set(left) == {parts["church"].id, parts["hall"].id}


def test_requests_stand_at_every_step(played, ready):
    with ready.reading() as session:
        states = set(session.scalars(select(RequestLine.status)))
        levels = session.execute(select(Request.level, Request.authority_name)).all()
        shipments = set(session.scalars(select(Shipment.status)))
        sheets = set(session.scalars(select(Stocktake.status)))
        holds = set(session.scalars(select(BedHold.outcome)))
    assert {"closed", "denied", "submitted", "assigned", "en_route", "on_scene"} <= states
    assert ("state", "J. Whitaker") in [tuple(row) for row in levels]
    assert shipments == {"in_transit", "received"}
    assert sheets == {"entered"}
    assert {"arrived", None} <= holds


@pytest.mark.browser
def test_the_boards_show_the_day(visitors, played):
    anchor = played.stage.of("anchor")[0]
    page = visitors.page("dana")
    page.goto(f"/sites/{anchor.id}/record")
    expect(page.locator("main")).to_contain_text(f"{anchor.people}")
    page.goto("/requests")
    expect(page.locator("main")).to_contain_text(anchor.name)


def test_without_closed_shelters_there_is_no_day(live_server, ready):
    with pytest.raises(Refused, match="needs 5 closed shelters"):
        day.play(cast(live_server), "29510", "America/Chicago", seed=29, count=5)
