"""Two people at one map: changes arrive, and nobody overwrites anybody."""

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import open_map, violations_day_and_night, writing

pytestmark = pytest.mark.browser


@pytest.fixture
def armory(live_server):
    """A shelter both can see, open."""
    with writing(live_server) as session:
        return makers.shelter(session, name="Armory", status="open", evacuation_capacity=100)


def status_button(page, title):
    return page.get_by_role("toolbar", name="Set the status").get_by_role("button", name=title)


def open_detail(page, resource_id):
    open_map(page, f"#id={resource_id}")
    expect(page.locator("#detail-title")).to_be_visible()


def test_a_status_set_by_one_shows_at_the_other(visitors, armory):
    dana, carol = visitors.page("dana"), visitors.page("carol")
    open_detail(dana, armory)
    open_detail(carol, armory)
    status_button(dana, "Full").click()
    expect(status_button(carol, "Full")).to_have_attribute("aria-pressed", "true")


def beds(page):
    """What the detail says of the capacity."""
    return page.locator("[data-field=evacuation_capacity] .value")


def test_the_second_of_two_is_told_who_was_first_and_keeps_the_words(visitors, armory):
    dana, stella = visitors.page("dana"), visitors.page("stella", bypass_csp=True)
    for page in (dana, stella):
        open_detail(page, armory)
        page.get_by_role("button", name="Change Evacuation capacity").click()
    dana.locator("#edit-evacuation_capacity").fill("120")
    stella.locator("#edit-evacuation_capacity").fill("140")
    dana.get_by_role("button", name="Save", exact=True).click()
    expect(beds(dana)).to_contain_text("120")
    expect(stella.locator("#edit-evacuation_capacity")).to_have_value("140")
    stella.get_by_role("button", name="Save", exact=True).click()
    told = stella.get_by_role("alert", name="Changed by somebody else")
    for word in ("Dana", "120", "140"):
        expect(told).to_contain_text(word)
    expect(told.get_by_role("radio").first).to_be_focused()
    assert violations_day_and_night(stella, "#detail") == []
    told.get_by_role("button", name="Save my choice").click()
    expect(beds(dana)).to_contain_text("140")
    visitors.problems.clear()  # the conflict itself is an error to the console


def test_a_status_is_changed_without_a_mouse(visitors, live_server):
    with writing(live_server) as session:
        makers.shelter(session, name="Keyboard hall", status="open")
    page = visitors.page("dana")
    open_map(page)
    page.keyboard.press("/")
    page.keyboard.type("Keyboard hall")
    expect(page.get_by_role("option").filter(has_text="Keyboard hall").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#detail-title")).to_have_text("Keyboard hall")
    status = page.locator(".status-button[tabindex='0']")
    for _ in range(4):  # the actions stand before the sixty facts of the panel
        page.keyboard.press("Tab")
        if status.evaluate("element => element === document.activeElement"):
            break
    expect(status).to_be_focused()  # also after what came late is drawn
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        if page.evaluate("document.activeElement.dataset.keep") == "status-full":
            break
    page.keyboard.press("Enter")
    expect(status_button(page, "Full")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
