"""What browser tests do on the pages, in the words of the people who do it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from meris.db import SYSTEM
from tests.browsing import LiveServer

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
AXE = ROOT / "node_modules/axe-core/axe.min.js"
#: The rules of axe that look at colors.
OF_COLORS = ("color-contrast", "link-in-text-block")
#: Off in axe by itself, and asked for by WCAG 2.2 AA: nothing smaller than 24 px to press.
TOO = {"target-size": {"enabled": True}}
#: Focuses each thing in turn. Its looks, or its label's, must change, and a part of it lie on top.
UNSEEN = """() => {
  const marks = ['outlineStyle', 'outlineWidth', 'boxShadow', 'backgroundColor', 'borderColor',
    'opacity', 'transform'];
  const looks = (one) => [one, one.closest('label, tr, li')].map((part) => part
    && marks.map((name) => getComputedStyle(part)[name])).join();
  const onTop = (one, x, y) => {
    const top = document.elementFromPoint(x, y);
    return top && (one.contains(top) || top.contains(one));
  };
  const lost = [];
  for (const one of document.querySelectorAll(`a[href], button:enabled, input:enabled,
      select:enabled, textarea:enabled, summary, [tabindex]`)) {
    if (one.tabIndex < 0 || !one.checkVisibility({ visibilityProperty: true })) continue;
    document.activeElement?.blur();
    const before = looks(one);
    one.focus();
    if (document.activeElement !== one) continue;
    const box = one.getBoundingClientRect();
    const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
    const [right, bottom] = [Math.min(innerWidth, box.right), Math.min(innerHeight, box.bottom)];
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const name = one.outerHTML.slice(0, 120);
    if (looks(one) === before) lost.push(`no mark: ${name}`);
    const points = [[x, y], [left + 2, top + 2], [right - 2, bottom - 2]];
    if (!points.some(([h, v]) => onTop(one, h, v))) lost.push(`covered: ${name}`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return lost;
}"""
#: Until colors that change gradually have their last value.
SETTLED = """() => Promise.all(document.getAnimations()
    .filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {})))
    .then(() => null)"""
# A loaded machine is slow; nothing here measures how fast it is.
PATIENT_MS = 20_000
expect.set_options(timeout=PATIENT_MS)


@contextmanager
def writing(server: LiveServer) -> Iterator:
    """A session on the server's database whose work is committed."""
    database = server.database()
    try:
        with database.transaction(SYSTEM) as session:
            yield session
    finally:
        database.dispose()


def open_map(page: Page, fragment: str = "") -> None:
    """The map, live and filled."""
    page.goto("/" + fragment)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.wait_for_timeout(100)
    expect(page.locator("[data-scope=all] .number")).not_to_be_empty()


def layer(page: Page, title: str):
    """The number beside a kind in the rail."""
    return page.get_by_role("region", name=title, exact=True).locator(".layer-head .number")


def choose_file(page: Page, file: Path, kind: str = "shelter") -> None:
    """Fill in the upload form and send it."""
    page.goto("/uploads/new")
    page.locator(f"#kind-{kind}").check()
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()


def upload(page: Page, file: Path, kind: str = "shelter") -> None:
    """Send a file and wait for what was found in it."""
    choose_file(page, file, kind)
    expect(page.locator("#verdict")).to_be_visible()


def apply(page: Page) -> None:
    """Load what can be loaded."""
    if page.locator("#rows-valid").count():
        page.locator("#rows-valid").check()
    page.locator("#do-apply").click()


def violations(
    page: Page, within: str = "html", rules: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """What axe finds on the page, or in a part: each rule with the elements that break it."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.add_script_tag(path=AXE)
    # what passes is not written up: most of the time went there
    options = {"resultTypes": ["violations"], "rules": TOO}
    if rules:
        options = {"resultTypes": ["violations"], "runOnly": list(rules)}
    ask = "([part, options]) => axe.run(part, options).then(found => found.violations)"
    found = page.evaluate(ask, [within, options])
    told = [(v["id"], node["html"]) for v in found for node in v["nodes"]]
    # what crowds on the map is in the list too, which is the exception that 2.5.8 makes
    return [one for one in told if one[0] != "target-size" or "leaflet-marker-icon" not in one[1]]


def unseen(page: Page) -> list[str]:
    """What a keyboard can reach on the page and nobody sees: no mark of the focus, or covered."""
    page.keyboard.press("Tab")  # from now on the browser shows where the focus is
    return page.evaluate(UNSEEN)


def violations_day_and_night(page: Page, within: str = "html") -> list[tuple[str, str]]:
    """The same in both themes. The elements are the same: the dark one is asked for its colors."""
    page.emulate_media(color_scheme="light")
    page.evaluate(SETTLED)
    by_day = violations(page, within)
    page.emulate_media(color_scheme="dark")
    page.evaluate(SETTLED)
    at_night = violations(page, within, rules=OF_COLORS)
    page.emulate_media(color_scheme="light")
    return by_day + at_night


def width_at(page: Page, width: int) -> int:
    """How wide the page is that is open on a screen so wide; more than that has to be scrolled."""
    page.set_viewport_size({"width": width, "height": 800})
    return page.evaluate("document.documentElement.scrollWidth")
