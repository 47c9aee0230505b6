"""A responder's phone in a browser: pages kept, the line cut, what waits on it."""

import time

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

PHONE = {"width": 390, "height": 844}
#: What the browser writes to its console when there is no line; nothing of ours.
_LINE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION", "status of 503 ()")
#: What it writes where a log-in has ended or another has begun.
_LOG_IN = ("status of 401", "status of 400")


def ready(page: Page) -> None:
    """The page's scripts take taps."""
    page.wait_for_selector("html[data-ready]")


def kept(page: Page, *paths: str) -> None:
    """The worker runs, and has kept these pages and all files."""
    ready(page)
    page.evaluate("navigator.serviceWorker.ready")
    wanted = set(paths or ("/m", "/m/me", "/m/queue"))
    until(page, lambda: wanted <= set(kept_paths(page)))


def kept_paths(page: Page) -> list[str]:
    """The pages in any account's cache on this phone."""
    return page.evaluate(
        """async () => {
          const names = (await caches.keys()).filter((name) => name.startsWith('meris-pages-'));
          const caches_ = await Promise.all(names.map((name) => caches.open(name)));
          const keys = await Promise.all(caches_.map((cache) => cache.keys()));
          return keys.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )


def kept_text(page: Page) -> str:
    """Everything that any cache of this browser holds of pages."""
    return page.evaluate(
        """async () => {
          const names = (await caches.keys()).filter((name) => !name.startsWith('meris-app-'));
          const texts = [];
          for (const name of names) {
            const cache = await caches.open(name);
            for (const key of await cache.keys()) texts.push(await (await cache.match(key)).text());
          }
          return texts.join('');
        }"""
    )


def until(page: Page, is_so, seconds: float = 60) -> None:
    """Wait for what only the browser's storage or the database knows."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        page.wait_for_timeout(50)


def cut(page: Page) -> None:
    """No signal."""
    page.context.set_offline(True)


def back(page: Page) -> None:
    """The signal is back."""
    page.context.set_offline(False)


def move(page: Page, title: str) -> None:
    """Tap a status, the next sensible one or one of the others."""
    button = page.locator(f"#moves .move[data-title='{title}']")
    for chances in (2, 1, 0):
        if not button.is_visible():
            page.locator("#moves-other > summary").click()
        try:
            button.click(timeout=5_000)
            break
        except TookTooLong:  # what the phone heard meanwhile has put it among the others
            if not chances:
                raise
    expect(page.locator("#status-now .word")).to_have_text(title)


def queued(page: Page) -> int:
    """How many reports the bar says are not sent."""
    link = page.locator("#queue-link")
    return int(link.locator("[data-count]").inner_text()) if link.is_visible() else 0


def forgive_the_line(problems: list[str]) -> None:
    """A cut line is an error to the console; anything else stays one."""
    problems[:] = [one for one in problems if not any(name in one for name in _LINE + _LOG_IN)]
