"""`python -m bench.screenshots`: the pictures of docs/images, taken anew from the exercise."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.page import CHROMIUM, log_in, log_in_of
from bench.world import World, cleared
from meris.demo.loading import SEED
from meris.demo.playing import play_at

IMAGES = Path(__file__).parents[1] / "docs" / "images"
DESK, PHONE = (1440, 900), (390, 844)


def main() -> None:
    """Serve the exercise and an empty state, and photograph both."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        with cleared(World(resources=4_400)) as world, world.served() as (address, _):
            who = log_in_of(world.home)
            _map(browser, address, who, "map-light", DESK, "light")
            play_at(address, home=world.home, state="MO", seed=SEED, speed=1_200)
            _map(browser, address, who, "map-dark", DESK, "dark")
            _map(browser, address, who, "map-phone", PHONE, "light")
            _tornado(browser, address, who)
            _detail(browser, address, who)
            _dispatch(browser, address, who)
            _boards(browser, address, who)
        with (
            cleared(World(resources=0)) as world,
            world.served() as (address, _),
            _page(browser, DESK, "light") as page,
        ):
            page.goto(address)
            page.wait_for_timeout(2_500)
            page.screenshot(path=IMAGES / "map-empty.png")
        browser.close()


@contextmanager
def _page(browser: Browser, size: tuple[int, int], scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def _map(
    browser: Browser,
    address: str,
    who: tuple[str, str],
    name: str,
    size: tuple[int, int],
    scheme: str,
) -> None:
    with _page(browser, size, scheme) as page:
        log_in(page, address, *who)
        page.goto(address)
        page.wait_for_timeout(2_500)
        page.screenshot(path=IMAGES / f"{name}.png")


def _tornado(browser: Browser, address: str, who: tuple[str, str]) -> None:
    """The track of the tornado after forty calls, with one of them in hand."""
    with _page(browser, DESK, "dark") as page:
        log_in(page, address, *who)
        page.goto("about:blank")
        page.goto(f"{address}/#at=10/37.10/-94.35")
        page.wait_for_timeout(2_500)
        page.screenshot(path=IMAGES / "tornado-dark.png")


def _detail(browser: Browser, address: str, who: tuple[str, str]) -> None:
    """The southwest of the exercise, where it happens, with an open shelter in hand."""
    with _page(browser, DESK, "light") as page:
        log_in(page, address, *who)
        page.goto("about:blank")
        page.goto(f"{address}/#at=9/37.15/-94.05&status=shelter.open,shelter.full,unit.on_scene")
        page.wait_for_timeout(2_500)
        page.locator(".row[data-id]").first.click()
        page.wait_for_timeout(1_500)
        page.screenshot(path=IMAGES / "detail-light.png")


def _dispatch(browser: Browser, address: str, who: tuple[str, str]) -> None:
    """A fire at Joplin, called in from the keyboard, with what would be sent."""
    with _page(browser, DESK, "light") as page:
        log_in(page, address, *who)
        page.goto(f"{address}/#at=10/37.08/-94.40")
        page.wait_for_timeout(2_500)
        page.keyboard.press("/")
        page.keyboard.type("sf joplin", delay=40)
        page.get_by_text("New incident: Structure fire").first.wait_for()
        page.screenshot(path=IMAGES / "command-light.png")
        page.keyboard.press("Enter")
        page.wait_for_timeout(2_500)
        page.screenshot(path=IMAGES / "incident-light.png")


def _boards(browser: Browser, address: str, who: tuple[str, str]) -> None:
    with _page(browser, DESK, "dark") as page:
        log_in(page, address, *who)
        for name, path in (("board-dark", "/board"), ("wall-dark", "/board?wall=1")):
            page.goto(f"{address}{path}")
            page.wait_for_timeout(2_500)
            page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
