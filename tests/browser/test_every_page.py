"""Every page for everybody: no barrier that axe finds, nothing reached and not seen, no page wider
than a small phone. With nothing in it, with one of everything, and after a form was refused.

Pages come from the application: a new one is looked at without being written down here. States of
the map, of boards, areas, incidents and phones have tests beside what they do.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from meris import requests
from meris.accounts import Viewer
from meris.fields import Home
from tests import makers
from tests.browser.screens import (
    FIXTURES,
    apply,
    open_map,
    unseen,
    upload,
    violations,
    violations_day_and_night,
    width_at,
    writing,
)
from tests.planted.routes import steps
from tests.planted.world import ground

pytestmark = pytest.mark.browser

# Log-in, account, tokens, columns and errors are looked at in tests/flows.
UPLOADS = ("/uploads", "/uploads/new")
#: Lists that say what will be here while there is nothing.
LISTS = (
    "/uploads", "/incidents", "/requests", "/shipments", "/supplies", "/running-out", "/confirm",
    "/place/holds", "/board", "/board/units", "/audit", "/scorecard",
)  # fmt: skip
#: Looked at elsewhere: the map and the boards live, the phone and the public in their own sizes.
ELSEWHERE = {"front", "map", "boards", "phone", "devices", "phone_files", "security", "account"}
#: Answers that are no pages: files, and what machines ask.
NO_PAGE = re.compile(r"^/(api/|healthz|readyz|metrics|pos|pub|static)|\.\w{3,7}$|/file$")
#: Where the word that stands for an argument names nothing.
NAMED = {
    "audit.root": "/audit/roots/{sealed}",
    "items.one": "/items/WATER-BTL",
    "records.person": "/people/{account}/ics-214",
    "records.unit": "/units/{unit}/ics-214",
    "requests_paper.show": "/requests/{request}/ics-213rr",
    "rules.card": "/rules/cards/new",
    "rules.cover_rule": "/rules/cover/new",
    "site_records.show": "/sites/{shelter}/record",
}
#: Forms of several kinds, sent with nothing in them.
FORMS = ("/requests/new?deliver_to={shelter}", "/tokens", "/add/shelter", "/rules/cover/new")
#: Send a page's longest form with its fields empty, past what the browser itself would say.
EMPTY = """() => {
  const all = [...document.querySelectorAll('main form[method=post]')];
  const form = all.sort((one, other) => other.elements.length - one.elements.length)[0];
  form.noValidate = true;
  for (const field of form.querySelectorAll('input:not([type=hidden], [type=radio]), textarea')) {
    field.value = '';
  }
  form.querySelector('button:not([type=button], [tabindex])').click();
}"""


def pages(app) -> list[str]:
    """One address of each page, with the names of planted things where ids stand."""
    found: dict[str, str] = {}
    for step in steps(app):
        part, path = step.endpoint.partition(".")[0], step.pattern.partition("?")[0]
        if step.method == "GET" and part not in ELSEWHERE and not NO_PAGE.search(path):
            found.setdefault(step.endpoint, NAMED.get(step.endpoint, path))
    return sorted(found.values())


def flaws(page: Page, address: str) -> list[str]:
    """What is wrong with the page that is open, everything on it unfolded."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = [f"{rule}: {html[:160]}" for rule, html in violations_day_and_night(page)]
    found += unseen(page)
    if (width := width_at(page, 320)) > 320:
        found.append(f"{width} px wide")
    page.set_viewport_size({"width": 1440, "height": 900})
    return [f"{address}: {one}" for one in found]


def test_lists_with_nothing_in_them_have_no_barriers(visitors):
    page = visitors.page("ada", bypass_csp=True)
    found = []
    for address in LISTS:
        page.goto(address)
        expect(page.locator("main")).not_to_be_empty()
        found += flaws(page, address)
    assert found == [], "\n".join(found)
    page.goto("/board")
    expect(page.locator("#cover")).to_contain_text("No minimum cover is set")
    page.goto("/")
    expect(page.locator("#empty")).to_be_visible()
    assert violations_day_and_night(page) == []


@pytest.fixture(scope="module")
def world(live_server):
    """One of everything."""
    with writing(live_server) as session:
        return ground(session).ids


def test_every_page_has_no_barriers_shows_the_focus_and_fits_a_small_phone(visitors, app, world):
    page = visitors.page("ada", bypass_csp=True)
    # the newest day that has a root: today's is only there once something of it was sealed
    (newest, *_) = page.request.get("/api/audit/roots").json()["roots"]
    found, looked_at = [], pages(app)
    for pattern in looked_at:
        address = pattern.format(**world, sealed=newest["day"])
        answer = page.goto(address)
        assert answer is not None
        if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
            found += flaws(page, address)
        else:
            found.append(f"{address} is no page: {answer.status}")
    print(f"\naxe: {len(looked_at)} pages by day and night, {len(found)} flaws")
    assert found == [], "\n".join(found)


def test_forms_that_were_refused_have_no_barriers_and_the_focus_on_what_is_wrong(visitors, world):
    page = visitors.page("ada", bypass_csp=True)
    found = []
    for pattern in FORMS:
        address = pattern.format(**world)
        page.goto(address)
        page.evaluate(EMPTY)
        said = page.locator("main [role=alert]:visible, main [aria-invalid=true]:visible").first
        expect(said).to_be_visible()
        found += flaws(page, f"{address}, refused")
    assert found == [], "\n".join(found)
    visitors.problems.clear()  # a refusal is an error to the console


def test_the_keys_and_the_menu_have_no_barriers_and_give_the_focus_back(visitors, world):
    page = visitors.page("ada", bypass_csp=True)
    page.goto("/shipments")
    page.locator("#q").focus()
    page.keyboard.type("?")  # a letter like any other where one types
    expect(page.locator("#q")).to_have_value("?")
    link = page.locator("main a").first
    link.focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Search")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.keyboard.press(".")
    expect(page.locator("#account-menu a").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#account-menu :is(a, button)").nth(1)).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


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
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations_day_and_night(page, "dialog") == []
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.get_by_role("combobox", name="County").focus()
    expect(page.get_by_role("option", name="Boone")).to_be_visible()
    assert violations_day_and_night(page, "#rail") == []


def test_a_shelter_being_changed_has_no_barriers_and_keeps_the_focus(visitors, shelter):
    page = visitors.page("dana", bypass_csp=True, reduced_motion="reduce")
    open_map(page, f"#id={shelter}")
    change = page.get_by_role("button", name="Change Evacuation capacity")
    change.press("Enter")
    capacity = page.locator("#edit-evacuation_capacity")
    capacity.fill("many")
    capacity.press("Enter")
    expect(capacity).to_have_attribute("aria-invalid", "true")
    expect(capacity).to_be_focused()
    assert violations_day_and_night(page, "#detail") == []
    page.keyboard.press("Escape")
    expect(change).to_be_focused()
    page.get_by_role("button", name="Move", exact=True).press("Enter")
    page.locator("#edit-place").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#problem-place")).to_contain_text("Write a place")
    assert violations_day_and_night(page, "#detail") == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Move", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("#map")).to_be_focused()
    assert page.evaluate("document.getAnimations().length") == 0
    visitors.problems.clear()  # what is refused is an error to the console


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
    expect(page.locator(".ask").nth(2)).to_be_visible()
    page.locator("summary", has_text="Deny").first.click()
    assert violations_day_and_night(page) == []
    assert width_at(page, 320) <= 320
    page.goto("/requests?q=nothing-like-it")
    expect(page.get_by_text("No such request")).to_be_visible()
    assert violations_day_and_night(page) == []


def test_the_pages_of_places_have_no_barriers_and_fit_a_small_phone(visitors, live_server, shelter):
    with writing(live_server) as session:
        makers.hold(session, shelter, 3)
        area = makers.area(session, kind="evacuation")
    page = visitors.page("dana", bypass_csp=True)
    page.goto("/place")
    assert violations_day_and_night(page) == []
    page.get_by_role("textbox", name="Where they are").fill("Columbia")
    page.get_by_role("textbox", name="People", exact=True).fill("4")
    page.locator(".party").get_by_role("button", name="Find a place", exact=True).click()
    expect(page.locator(".offer, .none").first).to_be_visible()
    assert violations_day_and_night(page) == []
    assert width_at(page, 320) <= 320
    for address in ("/place/holds", f"/place/area/{area}?people=40&wheelchair=5"):
        page.goto(address)
        assert violations_day_and_night(page) == [], address
        assert width_at(page, 320) <= 320, address
