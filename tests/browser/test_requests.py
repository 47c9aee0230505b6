"""A request from asking to delivery in a real browser, and its pages without barriers."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from meris import requests
from meris.fields import Home
from meris.requests import Asked, Want
from meris.tables import Resource
from tests import makers, people
from tests.browser.screens import violations_day_and_night, writing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def county(live_server):
    """A shelter of Boone County that lacks cots, and a warehouse that has them."""
    with writing(live_server) as session:
        agency = people.account(session, "carol").agency_id
        makers.shelter(session, name="Lyceum", agency_id=agency)
        store = makers.supply_site(session, name="Boone Warehouse", agency_id=agency)
        makers.stock(session, store, "Cots", item_code="COT-STD", quantity_on_hand=100)


def test_asked_approved_committed_shipped_and_received(visitors):
    page = visitors.page("carol", bypass_csp=True)
    page.goto("/requests")
    page.get_by_role("link", name="New request").first.click()
    page.get_by_label("Shelter or site").fill("lyceum")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Lyceum").click()
    page.get_by_label("How many").first.fill("40")
    page.get_by_label("Item", exact=True).first.fill("cots")
    assert violations_day_and_night(page) == []
    page.get_by_role("button", name="Send the request").click()
    line = page.get_by_role("region", name="40 cots, standard")
    line.locator("summary", has_text="Approve").click()
    line.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("button", name="Commit 40 from Boone Warehouse").click()
    expect(line).to_contain_text("40 committed")
    line.locator("summary", has_text="Ship").click()
    line.get_by_label("Who drives it").fill("Truck 4")
    assert violations_day_and_night(page) == []
    line.get_by_role("button", name="It leaves now").click()
    expect(line).to_contain_text("40 on the way")
    line.get_by_role("button", name="All received of SHP").click()
    expect(line).to_contain_text("40 received")
    expect(page.locator("main > header")).to_contain_text("Filled")


def test_what_another_asks_for_is_on_the_board_by_itself(visitors, live_server):
    page = visitors.page("stella")
    page.goto("/requests")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stillTheSamePage = true")
    with writing(live_server) as session:
        site = session.scalar(select(Resource.id).where(Resource.name == "Lyceum"))
        want = Want("Cots", Decimal(7), "EA", "COT-STD")
        carol = people.Cast(session).viewer("carol")
        requests.ask(session, carol, Asked(site, [want]), home=Home.of())
    expect(page.locator(".ask").filter(has_text="7 cots")).to_be_visible()
    assert page.evaluate("window.stillTheSamePage"), "the board was loaded anew"


def test_the_board_has_no_barriers_walks_by_key_and_renews_itself(visitors):
    page = visitors.page("carol", bypass_csp=True)
    page.goto("/requests/new?site=lyceum&text=blankets 60")
    page.get_by_role("button", name="Lyceum").click()
    page.get_by_role("button", name="Send the request").click()
    page.goto("/requests")
    for size in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert violations_day_and_night(page) == [], size
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.keyboard.press("j")
    expect(page.locator(".ask a:focus")).to_be_visible()
    board = page.locator("#board").element_handle()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function("old => old !== document.querySelector('#board')", arg=board)
    expect(page.locator(".ask a:focus")).to_be_visible()
