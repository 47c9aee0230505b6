"""The dispatcher's pictures: the map, a call, the tornado, the boards."""

from playwright.sync_api import Page

from bench.camera import DESK, PHONE, Camera, open_map, take
from meris.demo.day import Played

_WALL, _TABLET, _SMALL = (3840, 2160), (768, 1024), (1024, 768)


def calm(camera: Camera) -> None:
    """The state before anything happens."""
    dana = camera.who("dispatcher")
    with camera.page(dana) as page:
        open_map(page)
        take(page, "map-light")
        _keys(page)


def _keys(page: Page) -> None:
    page.locator("body").press("?")
    page.locator("dialog[open]").wait_for()
    take(page, "keys-light")


def call(camera: Camera) -> None:
    """A fire at Joplin, called in from the keyboard, with what would be sent."""
    with camera.page(camera.who("dispatcher")) as page:
        open_map(page, "#at=10/37.08/-94.40")
        page.keyboard.press("/")
        page.keyboard.type("sf joplin", delay=40)
        page.get_by_text("New incident: Structure fire").first.wait_for()
        take(page, "command-light")
        page.keyboard.press("Enter")
        page.wait_for_timeout(2_000)
        take(page, "incident-light")


def tornado(camera: Camera) -> None:
    """The track after forty calls, by night; a shelter of it."""
    dana = camera.who("dispatcher")
    with camera.page(dana, scheme="dark") as page:
        open_map(page)
        take(page, "map-dark")
        open_map(page, "#at=10/37.10/-94.35")
        take(page, "tornado-dark")
        for name, path in (
            ("board-dark", "/board"),
            ("wall-dark", "/board?wall=1"),
            ("wall-units-dark", "/board/units?wall=1"),
        ):
            page.goto(path)
            page.wait_for_timeout(2_000)
            take(page, name)
    with camera.page(dana) as page:
        open_map(page, "#at=9/37.15/-94.05&status=shelter.open,shelter.full,unit.on_scene")
        page.locator(".row[data-id]").filter(has_text="Evacuation").first.click()
        page.wait_for_timeout(1_000)
        take(page, "detail-light")
    with camera.page(dana, size=PHONE) as page:
        open_map(page)
        take(page, "map-phone")
    with camera.page(dana, size=_TABLET) as page:
        open_map(page)
        take(page, "map-tablet")
    with camera.page(dana, size=_SMALL) as page:
        page.goto("/board")
        page.wait_for_timeout(2_000)
        take(page, "board-small")


def lost(page: Page) -> None:
    """The open map, once the server is gone."""
    page.locator("#connection:not([data-state=live])").wait_for()
    page.wait_for_timeout(6_000)  # until there is an age to tell
    take(page, "lost-light")


def wall(camera: Camera) -> None:
    """The board on the wall of the operations room."""
    with camera.page(camera.who("dispatcher"), size=_WALL, scheme="dark") as page:
        page.goto("/board?wall=1")
        page.wait_for_timeout(2_000)
        take(page, "wall-4k-dark")


def day(camera: Camera, played: Played) -> None:
    """Shelters and supplies, after a day that was played through."""
    busy = played.stage.of("anchor")[0].id
    paths = {
        "requests-light": "/requests",
        "request-light": f"/requests/{played.request('up')}",
        "running-out-light": "/running-out",
        "confirm-light": "/confirm",
        "shelter-day-light": f"/sites/{busy}/record",
        "stock-light": f"/supplies/{busy}",
    }
    with camera.page(camera.who("dispatcher"), size=DESK) as page:
        for name, path in paths.items():
            page.goto(path)
            page.wait_for_timeout(600)
            take(page, name)
        page.goto("/place")
        page.locator("[name=place]").fill("Springfield")
        page.locator("[name=people]").fill("12")
        page.locator("[name=wheelchair]").fill("1")
        page.locator("[name=wheelchair]").press("Enter")
        page.wait_for_timeout(2_000)
        take(page, "place-light")
    with camera.page(camera.who("dispatcher"), size=PHONE) as page:
        page.goto("/requests")
        take(page, "requests-phone")


def look(camera: Camera) -> None:
    """The page that shows every part, by day and by night: all of it, however long."""
    with camera.page(camera.who("admin")) as page:
        page.goto("/styleguide")
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": DESK[0], "height": height})
        take(page, "styleguide")


def nothing(camera: Camera) -> None:
    """The first look at an empty state."""
    with camera.page() as page:
        page.goto("/")
        page.wait_for_timeout(2_000)
        take(page, "map-empty")
