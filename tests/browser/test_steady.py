"""The dispatcher's screens at every width: nothing cut, nothing overlapping, nothing that jumps."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests import makers
from tests.browser.screens import open_map, writing

pytestmark = pytest.mark.browser

DESK, LAPTOP, WIDE_TABLET, TABLET = (1440, 900), (1366, 768), (1024, 768), (768, 1024)
PHONE, WALL = (320, 640), (3840, 2160)
#: Layout shifts below this cannot be seen: a digit more in a number that is set to the right.
STILL = 0.005

#: What is wrong with how the parts that are in sight lie: `name: flaw`.
FLAWS = """() => {
  const boxes = '.bar, .board-head, .statuses, .cover, .wall-head, .rail-head, .board-layers,'
    + ' .layer, .drawer-head, .headings, .sheet, .detail-head, .detail-actions, .map-buttons,'
    + ' .alarms, .dock';
  const parts = 'a, button, input, select, textarea, label, h1, h2, .connection, .exercise, .tag';
  const nameOf = (one) => `${one.tagName.toLowerCase()}.${one.className?.baseVal ?? one.className}`
    + ` "${(one.getAttribute('aria-label') ?? one.textContent).trim().slice(0, 30)}"`;
  // what of it is in sight, and whether somebody can scroll to the rest
  const sight = (one) => {
    let { left, top, right, bottom } = one.getBoundingClientRect();
    const whole = (right - left) * (bottom - top);
    let scrolls = false;
    for (let at = one.parentElement; at && at !== document.documentElement; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const edge = at.getBoundingClientRect();
      scrolls ||= [overflowX, overflowY].some((how) => how === 'auto' || how === 'scroll');
      left = Math.max(left, edge.left); right = Math.min(right, edge.right);
      top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom);
    }
    return { left, top, right, bottom, scrolls, whole,
      seen: Math.max(0, right - left) * Math.max(0, bottom - top) };
  };
  const isShown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !one.closest('.spoken');
  const flaws = [];
  for (const box of document.querySelectorAll(boxes)) {
    const shown = [...box.querySelectorAll(parts)].filter(isShown)
      .map((one) => ({ one, ...sight(one) })).filter(({ seen }) => seen > 4);
    for (const { one, seen, whole, scrolls, left, right } of shown) {
      if (seen < whole * 0.95 && !scrolls) flaws.push(`${nameOf(one)}: cut`);
      if (!scrolls && (left < -1 || right > innerWidth + 1)) flaws.push(`${nameOf(one)}: outside`);
    }
    for (const [i, a] of shown.entries()) {
      for (const b of shown.slice(i + 1)) {
        if (a.one.contains(b.one) || b.one.contains(a.one)) continue;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 2 && high > 2) flaws.push(`${nameOf(a.one)}: over ${nameOf(b.one)}`);
      }
    }
    for (const one of box.querySelectorAll('*')) {
      const { overflowX, overflowY } = getComputedStyle(one);
      const wide = overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1;
      const high = overflowY === 'hidden' && one.scrollHeight > one.clientHeight + 2;
      const ownWords = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (ownWords && (wide || high) && isShown(one) && !one.closest('[title]')) {
        flaws.push(`${nameOf(one)}: words cut, and no tooltip has them`);
      }
    }
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) flaws.push(`the page is ${scrollWidth} px wide`);
  return [...new Set(flaws)];
}"""

#: What the bar says of a line, the longest among it; it must not push anything out of sight.
LINES = ("Connecting", "Reconnecting · 20 s old", "No database · 12 min old", "Logged out")
FLAWS_WHEN = f"""(words) => {{
  for (const one of document.querySelectorAll('.connection [data-words]')) one.textContent = words;
  return ({FLAWS})();
}}"""

#: Pixels of a board's table that belong to no column.
UNUSED = """() => {
  const width = (one) => one.getBoundingClientRect().width;
  const heads = [...document.querySelectorAll('.sheet thead th')];
  return width(document.querySelector('.sheet')) - heads.reduce((sum, one) => sum + width(one), 0);
}"""

#: Remembers what moved without anybody having pressed anything, from the first paint on. Rows that
#: give way to a new row of their table are what a board is for.
WATCHING = """
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      const isRow = ({ node }) => !node
        || (node.nodeType === 3 ? node.parentElement : node)?.closest('tbody');
      if (sources.every(isRow)) continue;
      const who = ({ node, previousRect: was, currentRect: now }) => {
        const one = node?.nodeType === 3 ? node.parentElement : node;
        return `${one?.tagName}.${one?.className?.baseVal ?? one?.className} ${was.x},${was.y}`
          + ` ${was.width}x${was.height} to ${now.x},${now.y} ${now.width}x${now.height}`;
      };
      window.moved.push({ value, who: sources.map(who) });
    }
  }).observe({ type: 'layout-shift', buffered: true });
"""


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


@pytest.fixture(scope="module", autouse=True)
def state(live_server):
    """An evening with a fire, its parts, units with long names, areas and a hole in the cover."""
    with writing(live_server) as session:
        fire = makers.incident(
            session,
            title="Hazardous materials at the grain elevator, Hallsville",
            place="Near the grain elevator of Hallsville, County Road Z",
            priority=2,
            type="vehicle_fire",
        )
        makers.incident(session, title="Exposure", priority=2, parent_id=fire)
        makers.incident(session, title="Crash", priority=3, type="traffic", reported_at=ago(40))
        makers.incident(session, title="Caller does not know where", priority=4, at=None)
        for name in ("Boone County Fire Protection District Ladder Truck 12", "E12", "E14"):
            unit = makers.unit(session, name=name, home_base="Station 1, Midway Junction")
            makers.assignment(session, unit, fire)
        for n in range(40):
            makers.unit(session, name=f"Spare {n:02}", type="ladder")
        makers.need(session, fire, ["engine"], count=7)
        makers.need(session, fire, ["hazmat"], count=2)
        makers.log_entry(session, fire, "Smoke from the roof, two people missing. " * 6)
        gym = makers.shelter(session, name="Hallsville High School Gymnasium", status="open")
        makers.shelter(session, name="Nobody knows where", at=None)
        makers.area(session, kind="hazard", name="Plume, from the elevator as far as Route B")
        makers.area(session, kind="evacuation", name="Hallsville", starts_at=ago(-60))
        session.execute(
            text(
                "INSERT INTO cover_rule (county_fips, unit_types, minimum) VALUES"
                " ('29077', ARRAY['engine'], 2), ('29095', ARRAY['ambulance_als'], 4),"
                " ('29510', ARRAY['ladder'], 2), ('29189', ARRAY['hazmat'], 1),"
                " ('29047', ARRAY['engine'], 3), ('29027', ARRAY['engine'], 3)"
            )
        )
        return {"fire": fire, "gym": gym}


def filled(page: Page, address: str) -> None:
    """Open an address; wait until what comes by itself is there."""
    if address.startswith("/board"):
        page.goto(address)
        expect(page.locator("tbody tr[data-id]").first).to_be_visible()
        expect(page.locator("#cover")).to_have_attribute("data-holes", re.compile(r"\d"))
    elif address.startswith("/incidents"):
        page.goto(address)
    else:
        open_map(page, address[1:])


def lost(page: Page, address: str) -> list[str]:
    """What is wrong with the page that is open while the bar says that the line is lost."""
    return [
        f"{address}, {words}: {flaw}"
        for words in LINES
        for flaw in page.evaluate(FLAWS_WHEN, words)
    ]


MAP = ("/", "/?incident={fire}", "/#id={gym}")
TABLES = ("/board", "/board/units", "/incidents")


@pytest.mark.parametrize("size", [DESK, LAPTOP, WIDE_TABLET, TABLET, PHONE], ids=str)
def test_nothing_is_cut_and_nothing_lies_over_another(visitors, state, size):
    page = visitors.page("dana", viewport={"width": size[0], "height": size[1]})
    found = []
    for pattern in MAP + TABLES:
        address = pattern.format(**state)
        filled(page, address)
        if pattern in MAP[1:]:
            expect(page.locator(".detail:not([hidden]) .detail-body")).to_be_visible()
        found += [f"{pattern}: {flaw}" for flaw in page.evaluate(FLAWS)]
        if pattern in MAP:
            whole = page.locator("#stage").bounding_box()
            assert whole["width"] >= min(size[0], max(size[0] - 320, 448)), "no room for the map"
    if page.locator(".dock").count():
        page.goto("/")
        for sheet in ("Filters", "List"):
            page.locator(".dock").get_by_role("button", name=sheet).click()
            found += [f"{sheet}: {flaw}" for flaw in page.evaluate(FLAWS)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", [WALL, DESK, LAPTOP], ids=str)
def test_nothing_is_cut_on_a_wall(visitors, size):
    page = visitors.page("dana", viewport={"width": size[0], "height": size[1]})
    found = []
    for address in ("/board?wall=1", "/board/units?wall=1"):
        filled(page, address)
        found += [f"{address}: {flaw}" for flaw in page.evaluate(FLAWS)]
        found += lost(page, address)
        assert abs(page.evaluate(UNUSED)) < 2, f"{address}: columns that nobody sees take room"
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", [WIDE_TABLET, PHONE], ids=str)
def test_a_lost_line_pushes_nothing_out_of_sight(visitors, size):
    page = visitors.page("dana", viewport={"width": size[0], "height": size[1]})
    found = []
    for address in ("/", "/board", "/board/units"):
        filled(page, address)
        found += lost(page, address)
    if size == WIDE_TABLET:
        assert abs(page.evaluate(UNUSED)) < 2, "columns that nobody sees take room"
    assert not found, "\n".join(found)


@pytest.mark.parametrize("address", ["/", "/board", "/board/units", "/board?wall=1"])
@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=str)
def test_nothing_jumps_while_data_arrives(visitors, live_server, state, address, size):
    page = visitors.page("dana", viewport={"width": size[0], "height": size[1]})
    page.add_init_script(WATCHING)
    filled(page, address)
    expect(page.locator("[data-state=live]").first).to_be_visible()
    with writing(live_server) as session:
        made = makers.incident(session, title="Cardiac arrest", place="9 Elm St", priority=1)
        late = makers.assignment(session, makers.unit(session, name="M7"), made)
        say = "UPDATE assignment SET status = 'on_scene', status_at = :at, heard_at = :at,"
        session.execute(text(f"{say} par_minutes = 20 WHERE id = :id"), {"id": late, "at": ago(21)})
    expect(page.locator(".alarm.late")).to_contain_text("M7 was not heard of.")
    moved = page.evaluate("new Promise((tell) => requestAnimationFrame(() => tell(window.moved)))")
    with writing(live_server) as session:
        heard = "UPDATE assignment SET heard_at = now() WHERE id = :id"
        session.execute(text(heard), {"id": late})
    seen = [one for one in moved if one["value"] >= STILL]
    assert not seen, "\n".join(map(str, seen))
    assert sum(one["value"] for one in moved) < 4 * STILL
