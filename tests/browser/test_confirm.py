"""The worklist and a record: no barriers by day or night, by keyboard, on small phones."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import violations_day_and_night, width_at, writing

pytestmark = pytest.mark.browser


def test_who_phones_around_confirms_by_keyboard_and_nothing_is_in_the_way(visitors, live_server):
    hours = datetime.now(UTC) - timedelta(hours=9)
    with writing(live_server) as session:
        gym = makers.shelter(
            session,
            name="Gym",
            confirmed_at=hours,
            contact_phone="(573) 555-0100",
            population_total=120,
            evacuation_capacity=300,
            post_impact_capacity=150,
            counted_at=hours,
            agreement_until=hours.date() - timedelta(days=3),
        )
    page = visitors.page("dana", bypass_csp=True)
    for address in ("/confirm", f"/sites/{gym}/record", "/rules/ages"):
        page.goto(address)
        assert violations_day_and_night(page) == [], address
        assert width_at(page, 320) <= 320, address
        page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/confirm")
    page.get_by_role("button", name="Take: Gym").press("Enter")
    expect(page.get_by_role("heading", name="In your hands")).to_be_visible()
    assert violations_day_and_night(page) == []
    page.get_by_role("button", name="Still true: Gym").first.press("Enter")
    expect(page.get_by_text("Confirmed: still true.")).to_be_visible()
    page.goto(f"/sites/{gym}/record")
    expect(page.get_by_text("Still true", exact=True)).to_be_visible()
