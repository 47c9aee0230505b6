"""The responder's page on a slow phone line: bytes and seconds until a button works, and offline.

Chromium's own emulation: 400 kbit/s both ways, 400 ms more for each answer, a processor four times
slower. What is measured is what a person feels: a tap is on its way or kept.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from bench.page import CHROMIUM, log_in
from bench.rows import Aim, Findings, Row, percentile
from bench.world import World

MINUTES = 1.5
RUNS = 5
_LINE = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400_000 / 8,
    "uploadThroughput": 400_000 / 8,
}
_SLOWER = 4
_PHONE = {"width": 390, "height": 844}
_READY = "performance.getEntriesByName('meris-ready').length > 0"


@dataclass
class Wire:
    """What came over the line until the page was usable."""

    bytes: int = 0
    requests: int = 0
    urls: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    open: bool = True

    def listen(self, devtools: CDPSession) -> None:
        """Count bytes as they are encoded, headers included."""
        devtools.send("Network.enable")
        devtools.on("Network.requestWillBeSent", self._asked)
        devtools.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["request"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        if not self.open:
            return
        size = int(event["encodedDataLength"])
        self.bytes += size
        self.requests += 1
        address = self.urls.get(event["requestId"], "").partition("?")[0]
        name = Path(address).suffix.lstrip(".") or "html"
        self.kinds[name] = self.kinds.get(name, 0) + size


def run(world: World) -> Findings:
    """Kilobytes and milliseconds until a tap is taken. The floor of each is the line itself."""
    with world.served() as (address, _), sync_playwright() as playwright:
        person = responder_of(world.home)
        first = [_first(playwright, address, person) for _ in range(RUNS)]
        again = _again(playwright, address, person)
    wire = first[0][2]
    kinds = ", ".join(f"{name} {size / 1000:.1f}" for name, size in sorted(wire.kinds.items()))
    # two answers one after the other, and the bytes at the line's speed
    line = 2 * _LINE["latency"] + wire.bytes / _LINE["downloadThroughput"] * 1000
    size = "400 kbit/s, 400 ms, processor 4 × slower"
    return Findings([
        Row("phone, first load: bytes until the buttons work", size, p95=wire.bytes / 1000,
            unit="KB", tail="total", aim=Aim(60, by="issue 5"),
            note=f"{wire.requests} answers: {kinds} KB"),
        _times("phone, first load: first paint", [one[0] for one in first], size, floor=line),
        _times("phone, first load: until a tap is taken", [one[1] for one in first], size,
               floor=line, aim=Aim(3_000, by="issue 5")),
        _times("phone, again without a line: until a tap is kept", again,
               "no line, processor 4 × slower", aim=Aim(1_000, by="issue 5")),
    ])  # fmt: skip


def _times(
    what: str, taken: list[float], size: str, *, floor: float | None = None, aim: Aim | None = None
) -> Row:
    is_ = "two round trips and the bytes" if floor else ""
    return Row(what, size, percentile(taken, 0.5), max(taken), floor, is_, tail="slowest", aim=aim)


def responder_of(home: Path) -> tuple[str, str]:
    """E-mail and pass phrase of the exercise's responder."""
    for line in (home / "demo-accounts.txt").read_text().splitlines():
        words = line.split()
        if "responder" in words:
            return words[0], words[1]
    raise LookupError("no responder among the demo accounts")


def _phone(playwright: Any, profile: str) -> BrowserContext:
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path="/usr/bin/chromium",
        args=CHROMIUM,
        viewport=_PHONE,
        # the page forbids eval, which waiting for a condition needs
        bypass_csp=True,
    )


def _slow(page: Page) -> CDPSession:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", _LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    return devtools


def _go_on_duty(page: Page) -> None:
    """So that the page has a unit with its buttons; any unit of the agency will do."""
    page.wait_for_selector("html[data-ready]")
    if page.locator("#unit-choices button").count():
        page.locator("#unit-choices button").first.click()
    page.wait_for_selector("#status-now")


def _log_in_elsewhere(context: BrowserContext, address: str, person: tuple[str, str]) -> None:
    """Log in without leaving anything of the phone's page behind."""
    page = context.new_page()
    page.goto(f"{address}/log-in?next=/account")
    log_in_here(page, *person)
    page.close()


def log_in_here(page: Page, email: str, password: str) -> None:
    """Fill in the log-in page that is shown."""
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/log-in" not in url)


def _first(playwright: Any, address: str, person: tuple[str, str]) -> tuple[float, float, Wire]:
    """Milliseconds to the first paint and to the first tap taken, and what came over the line."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = _phone(playwright, profile)
        _log_in_elsewhere(context, address, person)
        page = context.new_page()
        devtools = _slow(page)
        wire = Wire()
        wire.listen(devtools)
        page.goto(f"{address}/m", wait_until="commit")
        page.wait_for_function(_READY)
        wire.open = False
        times: list[float] = page.evaluate(
            "[performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,"
            " performance.getEntriesByName('meris-ready')[0].startTime]"
        )
        context.close()
    return times[0], times[1], wire


def _again(playwright: Any, address: str, person: tuple[str, str]) -> list[float]:
    """Milliseconds until a tap is kept on a visit without a line, by the same slow processor."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = _phone(playwright, profile)
        page = context.new_page()
        log_in(page, address, *person)
        page.goto(f"{address}/m")
        _go_on_duty(page)
        page.evaluate("navigator.serviceWorker.ready")
        page.goto(f"{address}/m")
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(3000)  # the worker keeps the pages meanwhile
        page.close()
        context.set_offline(True)
        taken = [_visit(context, address) for _ in range(RUNS)]
        context.close()
    return taken


def _visit(context: BrowserContext, address: str) -> float:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.goto(f"{address}/m", wait_until="commit")
    page.wait_for_function(_READY)
    taken: float = page.evaluate("performance.getEntriesByName('meris-ready')[0].startTime")
    page.close()
    return taken
