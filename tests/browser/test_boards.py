"""The boards in a real browser: live, by keyboard, on a wall, and loud when somebody is late."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from tests import makers
from tests.browser.screens import violations, violations_day_and_night, writing

pytestmark = pytest.mark.browser

#: In place of the browser's own: remembers each tone that was started.
LISTENING = """
    window.tones = 0;
    window.AudioContext = class {
      state = 'suspended'; currentTime = 0; destination = {};
      async resume() { this.state = 'running'; }
      createGain() {
        return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect() {} };
      }
      createOscillator() {
        return { frequency: {}, connect() {}, stop() {}, start() { window.tones += 1; } };
      }
    };
"""


def wait_for_tones(page, least):
    """Until so many tones have sounded; the page's rules forbid waiting inside of it."""
    deadline = time.monotonic() + 20
    while page.evaluate("window.tones") < least:
        assert time.monotonic() < deadline, "it stays silent"
        page.wait_for_timeout(100)


def ago(minutes):
    return datetime.now(UTC) - timedelta(minutes=minutes)


@pytest.fixture(scope="module", autouse=True)
def state(live_server):
    """A fire with an engine sent, a crash long ago that nobody was sent to, and units beside."""
    with writing(live_server) as session:
        fire = makers.incident(
            session, title="Barn fire", place="Route K", priority=2, type="vehicle_fire"
        )
        crash = makers.incident(
            session, title="Crash", priority=3, type="traffic", reported_at=ago(40)
        )
        makers.incident(session, title="Car in the barn", priority=2, parent_id=fire)
        makers.need(session, fire, ["engine"], count=4)
        sent = makers.unit(session, name="E12", home_base="Station 1")
        made = {
            "fire": fire,
            "crash": crash,
            "E12": makers.assignment(session, sent, fire),
        }
        makers.log_entry(session, fire, "Smoke from the roof", author="Rita")
        for n in range(30):
            makers.unit(session, name=f"Spare {n:02}", type="ladder")
        return made


def open_board(page, address="/board"):
    page.goto(address)
    expect(page.locator("tbody tr[data-id], #empty:not([hidden])").first).to_be_visible()


def row(page, words):
    return page.locator("tbody tr[data-id]").filter(has_text=words).first


def titles(page):
    return page.locator("tbody tr[data-id] th .first").all_inner_texts()


def test_an_incident_tells_what_it_is_who_is_there_and_what_is_missing(visitors):
    page = visitors.page("dana")
    open_board(page)
    fire = row(page, "Barn fire")
    for words in (
        "2",
        "Life sustaining",
        "Route K",
        "Boone",
        "1 of 4 engines",
        "Smoke from the roof",
        "E12",
    ):
        expect(fire).to_contain_text(words)
    late = row(page, "Crash")
    expect(late).to_contain_text("no unit sent yet")
    expect(late.locator("td.age .ticks")).to_have_attribute("data-state", "late")
    # what is part of another stands under it, and says so
    part = titles(page)
    assert part.index("Car in the barn") == part.index("Barn fire") + 1
    expect(row(page, "Car in the barn")).to_have_class(re.compile("child"))
    expect(fire.get_by_role("link", name="Barn fire")).to_have_attribute(
        "href", re.compile(r"^/\?incident=\d+$")
    )


def test_what_one_does_is_on_the_other_board_by_itself(visitors, live_server, state):
    page = visitors.page("stella")
    open_board(page)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.evaluate("window.stillTheSamePage = true")
    with writing(live_server) as session:
        makers.incident(session, title="Silo fire", priority=2)
    expect(row(page, "Silo fire")).to_be_visible()
    assert page.evaluate("window.stillTheSamePage"), "the board was loaded anew"
    expect(page.locator("[data-tab=incidents] .number")).to_have_text(
        str(len(page.locator("tbody tr[data-id]").all()))
    )


def test_a_row_that_moves_keeps_the_focus(visitors, live_server, state):
    page = visitors.page("dana")
    open_board(page, "/board#sort=log")
    row(page, "Crash").focus()
    with writing(live_server) as session:
        makers.log_entry(session, state["crash"], "Caller hung up")
    expect(row(page, "Crash")).to_contain_text("Caller hung up")
    expect(row(page, "Crash")).to_be_focused()
    assert titles(page)[0] == "Crash"


def test_by_keyboard_alone_from_the_row_to_the_move(visitors, live_server, state):
    page = visitors.page("dana")
    open_board(page)
    page.keyboard.press("j")
    while "Barn fire" not in page.locator("tr:focus").inner_text():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("e")
    expect(page.locator("#notice")).to_contain_text("E12: En route.")
    expect(row(page, "Barn fire").locator(".unit-chip")).to_have_attribute("title", "E12: En route")
    page.keyboard.press("o")
    expect(page.locator("#notice")).to_contain_text("E12: On scene.")
    page.keyboard.press("e")
    expect(page.locator("#notice")).to_contain_text("can go en route")
    with writing(live_server) as session:
        status = session.scalar(
            text("SELECT status FROM assignment WHERE id = :id"), {"id": state["E12"]}
        )
    assert status == "on_scene"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    row(page, "Barn fire").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"incident={state['fire']}"))


def test_a_unit_is_moved_from_its_chip_and_the_menu_says_only_what_is_allowed(visitors, state):
    page = visitors.page("dana", bypass_csp=True)
    open_board(page)
    chip = row(page, "Barn fire").locator(".unit-chip")
    chip.click()
    menu = page.get_by_role("dialog", name="Moves")
    expect(menu.get_by_role("button", name="Transporting")).to_be_visible()
    expect(menu.get_by_role("button", name="En route", exact=True)).to_have_count(0)
    assert violations_day_and_night(page, ".moves") == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(chip).to_be_focused()


def test_who_may_not_move_a_unit_is_told(visitors):
    page = visitors.page("joe")
    open_board(page, "/board/units#q=e12")
    row(page, "E12").focus()
    page.keyboard.press("t")
    expect(page.locator("#notice")).to_contain_text("You may not move E12")


def test_filters_and_order_are_in_the_address_and_back_undoes_them(visitors):
    page = visitors.page("dana")
    open_board(page)
    before = titles(page)
    page.get_by_label("Priority").select_option("3")
    assert titles(page) == ["Crash"]
    page.get_by_role("button", name="Place").click()
    expect(page.get_by_role("columnheader", name="Place")).to_have_attribute(
        "aria-sort", "ascending"
    )
    assert "priority=3" in page.url
    assert "sort=place" in page.url
    page.reload()
    expect(row(page, "Crash")).to_be_visible()
    assert titles(page) == ["Crash"]
    page.go_back()
    page.go_back()
    expect(row(page, "Barn fire")).to_be_visible()
    assert titles(page) == before
    page.get_by_label("Words to look for").fill("nobody has this")
    expect(page.get_by_role("heading", name="No open incident passes the filters")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(row(page, "Barn fire")).to_be_visible()


def test_units_stand_by_status_in_groups_and_pages(visitors, live_server, late):
    page = visitors.page("dana")
    open_board(page, "/board/units")
    expect(page.locator("tr.group").first).to_contain_text("On scene")
    expect(row(page, "E12")).to_contain_text("Barn fire")
    expect(row(page, "E12")).to_contain_text("Station 1")
    page.get_by_role("button", name="Available").click()
    expect(page.locator("tr.group")).to_have_count(1)
    expect(page.locator("#pages")).to_contain_text("of 30 units")
    page.get_by_role("button", name="One list without groups").click()
    expect(page.locator("tr.group")).to_have_count(0)
    page.get_by_label("Words to look for").fill("spare 07")
    expect(page.locator("tbody tr[data-id]")).to_have_count(1)
    with writing(live_server) as session:
        session.execute(
            text("UPDATE resource SET status = 'staged', status_at = now() WHERE name = 'Spare 07'")
        )
    expect(page.get_by_role("heading", name="No unit passes the filters")).to_be_visible()


def test_holes_in_cover_are_always_there_and_lead_to_who_is_missing(visitors, live_server):
    with writing(live_server) as session:
        session.execute(
            text(
                "INSERT INTO cover_rule (county_fips, unit_types, minimum)"
                " VALUES ('29077', ARRAY['engine'], 2)"
            )
        )
    page = visitors.page("dana")
    open_board(page)
    hole = page.get_by_role("region", name="Minimum cover").get_by_role("link")
    expect(hole).to_contain_text("0 of 2 engines")
    hole.click()
    page.wait_for_url(re.compile(r"/board/units#county=29077&type=engine"))
    expect(page.get_by_role("heading", name="No unit passes the filters")).to_be_visible()


def test_a_lost_line_is_a_banner_and_the_rows_stay(visitors):
    page = visitors.page("dana")
    open_board(page)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    count = page.locator("tbody tr[data-id]").count()
    page.context.set_offline(True)
    expect(page.locator("#banner")).to_contain_text("You see the board as it was")
    assert page.locator("tbody tr[data-id]").count() == count
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(page.locator("#banner")).to_be_empty()
    visitors.problems.clear()  # what failed while there was no network


# The alarm


@pytest.fixture
def late(live_server, state):
    """E12 must be heard of every 20 minutes and was heard of 21 minutes ago."""

    def heard(minutes):
        with writing(live_server) as session:
            session.execute(
                text(
                    "UPDATE assignment SET status = 'on_scene', status_at = :at, heard_at = :at,"
                    " par_minutes = 20, silenced_until = NULL, silenced_by = NULL WHERE id = :id"
                ),
                {"id": state["E12"], "at": ago(minutes)},
            )

    heard(21)
    yield heard
    heard(0)


@pytest.mark.parametrize("address", ["/board", "/board/units", "/"])
def test_a_unit_not_heard_of_rings_until_it_is_silenced_for_all(visitors, late, address):
    dana, stella = visitors.page("dana"), visitors.page("stella")
    for page in (dana, stella):
        page.add_init_script(LISTENING)
        page.goto(address)
    alarm = dana.locator(".alarm.late")
    expect(alarm).to_contain_text("E12 was not heard of.")
    expect(dana.get_by_role("alert").filter(has_text="Not heard of in time: E12")).to_have_count(1)
    # a browser lets no page sound before somebody pressed something: it says so
    assert dana.evaluate("window.tones") == 0
    sound = dana.locator("#sound button")
    expect(sound).to_have_attribute("data-sound", "locked")
    sound.click()
    expect(sound).to_have_attribute("data-sound", "on")
    wait_for_tones(dana, 5)  # hello, and the alarm's four
    alarm.get_by_role("button", name="Silence 5 min").click()
    quiet = stella.locator(".alarm.silenced")
    expect(quiet).to_contain_text("Silenced by Dana until")
    expect(dana.locator(".alarm.silenced")).to_be_visible()
    if address == "/board":  # the others have the same alarms: one waits until it would ring again
        rung = dana.evaluate("window.tones")
        dana.wait_for_timeout(7000)
        assert dana.evaluate("window.tones") == rung
    dana.locator(".alarm.silenced").get_by_role("button", name="Heard").click()
    expect(dana.locator(".alarm")).to_have_count(0)
    expect(stella.locator(".alarm")).to_have_count(0)


def test_a_warning_comes_before_the_alarm_and_a_muted_browser_says_so(visitors, late):
    page = visitors.page("dana")
    page.add_init_script(LISTENING)
    late(19)
    open_board(page)
    expect(page.locator(".alarm.soon")).to_contain_text("E12: check-in in 1 min")
    sound = page.locator("#sound button")
    sound.click()
    expect(sound).to_have_attribute("data-sound", "on")
    sound.click()
    expect(sound).to_contain_text("Muted here")
    rung = page.evaluate("window.tones")
    late(21)
    expect(page.locator(".alarm.late")).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.evaluate("window.tones") == rung
    page.reload()
    expect(page.locator("#sound button")).to_contain_text("Muted here")


def test_a_new_incident_of_priority_1_is_heard_and_read_out(visitors, live_server):
    page = visitors.page("dana")
    page.add_init_script(LISTENING)
    open_board(page)
    page.locator("#sound button").click()
    wait_for_tones(page, 1)
    with writing(live_server) as session:
        made = makers.incident(session, title="Cardiac arrest", place="9 Elm St", type="medical")
    expect(page.locator(".alarm.urgent")).to_contain_text(
        "New, priority 1: Cardiac arrest, 9 Elm St"
    )
    wait_for_tones(page, 4)
    page.get_by_role("button", name="Seen").click()
    expect(page.locator(".alarm.urgent")).to_have_count(0)
    with writing(live_server) as session:
        session.execute(text("UPDATE incident SET priority = 4 WHERE id = :id"), {"id": made})


# For everybody


@pytest.mark.parametrize("address", ["/board", "/board/units", "/board?wall=1", "/incidents"])
def test_there_are_no_barriers(visitors, late, address):
    page = visitors.page("dana", bypass_csp=True)
    page.goto(address)
    expect(page.locator("tbody tr").first).to_be_visible()
    if "incidents" not in address:
        expect(page.locator(".alarm.late")).to_be_visible()
    assert violations_day_and_night(page) == []


@pytest.mark.parametrize("address", ["/board", "/board/units", "/incidents"])
def test_no_page_is_wider_than_a_small_phone(visitors, late, address):
    page = visitors.page("dana", viewport={"width": 320, "height": 640}, bypass_csp=True)
    page.goto(address)
    expect(page.locator("tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert violations(page) == []


def test_an_empty_board_says_what_will_be_here(visitors, live_server):
    page = visitors.page("dana")
    with writing(live_server) as session:
        session.execute(
            text(
                "UPDATE incident SET status = 'closed', closed_at = now(), closed_by = 'Dana',"
                " close_reason = 'completed'"
            )
        )
    page.goto("/board")
    expect(page.get_by_role("heading", name="No incident is open")).to_be_visible()
    page.locator("#empty").get_by_role("link", name="All incidents").click()
    expect(page.get_by_role("link", name=re.compile("Reopen")).first).to_be_visible()
