"""A unit on its way: it moves on the dispatcher's map, says how old and how good that is, and shows
where it has been to who says why."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select, update

from geo.columns import as_wkb
from geo.values import Position
from meris.tables import PositionFix, TrailView, UnitPosition
from tests import makers
from tests.browser.screens import open_map, violations, writing

pytestmark = pytest.mark.browser

BASE = Position(38.9517, -92.3341)


def test_a_unit_moves_by_its_device_and_its_trail_wants_a_reason(visitors, live_server):
    now = datetime.now(UTC)
    with writing(live_server) as session:
        unit = makers.unit(session, name="Engine 12", at=BASE)
        makers.fix(session, unit, BASE, now - timedelta(minutes=15))
        session.execute(
            insert(PositionFix),
            [
                {
                    "resource_id": unit,
                    "at": now - timedelta(minutes=20 - n),
                    "device_id": 0,
                    "position": as_wkb(Position(BASE.lat, BASE.lon + 0.002 * n)),
                    "accuracy_m": 8,
                    "source": "owntracks",
                }
                for n in range(6)
            ],
        )
    page = visitors.page("dana", bypass_csp=True)
    failed = []
    page.on("pageerror", lambda problem: failed.append(str(problem)))
    open_map(page, f"#at=14/{BASE.lat}/{BASE.lon}&id={unit}")
    detail = page.locator("#detail")
    seen = detail.locator(".whereabouts .seen")
    expect(seen).to_have_text(re.compile(r"^Last seen 1\d min ago, accuracy unknown$"))
    symbol = page.locator(".marker.point.selected .symbol")
    expect(symbol).to_have_class("symbol stale")
    expect(page.locator("path.accuracy")).to_have_count(0)

    # the device speaks again: the symbol moves and is believed, without a row of the map
    before = page.locator(".marker.point.selected").bounding_box()
    with writing(live_server) as session:
        session.execute(
            update(UnitPosition)
            .where(UnitPosition.resource_id == unit)
            .values(
                position=as_wkb(Position(BASE.lat, BASE.lon + 0.01)),
                at=datetime.now(UTC),
                accuracy_m=60,
                speed_mps=15,
                course_deg=90,
            )
        )
    expect(seen).to_have_text("Seen just now, within 200 ft, 34 mph east")
    expect(symbol).to_have_class("symbol")
    expect(page.locator("path.accuracy")).to_have_count(1)
    expect(detail.locator(".place")).to_contain_text(f"{BASE.lon + 0.01:.5f}")
    after = page.locator(".marker.point.selected").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"] + 100

    # no reason, no trail
    detail.get_by_role("button", name="Trail", exact=True).click()
    show = detail.get_by_role("button", name="Show the trail")
    show.click()
    expect(detail.locator("#trail-why")).to_be_focused()
    detail.locator("#trail-why").select_option("Other")
    show.click()
    expect(detail.locator(".trail-form .problem")).to_have_text("Say in a few words why.")
    assert page.locator("path.trail-line").count() == 0
    detail.locator("#trail-words").fill("Crew not heard of since 14:05")
    assert violations(page, "#detail") == []
    show.click()
    expect(page.locator("path.trail-dot")).to_have_count(6)
    expect(page.locator("path.trail-line")).to_have_count(1)
    rows = detail.locator(".trail-fixes li")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text(f"{BASE.lon + 0.01:.5f}, within 30 ft")
    rows.last.get_by_role("button").click()
    expect(page.locator("path.trail-here")).to_have_count(1)
    with page.expect_download() as file:
        detail.get_by_role("link", name="All of it as a file (CSV)").click()
    assert len(file.value.path().read_text().splitlines()) == 7
    assert violations(page, "#detail") == []
    with writing(live_server) as session:
        look = session.scalars(select(TrailView)).one()
        assert (look.viewer, look.reason) == ("Dana", "Crew not heard of since 14:05")

    # put away, it is gone from the map; who looked stays with the unit
    detail.get_by_role("button", name="Hide the trail").click()
    expect(page.locator("path.trail-line, path.trail-dot")).to_have_count(0)
    detail.get_by_text("Who looked at the trail").click()
    expect(detail.locator(".trail-looks li")).to_contain_text("Dana, just now: Crew not heard of")
    page.keyboard.press("Escape")
    expect(page.locator("path.accuracy")).to_have_count(0)
    assert failed == []
