"""What dispatchers have on the map: the same on two maps at once, and no incident is hidden."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, update

from geo.values import Position
from meris.tables import Area, Assignment, Incident
from tests import makers
from tests.browser.screens import layer, open_map, violations, writing
from tests.browsing import Visitors

pytestmark = pytest.mark.browser

COLUMBIA = "#at=12/38.9517/-92.3341"


@pytest.fixture(scope="module")
def visitors(browser, live_server) -> Iterator[Visitors]:
    """As everywhere, but signed in once for all tests of this file."""
    visitors = Visitors(browser, live_server)
    yield visitors
    visitors.close()
    assert visitors.problems == []


@pytest.fixture(scope="module")
def dana(visitors) -> Page:
    """The dispatcher's map, over Columbia."""
    return visitors.page("dana", bypass_csp=True)  # axe comes as a script of its own


@pytest.fixture(scope="module")
def gym(live_server):
    """A shelter in Columbia."""
    with writing(live_server) as session:
        return makers.shelter(session, name="Gym", status="open", sensitivity="public")


def incident(page, number):
    """An incident's symbol."""
    return page.get_by_role("button", name=re.compile(rf"^Incident {number}"))


def in_rail(page, title):
    """The row of a layer in the rail."""
    return page.locator(".board-layers .layer-head", has_text=title)


def test_what_happens_is_on_both_maps_by_itself(visitors, live_server, dana, gym):
    stella = visitors.page("stella")
    for page in (dana, stella):
        open_map(page, COLUMBIA)
    east = Position(38.955, -92.30)
    with writing(live_server) as session:
        unit = makers.unit(session, name="E12", at=east)
        fire = makers.incident(session, number="2000-100001", title="Fire, Broadway")
        late = datetime.now(UTC) - timedelta(minutes=30)
        makers.incident(session, number="2000-100002", title="Fire, Providence", reported_at=late)
    for page in (dana, stella):
        expect(incident(page, "2000-100001")).to_be_visible()
        # at one spot, and yet both can be seen, and the one that waits says so
        expect(incident(page, "2000-100002")).to_have_accessible_name(re.compile("overdue"))
        expect(page.locator(".incident-mark.overdue")).to_have_count(1)
        expect(in_rail(page, "Incidents").locator(".number")).to_have_text("2")
    boxes = [incident(dana, f"2000-10000{n}").bounding_box() for n in (1, 2)]
    assert abs(boxes[0]["x"] - boxes[1]["x"]) + abs(boxes[0]["y"] - boxes[1]["y"]) > 15
    incident(dana, "2000-100001").click()
    with writing(live_server) as session:
        work = makers.assignment(session, unit, fire, "reserved")
    expect(dana.locator("#map path.link.held")).to_have_count(1)
    expect(stella.locator("#map path.link")).to_have_count(0)
    with writing(live_server) as session:
        sent = {"status": "dispatched", "status_at": datetime.now(UTC)}
        session.execute(update(Assignment).where(Assignment.id == work).values(sent))
    expect(dana.locator("#map path.link.dispatched:not(.held)")).to_have_count(1)
    expect(incident(stella, "2000-100001")).to_have_accessible_name(re.compile("1 unit"))
    with writing(live_server) as session:
        session.execute(update(Assignment).values(status="released", status_at=datetime.now(UTC)))
        over = {"status": "closed", "closed_at": datetime.now(UTC)}
        ended = over | {"closed_by": "Dana", "close_reason": "completed"}
        session.execute(update(Incident).where(Incident.id == fire).values(ended))
    for page in (dana, stella):
        expect(incident(page, "2000-100001")).to_have_count(0)


def test_who_lies_in_a_danger_area_is_marked_wherever_it_appears(live_server, dana, gym, visitors):
    public = visitors.page()
    open_map(dana, COLUMBIA)
    open_map(public, COLUMBIA)
    # some areas are not told to the public: that none is known to it is no news
    expect(dana.get_by_text("None is in a danger area")).to_be_visible()
    expect(public.get_by_text("None is in a danger area")).to_have_count(0)
    expect(public.get_by_text("In a danger area", exact=True)).to_be_hidden()
    ends = datetime.now(UTC) + timedelta(seconds=60)
    with writing(live_server) as session:
        makers.area(session, name="Flat Branch", sensitivity="public", ends_at=ends)
    gym_on_map = re.compile("shelter, Open.*in a hazard area")
    for page in (dana, public):
        expect(page.get_by_role("button", name=gym_on_map)).to_be_visible()
        expect(page.locator("#map .danger-mark").first).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("in a danger area"))).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("Gym.*In Flat Branch"))).to_be_visible()
    expect(in_rail(public, "Incidents")).to_have_count(0)
    dana.locator(".rail").get_by_role("button", name=re.compile("resources? in a danger")).click()
    expect(layer(dana, "Shelters")).to_have_text("1")
    expect(dana).to_have_url(re.compile("danger=1"))
    in_rail(dana, "Areas").get_by_role("checkbox").uncheck()
    expect(dana.locator(".area-label")).to_have_count(0)
    in_rail(dana, "Areas").get_by_role("checkbox").check()
    label = dana.get_by_role("button", name=re.compile("^Hazard area: Flat Branch, in force"))
    expect(label).to_be_visible()
    assert violations(dana) == []
    # it ends by the clock; nobody says anything to the pages
    with writing(live_server) as session:
        soon = datetime.now(UTC) + timedelta(seconds=2)
        session.execute(update(Area).values(ends_at=soon))
    expect(label).to_have_count(0)
    expect(public.get_by_role("button", name=gym_on_map)).to_have_count(0)
    with writing(live_server) as session:
        session.execute(delete(Area))


def test_incidents_are_reached_and_begun_by_the_keyboard(live_server, dana):
    with writing(live_server) as session:
        makers.incident(session, number="2000-100003", at=Position(38.93, -92.37))
        makers.incident(session, number="2000-100004", at=Position(38.93, -92.30))
    open_map(dana, COLUMBIA)
    incident(dana, "2000-100003").focus()
    expect(dana.get_by_role("tooltip")).to_contain_text("no unit yet")
    dana.keyboard.press("ArrowRight")
    expect(incident(dana, "2000-100004")).to_be_focused()
    dana.keyboard.press("Enter")
    expect(incident(dana, "2000-100004")).to_have_attribute("aria-current", "true")
    dana.keyboard.press("Escape")
    dana.locator("#map").focus()
    dana.keyboard.press("Shift+F10")
    expect(dana.get_by_role("button", name="New incident here")).to_be_focused()
    dana.keyboard.press("Escape")
    dana.locator("#map").click(button="right", position={"x": 200, "y": 200})
    expect(dana.get_by_role("button", name="New incident here")).to_be_visible()


def test_a_link_on_the_phone_brings_what_it_names_above_the_sheet(visitors, live_server, gym):
    phone = visitors.page("dana", viewport={"width": 390, "height": 844}, has_touch=True)
    open_map(phone, f"#id={gym}")
    expect(phone.locator("#detail-title")).to_have_text("Gym")
    symbol = phone.locator(".marker.point.selected")
    expect(symbol).to_be_visible()
    sheet = phone.locator("#detail").bounding_box()
    above = "([symbol, sheet]) => symbol.getBoundingClientRect().bottom < sheet"
    phone.wait_for_function(above, arg=[symbol.element_handle(), sheet["y"]])
    at = symbol.bounding_box()
    assert 0 <= at["x"] <= 390 - at["width"]
    assert at["y"] > phone.locator("#map").bounding_box()["y"]


def end_incidents(session):
    """None is open any more."""
    over = {"status": "closed", "closed_at": datetime.now(UTC), "closed_by": "Dana"}
    still = Incident.status != "closed"
    session.execute(update(Incident).where(still).values(over | {"close_reason": "completed"}))


def test_in_a_crowd_the_less_urgent_are_points_that_can_be_pointed_at_and_opened(
    live_server, visitors
):
    with writing(live_server) as session:
        end_incidents(session)
        quiet = makers.incident(session, number="2000-200000", title="Alarm, Ashland", priority=4,
                                at=Position(38.9517, -92.3341))  # fmt: skip
        for n in range(130):
            east = Position(38.90 + 0.002 * (n % 13), -92.30 + 0.002 * (n // 13))
            makers.incident(session, number=f"2000-2{n + 1:05}", at=east)
    page = visitors.page("dana")
    open_map(page, COLUMBIA)
    expect(page.locator(".incident-mark")).to_have_count(120)
    expect(in_rail(page, "Incidents")).to_contain_text("11 as points")
    expect(incident(page, "2000-200000")).to_have_count(0)
    box = page.locator("#map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle[0] + 40, middle[1])
    page.mouse.move(*middle)
    expect(page.get_by_role("tooltip")).to_contain_text("Alarm, Ashland")
    page.mouse.click(*middle)
    expect(page.locator("#incident-title")).to_have_text("Alarm, Ashland")
    expect(incident(page, "2000-200000")).to_have_attribute("aria-current", "true")
    assert f"incident={quiet}" in page.url
    with writing(live_server) as session:
        end_incidents(session)
