"""Boards on a wall: everything is seen from afar, and nobody has to touch them."""

import re

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import writing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def many(live_server):
    """A fire, and more units than a screen has lines."""
    with writing(live_server) as session:
        makers.incident(session, title="Barn fire")
        for n in range(30):
            makers.unit(session, name=f"Spare {n:02}", type="ladder")


def open_wall(page, address):
    page.goto(address)
    expect(page.locator("tbody tr[data-id]").first).to_be_visible()


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)], ids=["hd", "4k"])
def test_a_wall_needs_no_scrolling_and_turns_its_pages(visitors, many, size):
    viewport = {"width": size[0], "height": size[1]}
    page = visitors.page("stella", viewport=viewport)
    open_wall(page, "/board/units?wall=1#status=available")
    assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator("#wall-clock")).to_have_text(re.compile(r"\d\d:\d\d:\d\d C[DS]T"))
    told = page.locator("#wall-page")
    expect(told).to_contain_text(re.compile(r"of 30 · page 1 of \d+, next in \d+ s"))
    shown = page.locator("tbody tr[data-id]:visible")
    first = shown.all_inner_texts()
    box = page.locator("#sheet-box").bounding_box()
    for one in shown.all():
        place = one.bounding_box()
        assert place["y"] + place["height"] <= box["y"] + box["height"] + 1
    page.keyboard.press("Space")
    expect(told).to_contain_text("held")
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("page 2 of")
    assert not set(first) & set(shown.all_inner_texts())
    # large type: a row's text is no smaller than 2 % of the height of the screen
    height = page.evaluate("parseFloat(getComputedStyle(document.querySelector('td')).fontSize)")
    assert height >= size[1] * 0.02


def test_a_wall_tells_how_old_it_is_when_the_line_is_down(visitors, many):
    page = visitors.page("stella", viewport={"width": 1920, "height": 1080})
    open_wall(page, "/board?wall=1")
    expect(page.locator("#wall-connection")).to_contain_text("Live")
    page.context.set_offline(True)
    expect(page.locator("#wall-connection")).to_contain_text(
        re.compile(r"(Offline|Reconnecting) · \d+ s old")
    )
    expect(page.locator("tbody tr[data-id]").filter(has_text="Barn fire")).to_be_visible()
    visitors.problems.clear()
