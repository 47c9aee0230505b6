"""Areas: drawn with the mouse or said by keyboard, seen by everybody, and what is inside."""

import re

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import open_map, violations_day_and_night, width_at, writing

pytestmark = pytest.mark.browser

COLUMBIA = "#at=12/38.9517/-92.3341"


@pytest.fixture(scope="module")
def gym(live_server):
    """A shelter in Columbia with 70 places free, an engine beside it, and one far away."""
    with writing(live_server) as session:
        gym = makers.shelter(session, name="Gym", evacuation_capacity=100, population_total=30)
        makers.unit(session, name="E12")
        makers.unit(session, name="E99", at=makers.SPRINGFIELD)
    return gym


def label(page, name):
    """An area's label on the map."""
    return page.locator(".area-label", has_text=name)


def click_corners(page, *corners):
    """Points of the map, in parts of its size."""
    box = page.locator("#map").bounding_box()
    for across, down in corners:
        page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def figures(page, kind):
    """What the panel counts of a kind: inside, near."""
    row = page.locator(".inside-figures tbody tr", has_text=kind)
    return row.locator("td > strong").all_inner_texts()


def test_one_draws_and_all_see_it_with_what_is_inside(visitors, gym):
    dana, stella = visitors.page("dana"), visitors.page("stella")
    open_map(dana, COLUMBIA)
    open_map(stella, f"{COLUMBIA}&id={gym}")
    dana.keyboard.press("a")
    dana.get_by_label("Name", exact=True).fill("Tornado track")
    dana.get_by_role("button", name="Outline").click()
    expect(dana.get_by_role("group", name="Drawing")).to_be_visible()
    click_corners(dana, (0.2, 0.25), (0.6, 0.25), (0.6, 0.8), (0.2, 0.8))
    dana.locator("#map").press("Enter")
    expect(dana.locator(".shape-told")).to_contain_text("4 corners")
    dana.get_by_role("button", name="Save the area").click()
    expect(label(stella, "Tornado track")).to_be_visible()
    expect(dana.locator("#area-title")).to_have_text("Tornado track")
    expect(dana.locator(".inside-list")).to_contain_text("Gym")
    assert figures(dana, "Shelters") == ["1", "0"]
    assert figures(dana, "Units") == ["1", "0"]
    expect(dana.locator(".inside-figures")).to_contain_text("70 places free")
    # the one who has the shelter open is told as well, with the way to the area
    stella.reload()
    expect(stella.locator("#detail .in-danger")).to_contain_text(
        "Inside hazard area Tornado track since"
    )
    stella.locator("#detail .in-danger").get_by_role("button").click()
    expect(stella.locator("#area-title")).to_have_text("Tornado track")
    dana.get_by_role("button", name="End now").click()
    expect(stella.locator(".area-facts")).to_contain_text("Over")
    expect(label(stella, "Tornado track")).to_have_count(0)
    dana.get_by_role("button", name="Undo").click()
    expect(stella.locator(".area-facts")).to_contain_text("In force")


def test_an_area_is_made_changed_and_removed_without_a_pointer(visitors, gym):
    page = visitors.page("dana")
    open_map(page, COLUMBIA)
    page.keyboard.press("a")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Gas leak")
    page.get_by_text("Without drawing").press("Enter")
    page.get_by_label("Circle around a place").press_sequentially("38.9517, -92.3341")
    page.get_by_label("Radius in miles").press_sequentially("two")
    page.keyboard.press("Enter")
    expect(page.locator(".shape-told")).to_contain_text("a number of miles")
    page.get_by_label("Radius in miles").fill("1.5")
    page.keyboard.press("Enter")
    expect(page.locator(".shape-told")).to_contain_text("7.06 sq mi, 72 corners")
    page.get_by_role("button", name="Save the area").press("Enter")
    expect(page.locator("#area-title")).to_have_text("Gas leak")
    expect(page.locator(".inside-list")).to_contain_text("Gym")
    page.get_by_role("button", name="Change", exact=True).press("Enter")
    page.get_by_role("button", name="Corners as text").press("Enter")
    corners = page.get_by_label("Corners, one a line")
    corners.fill("38.97, -92.36\n38.97, -92.30\n38.93, -92.36\n38.93, -92.30")
    page.get_by_role("button", name="Draw this").press("Enter")
    expect(page.locator(".shape-told")).to_contain_text("The outline crosses itself")
    visitors.problems.clear()  # what is refused is an error to the console
    page.get_by_role("button", name="Take the mended shape").press("Enter")
    expect(page.locator(".shape-told")).to_contain_text("sq mi, 6 corners")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.locator("#area-title")).to_have_text("Gas leak")
    page.get_by_role("button", name="Remove").press("Enter")
    page.get_by_label("Why is it removed").press_sequentially("False alarm")
    page.keyboard.press("Enter")
    expect(page.locator("#area")).to_be_hidden()
    expect(label(page, "Gas leak")).to_have_count(0)
    # the feed may tell of the removal before its answer has come, and the panel asks once more
    page.goto("about:blank")
    late = re.compile(r"status of 404 .*/api/areas/\d+")
    visitors.problems[:] = [one for one in visitors.problems if not late.search(one)]


def test_panel_and_form_have_no_barriers_and_fit_a_phone(visitors, live_server, gym):
    with writing(live_server) as session:
        area = makers.area(session, name="Flood", notes="Along the creek")
    page = visitors.page("dana", bypass_csp=True)
    open_map(page, f"#area={area}")
    expect(page.locator(".inside-list")).to_contain_text("Gym")
    assert violations_day_and_night(page) == []
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_text("Without drawing").click()
    assert violations_day_and_night(page) == []
    assert width_at(page, 320) == 320


def test_nobody_fetches_the_drawing_tools_who_does_not_draw(visitors):
    page = visitors.page("dana")
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    open_map(page)
    page.keyboard.press("a")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert [url for url in fetched if "vendor/geoman" in url] == []
    page.get_by_role("button", name="Rectangle").click()
    expect(page.get_by_role("group", name="Drawing")).to_be_visible()
    assert [url.rpartition("/")[2] for url in fetched if "vendor/geoman" in url] == [
        "leaflet-geoman.css",
        "leaflet-geoman.min.js",
    ]
