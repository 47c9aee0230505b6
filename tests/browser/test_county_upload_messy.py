"""A county editor's morning with a stop-watch: a messy file, and the same kind of file again."""

import time

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from meris.tables import Resource
from tests.browser.screens import FIXTURES, writing

pytestmark = pytest.mark.browser

MESSY = FIXTURES / "county_messy.csv"
MOST_SECONDS, MOST_CLICKS, MOST_CLICKS_AGAIN = 120, 9, 3

#: Counts what a hand does on the pages, whatever page follows.
_COUNT = """addEventListener('click', (event) => {
  if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
}, true)"""


class Hand:
    """A person's hand on a page: everything it presses is counted by the page itself."""

    def __init__(self, page):
        self.page = page
        page.add_init_script(_COUNT)

    @property
    def clicks(self):
        return int(self.page.evaluate("sessionStorage.clicks ?? 0"))

    def forget(self):
        self.page.evaluate("sessionStorage.removeItem('clicks')")

    def press(self, name):
        self.page.get_by_role("button", name=name).first.click()

    def choose(self, file):
        """The file's box opens the system's own window, where the file is picked."""
        with self.page.expect_file_chooser() as chooser:
            self.page.locator("#file").click()
        chooser.value.set_files(file)


def again(tmp_path):
    """The next week's file: the same columns and habits, other figures and one more place."""
    text = MESSY.read_bytes().replace(b"Two Mile Prairie Gym", b"Two Mile Prairie School Gym")
    line = b"BC-12,Woodland Hall,1 Elm St,Columbia,65201,38.95110,92.31010,75,30,Opn,Clerk,\n"
    file = tmp_path / "next_week.csv"
    file.write_bytes(text.replace(b"Total,", line + b"Total,"))
    return file


def test_from_a_messy_file_to_the_map_in_two_minutes_and_ten_clicks(
    visitors, live_server, tmp_path, capsys
):
    page = visitors.page("carol")
    hand = Hand(page)
    page.goto("/uploads/new")
    began = time.monotonic()
    hand.choose(MESSY)
    hand.press("Check the file")
    expect(page.locator("#verdict-words")).to_have_text("8 of 12 rows are fine, 4 need a decision.")
    hand.press("Repair all 3 rows")
    expect(page.locator("#proposals")).to_have_count(0)
    hand.press("Read “Opn” as Open")
    hand.press("Read “200+” as 200")
    expect(page.locator("#verdict-words")).to_have_text("All 12 rows of the file are fine.")
    hand.press("Add 11 shelters")
    expect(page.locator("#result")).to_have_text("Added 11 shelters")
    clicks = hand.clicks + 1  # the next one leaves the page
    page.get_by_role("link", name="Show them on the map").click()
    expect(page.locator("[data-scope=all] .number")).to_have_text("11")
    seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\nmessy file: on the map after {seconds:.1f} s and {clicks} clicks")
    assert clicks <= MOST_CLICKS
    assert seconds < MOST_SECONDS
    the_second_time(page, hand, again(tmp_path), live_server, capsys)


def the_second_time(page, hand, file, live_server, capsys):
    """Nothing is asked twice: choose, check, apply."""
    page.goto("/uploads/new")
    hand.forget()
    began = time.monotonic()
    hand.choose(file)
    hand.press("Check the file")
    expect(page.locator("#verdict-words")).to_have_text("All 13 rows of the file are fine.")
    expect(page.get_by_text("Read as the last time")).to_contain_text("by Carol")
    hand.press("Add 1 and change 1 shelter")
    expect(page.locator("#result")).to_have_text("Added 1 and changed 1 shelter")
    with capsys.disabled():
        print(f"the second time: {time.monotonic() - began:.1f} s and {hand.clicks} clicks")
    assert hand.clicks <= MOST_CLICKS_AGAIN
    with writing(live_server) as session:
        hall = select(Resource.status).where(Resource.name == "Woodland Hall")
        assert session.scalars(hall).one() == "open"


def test_a_fix_moves_nothing_under_the_hand(visitors, tmp_path):
    file = tmp_path / "words.csv"
    wrong = [f"Hall {i},{word},Columbia,65201" for i, word in enumerate(("Opn", "Clsd", "Stndby"))]
    file.write_text("\n".join(["Name,Status,City,ZIP", "Good hall,Open,Columbia,65201", *wrong]))
    page = visitors.page("carol")
    hand = Hand(page)
    page.goto("/uploads/new")
    hand.choose(file)
    hand.press("Check the file")
    first = page.locator("#problems li").first
    before = first.bounding_box()["y"]
    first.get_by_role("button").nth(1).click()
    expect(page.locator("#problems li")).to_have_count(2)
    expect(page.locator("#problems li").first).to_be_in_viewport()
    assert abs(page.locator("#problems li").first.bounding_box()["y"] - before) < 2
    assert page.evaluate("document.activeElement.closest('#problems li') !== null")


def test_cells_are_corrected_with_the_keyboard_alone(visitors, tmp_path):
    file = tmp_path / "keys.csv"
    file.write_text(
        "Name,Status,City,ZIP,Evacuation capacity\nKeys hall,open,Columbia,65201,many\n"
    )
    page = visitors.page("carol")
    hand = Hand(page)
    page.goto("/uploads/new")
    hand.choose(file)
    hand.press("Check the file")
    page.locator("#problems summary").first.press("Enter")
    cell = page.get_by_label("Row 2")
    cell.fill("120")
    cell.press("Enter")
    expect(page.locator("#verdict-words")).to_have_text("The one row of the file is fine.")
    expect(page.locator("#do-apply")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_have_text("Added 1 shelter")
    expect(page.locator("#result")).to_be_focused()


def test_a_decision_is_undone_where_it_is_listed(visitors, tmp_path):
    file = tmp_path / "undo.csv"
    file.write_text("Name,Status,City,ZIP\nUndo hall,Opn,Columbia,65201\n")
    page = visitors.page("carol")
    hand = Hand(page)
    page.goto("/uploads/new")
    hand.choose(file)
    hand.press("Check the file")
    hand.press("Read “Opn” as Open")
    expect(page.locator("#do-apply")).to_be_visible()
    hand.press("Undo: Read “Opn” in “Status” as Open")
    expect(page.locator("#verdict-words")).to_contain_text("needs a decision")
    expect(page.locator("#decided")).to_have_count(0)


def test_the_list_and_its_map_turn_together(visitors, tmp_path):
    file = tmp_path / "tabs.csv"
    rows = [f"Tab hall {i},{'open' if i % 5 else 'Opn'},Columbia,65201" for i in range(40)]
    file.write_text("\n".join(["Name,Status,City,ZIP", *rows]))
    page = visitors.page("carol")
    hand = Hand(page)
    page.goto("/uploads/new")
    hand.choose(file)
    hand.press("Check the file")
    tabs = page.get_by_role("navigation", name="Rows by what becomes of them")
    note = page.locator("#rows-map [data-note]")
    page.locator("#changes").scroll_into_view_if_needed()
    expect(note).to_have_text("32 places")
    tabs.get_by_role("link", name="Refused 8").click()
    expect(page.locator("#changes tbody tr")).to_have_count(8)
    tabs.get_by_role("link", name="New 32").click()
    page.get_by_role("searchbox").fill("hall 17")
    expect(page.locator("#changes tbody tr")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert "q=hall+17" in page.url
    page.reload()
    expect(page.locator("#changes tbody tr")).to_have_count(1)


def test_both_browsers_fixes_count(visitors, tmp_path):
    file = tmp_path / "both.csv"
    file.write_text(
        "Name,Status,City,ZIP,Evacuation capacity\n"
        "Both hall,Opn,Columbia,65201,100\nOther hall,open,Columbia,65201,200+\n"
    )
    carol, stella = visitors.page("carol"), visitors.page("stella")
    hand = Hand(carol)
    carol.goto("/uploads/new")
    hand.choose(file)
    hand.press("Check the file")
    expect(carol.locator("#verdict")).to_be_visible()
    stella.goto(carol.url)
    hand.press("Read “Opn” as Open")
    expect(carol.locator("#decided")).to_be_visible()
    stella.get_by_role("button", name="Read “200+” as 200").click()
    expect(stella.locator("#verdict-words")).to_have_text("All 2 rows of the file are fine.")
