"""/shelters as the public has it: a small phone, no script; read, searched and printed."""

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import violations_day_and_night, width_at, writing

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def shelters(live_server):
    """One in Columbia, one in Springfield, one that is nobody's business."""
    with writing(live_server) as session:
        for name, at, sensitivity in (
            ("Rock Bridge Hall", makers.COLUMBIA, "public"),
            ("Ozark Hall", makers.SPRINGFIELD, "public"),
            ("Quiet House", makers.COLUMBIA, "confidential"),
        ):
            makers.shelter(
                session, name=name, at=at, sensitivity=sensitivity, evacuation_capacity=200,
                population_total=20, wheelchair_accessible=True, pet_policy="cohabit",
                address_line1="1 Main Street", city="Columbia", zip="65201",
            )  # fmt: skip


def test_a_phone_without_scripts_finds_a_shelter_near_a_town(visitors, shelters):
    page = visitors.page(viewport=PHONE, java_script_enabled=False)
    page.goto("/shelters")
    page.get_by_label("Near").fill("Springfield")
    page.get_by_role("button", name="Find shelters").click()
    first = page.locator(".shelter").first
    expect(first).to_contain_text("Ozark Hall")
    expect(first).to_contain_text("miles away")
    expect(page.locator("main")).to_contain_text("Figures as of")
    expect(page.locator("body")).not_to_contain_text("Quiet House")
    first.get_by_role("link", name="Ozark Hall", exact=True).click()
    expect(page.get_by_role("heading", name="Ozark Hall")).to_be_visible()
    expect(page.get_by_role("link", name="on an Android phone")).to_have_attribute(
        "href", "geo:37.20896,-93.29230"
    )
    assert page.context.cookies() == []


def test_it_has_no_barriers_and_fits_the_smallest_phone(visitors, shelters):
    page = visitors.page(viewport=PHONE, bypass_csp=True)
    addresses = ("/shelters", "/shelters?near=Spri", "/shelters?near=Qxqxq", "/shelters/999999")
    for address in (*addresses, "/shelters?language=es", "/shelters?near=Qxqxq&language=es"):
        page.goto(address)
        assert violations_day_and_night(page) == [], address
        assert width_at(page, 320) <= 320, address
    visitors.problems[:] = [one for one in visitors.problems if "404" not in one]


def test_on_paper_are_the_shelters_and_not_the_form(visitors, shelters):
    page = visitors.page()
    page.goto("/shelters")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Ozark Hall")).to_be_visible()
    expect(page.locator("form")).to_be_hidden()
    assert page.evaluate("document.scripts.length") == 0
