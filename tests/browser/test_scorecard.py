"""The scorecard in a real browser: no barriers, any size, keys, and nothing that needs a script."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import violations_day_and_night, writing

pytestmark = pytest.mark.browser

BOONE = "/scorecard/29019"


@pytest.fixture(scope="module", autouse=True)
def state(live_server):
    """Boone with an open shelter that is out of date, Greene in order, the others silent."""
    with writing(live_server) as session:
        boone = makers.agency(session, "Boone County OEM", county_fips="29019")
        long_ago = datetime.now(UTC) - timedelta(days=9)
        makers.shelter(session, agency_id=boone, name="Armory", confirmed_at=long_ago)
        makers.shelter(session, agency_id=boone, name="Nowhere hall", at=None)
        greene = makers.agency(session, "Greene County OEM", county_fips="29077")
        makers.unit(session, agency_id=greene, type="engine")


def order(page):
    """The counties of the call list, from the top."""
    return page.locator("#call-list tbody th").all_inner_texts()


@pytest.mark.parametrize("address", ["/scorecard?measure=problems", BOONE, "/scorecard/29001"])
def test_there_are_no_barriers(visitors, address):
    page = visitors.page("stella", bypass_csp=True)
    page.goto(address)
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert violations_day_and_night(page) == [], width


def test_no_page_is_wider_than_a_small_phone(visitors):
    page = visitors.page("stella", viewport={"width": 320, "height": 640})
    found = {}
    for address in ("/scorecard", "/scorecard?measure=delivered", BOONE, f"{BOONE}?show=unplaced"):
        page.goto(address)
        found[address] = page.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in found.items() if width > 320} == {}


def test_every_tile_is_large_enough_for_a_finger_on_a_phone(visitors):
    page = visitors.page("stella", viewport={"width": 390, "height": 844})
    page.goto("/scorecard")
    boxes = page.locator(".tile").evaluate_all(
        "tiles => tiles.map(tile => tile.getBoundingClientRect()).map(b => [b.width, b.height])"
    )
    assert len(boxes) == 115
    assert min(width for width, _ in boxes) > 20
    assert min(height for _, height in boxes) >= 44


def test_columns_of_tiles_stand_in_line(visitors):
    page = visitors.page("stella")
    page.goto("/scorecard")
    lefts = page.locator(".tile").evaluate_all(
        "tiles => tiles.map(tile => Math.round(tile.getBoundingClientRect().left))"
    )
    assert len(set(lefts)) == 14


def test_another_measure_and_another_order_come_without_loading_the_page(visitors):
    page = visitors.page("stella")
    page.goto("/scorecard")
    page.evaluate("window.stillTheSamePage = true")
    boone = page.locator(f".tile[href='{BOONE}']")
    expect(boone.locator(".mark:visible")).to_have_attribute("data-of", "overall")
    page.get_by_role("link", name="Placed", exact=True).first.click()
    expect(boone.locator(".mark:visible")).to_have_attribute("data-of", "placed")
    expect(boone.locator(".mark:visible b")).to_have_text("C")
    assert order(page)[0] == "Boone"
    page.locator("[data-sort=name]").click()
    assert order(page)[:2] == ["Adair", "Andrew"]
    page.locator("[data-sort=name]").click()
    assert order(page)[0] == "Wright"
    assert page.evaluate("window.stillTheSamePage")
    page.reload()
    assert order(page)[0] == "Wright"
    expect(boone.locator(".mark:visible")).to_have_attribute("data-of", "placed")


def test_arrow_keys_go_from_county_to_county(visitors):
    page = visitors.page("stella")
    page.goto("/scorecard")
    assert page.locator(".tile[tabindex='0']").count() == 1
    page.locator(f".tile[href='{BOONE}']").focus()
    for key, county in (
        ("ArrowRight", "Audrain"),
        ("ArrowDown", "Callaway"),
        ("ArrowUp", "Audrain"),
    ):
        page.keyboard.press(key)
        expect(page.locator(".tile:focus .name")).to_have_text(county)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Boone County")


def test_it_works_without_scripts(visitors):
    page = visitors.page("stella", java_script_enabled=False)
    page.goto("/scorecard")
    page.get_by_role("link", name="Fresh", exact=True).first.click()
    boone = page.locator(f".tile[href='{BOONE}']")
    expect(boone.locator(".mark:visible")).to_have_attribute("data-of", "fresh")
    page.locator("[data-sort=name]").click()
    expect(page.locator("#call-list tbody th").first).to_have_text("Adair")
    expect(boone.locator(".mark:visible")).to_have_attribute("data-of", "fresh")


def test_from_the_first_call_to_the_record_on_the_map(visitors):
    page = visitors.page("stella")
    page.goto("/")
    page.goto("/account")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Scorecard").click()
    page.locator(".first a").first.click()
    page.get_by_role("link", name="Confirm 1 open shelter").click()
    page.get_by_role("link", name="Armory").click()
    expect(page.locator("#detail-title")).to_have_text("Armory")
