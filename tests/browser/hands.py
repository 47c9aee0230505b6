"""Both hands on the keyboard, and somebody counting."""

import time

from playwright.sync_api import Locator, Page, expect

_HAS_IT = "element => element === document.activeElement"


class Hands:
    """Presses keys on a page; `keys` are all of them, `typed` those that were words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = self.typed = 0
        self.began = time.monotonic()

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, words: str) -> None:
        """Words, letter by letter."""
        self.press(*words)
        self.typed += len(words)

    def go_to(self, wanted: Locator, key: str = "Tab", most: int = 40) -> None:
        """Press a key until the focus is there; fails when it does not come so soon."""
        expect(wanted).to_be_visible()
        for _ in range(most):
            if wanted.evaluate(_HAS_IT):
                return
            self.press(key)
        expect(wanted).to_be_focused()

    @property
    def seconds(self) -> float:
        """Since the first key."""
        return time.monotonic() - self.began

    def told(self, deed: str) -> str:
        """What came of it, for whoever reads the run."""
        return f"\n{deed}: {self.keys} keys, {self.typed} of them words, {self.seconds:.1f} s"
