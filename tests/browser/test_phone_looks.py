"""Every page of the phone: no barrier that axe finds, by day and by night; room for gloves, a small
screen and large text; what is said next lies under the thumb."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from meris.tables import Incident, Role
from tests import makers
from tests.browser.phones import PHONE, ready
from tests.browser.screens import violations, writing
from tests.people import account

pytestmark = pytest.mark.browser

LONG = "Southern Boone County Fire Protection District Engine 1512 Reserve (Ashland)"
SMALL, LARGE = {"width": 320, "height": 640}, {"width": 390, "height": 844}
LEAST = 44
#: Links inside a sentence are read, not aimed at; what holds a radio button is its label.
TOO_SMALL = """least => [...document.querySelectorAll(
  `a[href], button, summary, input:not([type=hidden], [type=radio]), select, textarea,
  .choice label`)]
  .filter((one) => one.checkVisibility() && !one.closest('p') && !one.matches('.skip'))
  .map((one) => [one.textContent.trim().slice(0, 30) || one.id, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < least || box.height < least)
  .map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
#: As the page's script does it, for each kind of what waits here.
FILL = """() => { for (const kind of ['waiting', 'refused', 'conflict']) {
  const item = document.querySelector(`#item-${kind}`).content.cloneNode(true);
  for (const slot of item.querySelectorAll('[data-slot]')) slot.textContent = 'Transporting, 5 min';
  document.querySelector(`#queue-${kind} ol`).replaceChildren(item);
} }"""


@pytest.fixture(scope="module")
def shelter(live_server):
    """Long names everywhere: Rita's engine is at an incident, and a shelter is hers as well."""
    now = datetime.now(UTC)
    with writing(live_server) as session:
        rita = account(session, "rita")
        rita.roles.append(session.scalars(select(Role).where(Role.name == "shelter_manager")).one())
        engine = makers.unit(session, name=LONG, agency_id=rita.agency_id)
        other = makers.unit(session, name=f"{LONG} II", call_sign="Medic 15")
        makers.duty(session, rita.id, engine, started_at=now - timedelta(hours=3), sharing=True)
        place = "Old Highway 63 South at the railroad crossing behind Grindstone Plaza, Columbia"
        incident = makers.incident(session, title=f"Structure fire, {LONG}", place=place)
        makers.assignment(session, engine, incident, "on_scene", par_minutes=1, task="Roof " * 20)
        makers.assignment(session, other, incident, "en_route", eta_at=now + timedelta(minutes=7))
        makers.log_entry(session, incident, "Wordwithoutanyspaceinit" * 6)
        makers.unit(session, name=LONG, agency_id=account(session, "carol").agency_id)
        return makers.shelter(
            session, name=f"Shelter {LONG}", agency_id=rita.agency_id, evacuation_capacity=200
        )


def flaws(page, address):
    """What is wrong with a page; one load for both themes and all sizes."""
    page.set_viewport_size(LARGE)
    page.goto(address)
    expect(page.locator("#content")).to_be_visible()
    if address == "/m/queue":
        page.evaluate(FILL)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = [f"target {one}" for one in page.evaluate(TOO_SMALL, LEAST)]
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found += [f"{theme} {one}" for one in violations(page)]
    for size, text in ((SMALL, "100%"), (LARGE, "200%")):
        page.set_viewport_size(size)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{wide} px wide at {size['width']} px, text {text}"] * (wide > size["width"])
    return [f"{address}: {one}" for one in found]


def test_no_page_bars_anybody(visitors, shelter):
    page = visitors.page("rita", viewport=PHONE, bypass_csp=True)
    addresses = ("/m", "/m/near", f"/m/shelter/{shelter}", "/m/me", "/m/queue", "/m/devices")
    found = [flaw for address in addresses for flaw in flaws(page, address)]
    page = visitors.page("carol", viewport=PHONE, bypass_csp=True)
    found += flaws(page, "/m")
    assert found == []


def test_the_next_move_is_the_biggest_and_lies_under_the_thumb(visitors, shelter):
    page = visitors.page("rita", viewport=PHONE)
    for address, following in (
        ("/m", "#move-next .move"),
        (f"/m/shelter/{shelter}", "#still-true button"),
    ):
        page.goto(address)
        ready(page)
        expect(page.locator(following)).to_be_visible()
        box = page.locator(following).bounding_box()
        assert box["y"] > PHONE["height"] * 0.6
        heights = page.evaluate(
            "[...document.querySelectorAll('main button')].filter((one) => one.checkVisibility())"
            ".map((one) => one.offsetHeight)"
        )
        assert max(heights) == round(box["height"])


def test_a_map_comes_when_it_is_asked_for_and_stays_until_it_is_not(visitors, shelter, live_server):
    page = visitors.page("rita", viewport=PHONE)
    page.goto("/m")
    ready(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#map-show").click()
    ground = page.locator("#map-here .map-ground")
    expect(ground.locator(".map-place")).to_be_visible()
    assert ground.bounding_box()["height"] > PHONE["height"] / 4
    assert any("leaflet" in url for url in asked)
    with writing(live_server) as session:
        makers.log_entry(session, session.scalars(select(Incident.id)).one(), "Water on the fire")
    expect(page.locator("#log")).to_contain_text("Water on the fire")
    expect(ground.locator(".map-place")).to_be_visible()
    page.locator("#map-show").click()
    expect(ground).to_be_hidden()
