"""Every page for everybody: no barrier that axe finds, no page wider than a small phone."""

import pytest
from playwright.sync_api import expect

from meris import requests
from meris.accounts import Viewer
from meris.fields import Home
from tests import makers
from tests.browser.screens import (
    FIXTURES,
    apply,
    open_map,
    upload,
    violations_day_and_night,
    width_at,
    writing,
)

pytestmark = pytest.mark.browser

# Log-in, account, tokens, columns and errors are looked at in tests/flows.
UPLOADS = ("/uploads", "/uploads/new")


@pytest.fixture(scope="module")
def shelter(live_server):
    """Something on the map for everybody."""
    with writing(live_server) as session:
        return makers.shelter(session, name="Lyceum", status="full", sensitivity="public")


def addresses(page):
    """The pages of uploads: the list, the form, one with problems, one that is applied."""
    upload(page, FIXTURES / "shelters_messy.csv")
    messy = page.url
    upload(page, FIXTURES / "supplies_good.csv", kind="supply")
    if page.locator("#do-apply").count():
        apply(page)
        expect(page.locator("#result")).to_be_visible()
    return (*UPLOADS, messy, page.url)


def test_upload_pages_have_no_barriers_and_fit_a_small_phone(visitors):
    page = visitors.page("carol", bypass_csp=True)
    for address in addresses(page):
        page.goto(address)
        assert violations_day_and_night(page) == [], address
        assert width_at(page, 320) <= 320, address
        page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.parametrize("who", ["nobody", "dana"])
def test_the_map_has_no_barriers(visitors, shelter, who):
    page = visitors.page(who, bypass_csp=True)
    open_map(page)
    assert violations_day_and_night(page) == []
    open_map(page, f"#id={shelter}")
    expect(page.locator("#detail-title")).to_be_visible()
    page.keyboard.press("l")
    assert violations_day_and_night(page) == []


def test_the_map_is_no_wider_than_a_small_phone(visitors, shelter):
    page = visitors.page("carol", viewport={"width": 320, "height": 640})
    for address in ("/", f"/#id={shelter}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


@pytest.fixture(scope="module")
def asked(live_server, shelter):
    """The shelter lacks two things, and one of them for somebody's life."""
    with writing(live_server) as session:
        viewer = Viewer("Stella", roles=frozenset({"state"}))
        for text, priority in (("cots 40, blankets 80", "normal"), ("water 3 pallets", "1")):
            wants = requests.read_text(text, Home.of())
            wanted = requests.Asked(deliver_to=shelter, lines=wants, priority=priority)
            requests.ask(session, viewer, wanted, home=Home.of())


def test_the_page_of_requests_has_no_barriers_and_fits_a_small_phone(visitors, asked):
    page = visitors.page("dana", bypass_csp=True)
    page.goto("/requests")
    expect(page.locator(".request")).to_have_count(2)
    page.locator("summary", has_text="Deny").first.click()
    assert violations_day_and_night(page) == []
    assert width_at(page, 320) <= 320
    page.goto("/requests?q=nothing-like-it")
    expect(page.get_by_text("No such request")).to_be_visible()
    assert violations_day_and_night(page) == []
