"""A structure fire at Joplin, from nothing to two engines rolling, without the mouse."""

import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from geo.values import Position
from meris.tables import Assignment, Incident, Resource
from tests import makers
from tests.browser.screens import open_map, writing

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


class Hands:
    """Both hands on the keyboard, and somebody counting."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0
        self.began = time.monotonic()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, words: str) -> None:
        self.press(*words)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


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
    print(f"\n{hands.keys} keys, {hands.seconds:.1f} s from the first to two engines en route")


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
    print(f"\n{hands.keys} keys by commands alone, {hands.seconds:.1f} s")
