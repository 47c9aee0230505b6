"""The box of the bar: search as ever, and commands that are shown before they are done."""

import re

import pytest
from playwright.sync_api import expect

from geo.values import Position
from tests import makers
from tests.browser.screens import open_map, violations, writing

pytestmark = pytest.mark.browser

JOPLIN = Position(37.08423, -94.51328)


@pytest.fixture(scope="module")
def things(live_server):
    """A fire at Joplin, two units that know it, and a shelter with room."""
    with writing(live_server) as session:
        number = {"county_fips": "29097"}
        fire = makers.incident(session, at=JOPLIN, number="2026-000777", status="active", **number)
        at_fire = makers.unit(session, at=JOPLIN, name="Joplin Engine 8", unit_id="E8", **number)
        makers.assignment(session, at_fire, fire)
        makers.unit(session, at=JOPLIN, name="Joplin Engine 9", unit_id="E9", **number)
        makers.shelter(
            session,
            at=JOPLIN,
            name="Memorial Hall",
            sensitivity="public",
            post_impact_capacity=90,
            population_total=12,
            **number,
        )
        return {"fire": fire, "E8": at_fire}


def box(page):
    return page.get_by_role("combobox").first


def will(page):
    """The sentence that says what Enter does."""
    return page.locator(".sentence .will")


def test_the_public_searches_as_ever(visitors, things):
    page = visitors.page()
    open_map(page)
    page.keyboard.press("/")
    expect(page.locator(".command-panel")).to_be_hidden()
    page.keyboard.type("Memorial")
    expect(page.get_by_role("option", name="Memorial Hall")).to_be_visible()
    expect(page.locator(".sentence")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_have_text("Memorial Hall")


def test_plain_words_are_searched_for_by_a_dispatcher_too(visitors, things):
    page = visitors.page("dana")
    open_map(page)
    page.keyboard.press("/")
    page.keyboard.type("memorial hall")
    expect(page.get_by_role("option", name="Memorial Hall")).to_be_visible()
    expect(page.locator(".sentence")).to_be_hidden()


def test_help_completion_history_and_escape(visitors, things):
    page = visitors.page("dana", bypass_csp=True)
    open_map(page, f"#incident={things['fire']}")
    expect(page.locator("#in-hand")).to_contain_text("2026-000777")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="sf joplin Place an incident")).to_be_visible()
    assert violations(page) == []
    page.keyboard.type("e8 en r")
    expect(page.get_by_role("option", name="e8 en route")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box(page)).to_have_value("e8 En route ")
    expect(will(page)).to_contain_text("E8 (Joplin Engine 8) is en route to 2026-000777.")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".sentence .note.good")).to_contain_text("Done")
    expect(box(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator(".sentence")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(box(page)).not_to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator(".command-panel [role=option]").first).to_contain_text("e8 En route")


def test_what_is_not_understood_is_named_and_nothing_is_done(visitors, things):
    page = visitors.page("dana")
    open_map(page)
    page.keyboard.press("/")
    page.keyboard.type("close complted")
    expect(page.locator(".sentence .note.bad")).to_contain_text("Did you mean Completed?")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("close complted")
    page.keyboard.press("Tab")
    expect(box(page)).to_have_value("close completed")


def test_who_is_held_elsewhere_is_asked_about_and_the_next_best_offered(
    visitors, live_server, things
):
    with writing(live_server) as session:
        other = makers.incident(session, at=JOPLIN, number="2026-000778", county_fips="29097")
    page = visitors.page("dana")
    open_map(page, f"#incident={other}")
    expect(page.locator("#in-hand")).to_contain_text("2026-000778")
    page.keyboard.press("Control+k")
    page.keyboard.type("send e8")
    expect(page.locator(".sentence .note.warn")).to_contain_text("at 2026-000777")
    page.keyboard.press("Enter")
    expect(will(page)).to_contain_text("Enter again")
    page.keyboard.press("Enter")
    expect(page.locator(".sentence .note.bad")).to_be_visible()
    next_best = page.get_by_role("option", name="Send Joplin Engine 9 instead")
    expect(next_best).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(will(page)).to_contain_text("E9")
    visitors.problems.clear()  # the refusal itself is an error to the console


def test_who_types_on_means_the_incident_just_made(visitors, things):
    """The network is slow: the line is kept, and never read as if the one before were in hand."""
    page = visitors.page("dana")
    open_map(page, f"#incident={things['fire']}")
    expect(page.locator("#in-hand")).to_contain_text("2026-000777")
    making, reading = [], []
    page.route(re.compile(r"/api/incidents\?"), lambda route: making.append(route))
    page.route(re.compile(r"/api/incidents/\d+\?"), lambda route: reading.append(route))
    page.keyboard.press("Control+k")
    page.keyboard.type("new vf at carthage")
    expect(will(page)).to_contain_text("Vehicle fire")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+k")
    page.keyboard.type("send e9")
    expect(will(page)).to_contain_text("2026-000777")
    making[0].continue_()
    expect(will(page)).to_contain_text("Vehicle fire")
    expect(will(page)).not_to_contain_text("2026-000777")
    expect(box(page)).to_have_value("send e9")
    expect(box(page)).to_be_focused()
    assert reading  # its facts are still on their way
    for route in reading:
        route.continue_()


def test_who_may_not_dispatch_finds_and_is_told(visitors, things):
    page = visitors.page("rita")
    open_map(page)
    page.keyboard.press("/")
    page.keyboard.type("send e9 to 777")
    expect(page.locator(".sentence .note.bad")).to_contain_text("may search and find")
    box(page).fill("shelters near joplin with 50 beds")
    expect(will(page)).to_contain_text("1 found")
    page.keyboard.press("Enter")
    expect(page.locator("[data-scope=all] .number")).to_have_text("1")
