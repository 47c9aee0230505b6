"""Every page for everybody: no barrier that axe finds, no page wider than a small phone."""

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import FIXTURES, apply, open_map, upload, violations, writing

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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_upload_pages_have_no_barriers(visitors, theme):
    page = visitors.page("carol", color_scheme=theme, bypass_csp=True)
    for address in addresses(page):
        page.goto(address)
        assert violations(page) == [], address


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("who", ["nobody", "dana"])
def test_the_map_has_no_barriers(visitors, shelter, who, theme):
    page = visitors.page(who, color_scheme=theme, bypass_csp=True)
    open_map(page)
    assert violations(page) == []
    open_map(page, f"#id={shelter}")
    expect(page.locator("#detail-title")).to_be_visible()
    page.keyboard.press("l")
    assert violations(page) == []


def test_no_page_is_wider_than_a_small_phone(visitors, shelter):
    page = visitors.page("carol", viewport={"width": 320, "height": 640})
    found = {}
    for address in (*addresses(page), "/", f"/#id={shelter}"):
        page.goto(address)
        found[address] = page.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in found.items() if width > 320} == {}
