"""Pictures of a running server, as somebody sees it: docs/images."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from bench.page import log_in
from meris.demo import people

IMAGES = Path(__file__).parents[1] / "docs" / "images"
DESK, PHONE = (1440, 900), (390, 844)
#: As many as a screen of flat colors needs; a third of the bytes.
_COLORS = 256
_QUIET_MS = 400


@dataclass(frozen=True)
class Camera:
    """A browser before the server at `address`, with the exercise's accounts in `home`."""

    browser: Browser
    address: str
    home: Path

    @contextmanager
    def page(
        self,
        email: str | None = None,
        size: tuple[int, int] = DESK,
        scheme: str = "light",
        language: str = "en-US",
    ) -> Iterator[Page]:
        """A page of whoever has this address, or of nobody."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale=language,
            bypass_csp=True,
        )
        page = context.new_page()
        if email:
            log_in(page, self.address, email, self.passphrase(email))
            page.goto("about:blank")
        yield page
        context.close()

    def who(self, role: str, *, last: bool = False) -> str:
        """The address of the first (or last) account of the exercise with this role."""
        found = [one.email for one in people.kept(self.home) if one.role == role]
        return found[-1 if last else 0]

    def passphrase(self, email: str) -> str:
        """What this person logs in with."""
        return next(one.passphrase for one in people.kept(self.home) if one.email == email)


def take(page: Page, name: str) -> None:
    """Keep what the page shows as `docs/images/NAME.png`, once nothing loads any more."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(_QUIET_MS)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    flat = shot.quantize(_COLORS, dither=Image.Dither.NONE)
    flat.save(IMAGES / f"{name}.png", optimize=True)


def open_map(page: Page, fragment: str = "") -> None:
    """The map with its symbols drawn."""
    page.goto("about:blank")
    page.goto(f"/{fragment}")
    page.wait_for_function("performance.getEntriesByName('meris-drawn').length > 0")
    page.wait_for_timeout(1_500)
