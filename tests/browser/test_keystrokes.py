"""A structure fire at Joplin, from nothing to two engines rolling, without the mouse."""

import re
import time

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from geo.values import Position
from meris.tables import Assignment, Incident, Resource
from tests import makers
from tests.browser.hands import Hands
from tests.browser.phones import PHONE, ready
from tests.browser.screens import open_map, writing
from tests.people import account

pytestmark = pytest.mark.browser

JOPLIN = Position(37.08423, -94.51328)
_JASPER = "29097"
MOST_KEYS = 30
#: What stations around Joplin have; each stands a little farther out than the one before.
_FLEET = (
    ("engine", "Engine", "E"),
    ("ladder", "Ladder", "L"),
    ("command", "Battalion", "B"),
    ("ambulance_als", "Medic", "M"),
    ("patrol", "Patrol", "P"),
)


@pytest.fixture(scope="module")
def stations(live_server):
    """Sixty units of Jasper County within 30 km, and as many namesakes around Springfield."""
    with writing(live_server) as session:
        for town, county, center in (
            ("Joplin", _JASPER, JOPLIN),
            ("Springfield", "29077", makers.SPRINGFIELD),
        ):
            agency = makers.agency(session, f"{town} Fire Department", kind="fire")
            for n in range(60):
                kind, word, letter = _FLEET[n % len(_FLEET)]
                number = n // len(_FLEET) + 1
                makers.unit(
                    session,
                    at=Position(center.lat + 0.004 * (n + 1), center.lon),
                    agency_id=agency,
                    county_fips=county,
                    name=f"{town} {word} {number}",
                    unit_id=f"{letter}{number}",
                    call_sign=f"{word} {number}",
                    type=kind,
                    home_base=f"Station {n // 10}",
                )


def engines_en_route(live_server) -> list[str]:
    """Engines that are on their way to a structure fire at Joplin, as the database has it."""
    with writing(live_server) as session:
        statement = (
            select(Resource.name)
            .join(Assignment, Assignment.resource_id == Resource.id)
            .join(Incident, Incident.id == Assignment.incident_id)
            .where(Incident.type == "structure_fire", Incident.place.ilike("joplin"))
            .where(Resource.type == "engine", Resource.status == "en_route")
            .where(Assignment.status == "en_route")
            .order_by(Resource.name)
        )
        return list(session.scalars(statement))


def sent_soon(live_server, count: int) -> list[str]:
    """The same once there are so many; what there is when a minute is over."""
    ends = time.monotonic() + 60
    while len(found := engines_en_route(live_server)) < count and time.monotonic() < ends:
        time.sleep(0.05)
    return found


def test_two_engines_roll_to_joplin_in_thirty_keys(visitors, live_server, stations):
    page = visitors.page("dana")
    open_map(page)
    hands = Hands(page)
    hands.press("/")
    hands.type("sf joplin")
    hands.press("Enter")
    panel = page.locator("#incident")
    expect(panel).to_contain_text("Structure fire")
    expect(panel).to_contain_text("Joplin Engine 1")
    hands.press("c")
    send = panel.get_by_role("button", name="Send Joplin")
    expect(send).to_be_focused()
    hands.press("Enter")
    expect(panel.get_by_text("Dispatched").first).to_be_visible()
    hands.press("e")
    assert sent_soon(live_server, 2) == ["Joplin Engine 1", "Joplin Engine 2"]
    assert hands.keys <= MOST_KEYS
    print(hands.told("Two engines en route"))


def test_the_same_by_commands_alone(visitors, live_server, stations):
    page = visitors.page("dana")
    open_map(page)
    hands = Hands(page)
    before = len(engines_en_route(live_server))
    will, warnings = page.locator(".sentence .will"), page.locator(".sentence .note.warn")
    for line in ("new sf at joplin", "send 2 engines", "all en route"):
        hands.press("Control+k")
        hands.type(line)
        expect(will).not_to_be_empty()
        if warnings.count():
            hands.press("Enter")
            expect(will).to_contain_text("Enter again")
        hands.press("Enter")
        expect(will).to_be_empty()
        if line.startswith("new"):
            expect(page.locator("#incident :focus")).to_have_count(1)
    assert len(sent_soon(live_server, before + 2)) == before + 2
    print(hands.told("The same by commands alone"))


# What each of the three does most, and no mouse


@pytest.fixture(scope="module")
def hall(live_server):
    """A shelter in Joplin, open."""
    with writing(live_server) as session:
        return makers.shelter(session, name="Keyboard hall", status="open", at=JOPLIN)


def find(hands: Hands, words: str, name: str) -> None:
    """From wherever one is: look for something, and open the first that is called so."""
    hands.press("Control+k")
    hands.type(words)
    expect(hands.page.get_by_role("option").filter(has_text=name).first).to_be_visible()
    hands.press("ArrowDown", "Enter")
    expect(hands.page.locator("#detail-title")).to_have_text(name)
    expect(hands.page.locator("#detail-title")).to_be_focused()


def test_a_dispatcher_finds_a_shelter_sets_its_status_and_sends_a_unit(
    visitors, live_server, stations, hall
):
    with writing(live_server) as session:
        fire = makers.incident(session, title="Barn fire", at=JOPLIN)
    page = visitors.page("dana")
    open_map(page, f"#incident={fire}")
    expect(page.locator("#incident-title")).to_have_text("Barn fire")
    hands = Hands(page)
    find(hands, "keyboard h", "Keyboard hall")
    hands.press("t")
    full = page.locator("[data-keep=status-full]")
    hands.go_to(full, "ArrowRight", most=6)
    hands.press("Enter")
    expect(full).to_have_attribute("aria-pressed", "true")
    expect(full).to_be_focused()  # drawn anew, and still at hand
    expect(page.locator("#polite")).to_have_text("Status set to Full.")
    find(hands, "ladder 3", "Joplin Ladder 3")
    expect(page.locator("#detail")).to_contain_text("Not committed.")  # its work is there too
    hands.press("s")
    expect(page.locator("#detail .unit-line")).to_contain_text("Barn fire")
    hands.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    print(hands.told("A shelter found, its status set, a unit sent"))
    assert hands.keys - hands.typed <= 14


def test_without_single_letters_a_status_is_a_few_tabs_away(visitors, live_server):
    with writing(live_server) as session:
        makers.shelter(session, name="Quiet hall", status="open", at=JOPLIN)
    page = visitors.page("dana")
    page.add_init_script("localStorage.setItem('meris.keys', 'false')")
    open_map(page)
    hands = Hands(page)
    hands.go_to(page.get_by_role("combobox", name="Search or command"), most=4)
    hands.type("quiet h")
    expect(page.get_by_role("option").filter(has_text="Quiet hall").first).to_be_visible()
    hands.press("ArrowDown", "Enter")
    expect(page.locator("#detail-title")).to_be_focused()
    hands.press("n")  # switched off: no form for an incident comes
    hands.go_to(page.locator(".status-button[tabindex='0']"), most=3)
    hands.go_to(page.locator("[data-keep=status-full]"), "ArrowRight", most=6)
    expect(page.locator("#incident")).to_be_hidden()
    print(hands.told("The same shelter by Tab alone"))


def test_a_clerk_uploads_corrects_and_applies(visitors, tmp_path):
    file = tmp_path / "keys.csv"
    file.write_text("Name,Status,City,ZIP\nNorth gym,Opzz,Columbia,65203\n")
    page = visitors.page("carol")
    page.on("filechooser", lambda chooser: chooser.set_files(file))  # the system's own window
    page.goto("/uploads")
    hands = Hands(page)
    hands.go_to(page.get_by_role("link", name="Upload a spreadsheet").first)
    hands.press("Enter")
    hands.go_to(page.locator("#file"))
    hands.press("Enter")
    expect(page.locator("#file")).to_have_value(re.compile("keys.csv"))
    hands.go_to(page.locator("#send"))
    hands.press("Enter")
    hands.go_to(page.locator("#problems summary", has_text="Correct"))
    hands.press("Enter")
    hands.go_to(page.locator("#problems input[aria-invalid]").first)
    hands.press("Control+a")
    hands.type("open")
    hands.press("Enter")
    expect(page.locator("#problems")).to_have_count(0)
    hands.go_to(page.locator("#do-apply"))
    hands.press("Enter")
    expect(page.locator("#result")).to_contain_text("Added 1 shelter")
    expect(page.locator("#result")).to_be_focused()
    print(hands.told("A file uploaded, corrected, applied"))
    assert hands.keys - hands.typed <= 70


def test_a_responder_acknowledges_and_reports(visitors, live_server):
    with writing(live_server) as session:
        rita = account(session, "rita")
        engine = makers.unit(
            session, name="Engine 12", agency_id=rita.agency_id, status="available"
        )
        makers.duty(session, rita.id, engine)
        makers.assignment(session, engine, makers.incident(session, title="Roof fire"))
    page = visitors.page("rita", viewport=PHONE)
    page.goto("/m")
    ready(page)
    hands = Hands(page)
    hands.go_to(page.locator("#respond button"))
    hands.press("Enter")
    expect(page.locator("#status-now .word")).to_have_text("En route")
    hands.go_to(page.locator("#log-text"))
    hands.type("Road is open")
    hands.press("Tab", "Enter")
    expect(page.locator("#log")).to_contain_text("Road is open")
    hands.go_to(page.locator("#move-next .move"))
    hands.press("Enter")
    expect(page.locator("#status-now .word")).to_have_text("On scene")
    print(hands.told("An assignment acknowledged, a log entry and a status reported"))
    assert hands.keys - hands.typed <= 70
