"""Stock by keys alone. That its pages bar nobody is held by test_every_page.py."""

from decimal import Decimal

import pytest

from meris import ledger
from meris.accounts import Viewer
from meris.ledger import stocktaking
from tests import makers
from tests.browser.screens import writing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cache(live_server):
    """A site of the state with two lots, one past its day, something moved, and a count sheet."""
    with writing(live_server) as session:
        site = makers.supply_site(session, name="Cache by the river")
        water = {"item_code": "WATER-BTL", "category": "water", "unit_of_issue": "CS"}
        line = makers.stock(session, site, "Bottled water", **water, lot="A", par_level=90)
        makers.stock(session, site, "Bottled water", **water, lot="B", expires_on="2020-01-31")
        stella = Viewer("Stella", roles=frozenset({"state"}))
        ledger.issue(session, stella, line, ledger.Said(Decimal(3), reason="to the gym"))
        return site, line, stocktaking.draw(session, stella, site).id


def test_a_line_is_moved_and_counted_by_keys_alone(visitors, cache):
    site, line, sheet = cache
    page = visitors.page("stella")
    page.goto(f"/supplies/{site}?line={line}")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.get_by_text("Hand out: 2 cases of bottled water. 35 cases free now.").wait_for()
    page.goto(f"/counts/{sheet}")
    first = page.locator("input[data-count]").first
    first.fill("7")
    first.press("Enter")
    page.keyboard.type("8")
    assert page.locator("input[data-count]").nth(1).input_value() == "8"
