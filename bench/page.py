"""The map page with 50,000 resources in Chromium: when clusters are drawn, and what stutters."""

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.rows import Aim, Findings, Row
from bench.world import World

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_WATCH = """
window.longTasks = [];
new PerformanceObserver(list => list.getEntries().forEach(
  entry => window.longTasks.push([entry.startTime, entry.duration])
)).observe({type: 'longtask', buffered: true});
"""
RUNS = 5
MINUTES = 1


def run(world: World) -> Findings:
    """Milliseconds until clusters are drawn, and of the longest task."""
    with world.served() as (address, _), sync_playwright() as playwright:
        passwords = log_in_of(world.home)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            browser = playwright.chromium.launch_persistent_context(
                profile,
                executable_path="/usr/bin/chromium",
                args=CHROMIUM,
                viewport={"width": 1440, "height": 900},
                # the page forbids eval, which waiting for a condition needs
                bypass_csp=True,
            )
            page = browser.new_page()
            page.add_init_script(_WATCH)
            log_in(page, address, *passwords)
            first = _draw(page, address)
            drawn = sorted(_draw(page, address) for _ in range(RUNS))
            counted = page.evaluate("document.querySelectorAll('.cluster, .marker').length")
            longest = _pan_and_zoom(page)
            browser.close()
    told = {"size": f"{world.resources:,} resources, {counted} symbols"}
    aim = Aim(1_500, by="issue 2")
    return Findings([
        Row("map page: clusters drawn, first visit", p95=first, tail="total", aim=aim, **told),
        Row("map page: clusters drawn again", p50=drawn[RUNS // 2], p95=drawn[-1], tail="slowest",
            aim=Aim(1_500, "p50", by="issue 2"), **told),
        Row("map page: longest task while panning and zooming", p95=longest, tail="slowest",
            aim=Aim(100, by="issue 2"), **told),
    ])  # fmt: skip


def log_in_of(home: Path) -> tuple[str, str]:
    """E-mail and pass phrase of the exercise's dispatcher, from the file the demo state leaves."""
    for line in (home / "demo-accounts.txt").read_text().splitlines():
        words = line.split()
        if "dispatcher" in words:
            return words[0], words[1]
    raise LookupError("no dispatcher among the demo accounts")


def log_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}/log-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{address}/**")


def _draw(page: Page, address: str) -> float:
    page.goto("about:blank")
    page.goto(f"{address}/", wait_until="commit")
    page.wait_for_function("performance.getEntriesByName('meris-drawn').length > 0")
    drawn: Any = page.evaluate("performance.getEntriesByName('meris-drawn')[0].startTime")
    return float(drawn)


def _pan_and_zoom(page: Page) -> float:
    page.wait_for_timeout(500)
    page.evaluate("window.longTasks.length = 0")
    page.mouse.move(850, 450)
    for _ in range(4):
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(500)
    for step in range(6):
        page.mouse.down()
        page.mouse.move(850 - 60 * (step % 3), 450 - 40 * (step % 2), steps=8)
        page.mouse.up()
        page.wait_for_timeout(250)
    for _ in range(4):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(500)
    tasks: list[list[float]] = page.evaluate("window.longTasks")
    return max((duration for _, duration in tasks), default=0.0)
