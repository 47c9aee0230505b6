"""One dispatcher at the panel: no click counts twice, Back leads back, no barrier on any size."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from geo.values import Position
from meris.tables import Assignment, Incident
from tests import makers
from tests.browser.screens import open_map, violations, writing

pytestmark = pytest.mark.browser

BRANSON = Position(36.6437, -93.2185)


def panel(page: Page):
    """What is at the right."""
    return page.locator("#incident")


def numbers(server) -> tuple[int, int]:
    """How many incidents and assignments there are."""
    with writing(server) as session:
        of = [select(func.count()).select_from(table) for table in (Incident, Assignment)]
        return session.scalar(of[0]), session.scalar(of[1])


def test_from_the_call_to_the_units_and_back(visitors, live_server):
    with writing(live_server) as session:
        makers.unit(session, name="Truck 9", at=BRANSON)
    page = visitors.page("dana", bypass_csp=True)
    open_map(page, f"#at=12/{BRANSON.lat}/{BRANSON.lon}")
    page.locator("#map").click(button="right", position={"x": 300, "y": 200})
    page.get_by_role("button", name="New incident here").click()
    expect(panel(page).locator(".place-told strong")).to_be_visible()
    page.keyboard.type("vehicle f")
    page.keyboard.press("Tab")
    assert violations(page, "#incident") == []
    page.get_by_role("button", name="Make the incident").dblclick()
    expect(panel(page).locator("#incident-title")).to_contain_text("Vehicle fire")
    assert numbers(live_server) == (1, 0)
    panel(page).get_by_role("button", name="Send Truck 9").dblclick()
    expect(panel(page).locator(".unit-line")).to_have_count(1)
    assert numbers(live_server) == (1, 1)
    assert violations(page, "#incident") == []

    # a second call of the same fire: the first is offered, and what was written waits
    page.keyboard.press("n")
    page.keyboard.type("vf")
    page.keyboard.press("Tab")
    at = panel(page).locator("#new-place")
    at.fill("Branson")
    page.locator("summary").filter(has_text="Priority, caller").click()
    page.locator("#new-note").fill("Caller says two cars")
    with writing(live_server) as session:
        makers.incident(session, title="Crash", at=BRANSON, county_fips="29213")
    at.fill(f"{BRANSON.lat}, {BRANSON.lon}")
    panel(page).get_by_role("button", name="Open it").click()
    expect(panel(page).locator("#incident-title")).to_have_text("Crash")
    page.keyboard.press("n")
    expect(page.locator("#new-note")).to_have_value("Caller says two cars")
    page.keyboard.press("Escape")

    # Back leads from the unit to the incident to the map; the incident stays in hand
    page.locator("[data-scope=incidents]").click()
    page.locator(".incident-grid").get_by_text("Vehicle fire").click()
    panel(page).locator(".unit-line .name-link").click()
    expect(page.locator("#detail-title")).to_have_text("Truck 9")
    expect(page.locator(".unit-work .unit-line")).to_be_visible()
    for part in ("#detail", "#list", ".bar"):
        assert violations(page, part) == []
    page.go_back()
    expect(panel(page).locator("#incident-title")).to_contain_text("Vehicle fire")
    page.go_back()
    expect(panel(page)).to_be_hidden()
    page.locator("#in-hand button").click()
    expect(panel(page).locator("#incident-title")).to_contain_text("Vehicle fire")


def test_on_a_phone_at_night_and_for_nobody(visitors, live_server):
    with writing(live_server) as session:
        incident = makers.incident(session, title="Flooded road", at=BRANSON, county_fips="29213")
        makers.need(session, incident, ["engine"])
        makers.unit(session, name="Truck 10", at=BRANSON)
    phone = {"width": 390, "height": 844}
    page = visitors.page("dana", viewport=phone, color_scheme="dark", bypass_csp=True)
    open_map(page, f"?incident={incident}")
    expect(panel(page).get_by_role("button", name="Send Truck 10")).to_be_visible()
    assert violations(page, "#incident") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= phone["width"]
    assert (
        page.evaluate(
            """() => [...document.querySelectorAll('#incident :is(button, a, summary)')]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
            .map((one) => one.innerText)"""
        )
        == []
    )
    public = visitors.page("nobody")
    open_map(public)
    public.keyboard.press("n")
    public.keyboard.press("i")
    assert public.locator("#incident, #new-incident, [data-scope=incidents]").count() == 0
