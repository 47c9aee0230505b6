"""A status is changed in one browser: how soon the symbol is drawn anew in another.

From the moment at which the first page sends it to the frame in which the second shows it, both in
Chromium on this machine, by one clock. The floor is a NOTIFY from one connection to another, which
is the least that any of it can be.
"""

import select
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg2
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy import make_url

from bench.page import CHROMIUM, log_in
from bench.rows import Aim, Findings, Row
from bench.world import World
from meris.demo import people

MINUTES = 1.0
_WARM, _TIMES = 3, 40
_CHANNEL = "bench_seen"
_UNIT = (
    "SELECT id FROM resource WHERE kind = 'unit' AND status = 'available'"
    " AND position IS NOT NULL ORDER BY id LIMIT 1"
)
#: What the selected symbol says, each time with the frame in which it began to.
_WATCH = """
() => {
  const pane = document.querySelector('.leaflet-marker-pane');
  const says = () => pane.querySelector('.selected')?.getAttribute('aria-label') ?? null;
  window.seen = [];
  let last = says();
  new MutationObserver(() => {
    const now = says();
    if (now === null || now === last) return;
    last = now;
    requestAnimationFrame(() => window.seen.push(performance.timeOrigin + performance.now()));
  }).observe(pane, {subtree: true, childList: true, attributes: true});
}
"""
_SEND = """
async ([id, status]) => {
  const path = `/api/resources/${id}`;
  const {version} = await (await fetch(path)).json();
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const sent = performance.timeOrigin + performance.now();
  const answer = await fetch(path, {
    method: 'PATCH', headers: {'Content-Type': 'application/json', 'X-CSRFToken': token},
    body: JSON.stringify({version, set: {status}}),
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return sent;
}
"""


def run(world: World) -> Findings:
    """One row."""
    url = make_url(world.settings.owner_url or "").set(drivername="postgresql")
    plain = url.render_as_string(hide_password=False)
    with psycopg2.connect(plain) as connection, connection.cursor() as cursor:
        cursor.execute(_UNIT)
        unit: int = cursor.fetchone()[0]
    with world.served() as (address, _), sync_playwright() as playwright:
        taken = _taken(playwright, address, world.home, unit)
    row = Row.compared(
        "status change in one browser to the symbol in another",
        taken[_WARM:],
        _notified(plain),
        size=f"{world.resources:,} resources",
        floor_is="NOTIFY to another connection",
        aim=Aim(1_000, by="issue 4"),
        note="from sending it to the frame that shows it, two Chromium pages",
    )
    return Findings([row])


def _taken(playwright: Playwright, address: str, home: Path, unit: int) -> list[float]:
    """Milliseconds of each change."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as one,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as other,
    ):
        writing, watching = _browser(playwright, one), _browser(playwright, other)
        try:
            writer = _page(writing, address, home, "state", "/")
            watcher = _page(watching, address, home, "dispatcher", f"/#id={unit}")
            watcher.wait_for_selector(".leaflet-marker-pane .selected")
            watcher.evaluate(_WATCH)
            return [_once(writer, watcher, unit, turn) for turn in range(_WARM + _TIMES)]
        finally:
            writing.close()
            watching.close()


def _browser(playwright: Playwright, profile: str) -> BrowserContext:
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path="/usr/bin/chromium",
        args=CHROMIUM,
        viewport={"width": 1440, "height": 900},
        # the page forbids eval, which waiting for a condition needs
        bypass_csp=True,
    )


def _page(browser: BrowserContext, address: str, home: Path, role: str, path: str) -> Page:
    """A page of somebody with this role, with its map drawn."""
    one = next(one for one in people.kept(home) if one.role == role)
    page = browser.new_page()
    log_in(page, address, one.email, one.passphrase)
    page.goto("about:blank")
    page.goto(f"{address}{path}")
    page.wait_for_function("performance.getEntriesByName('meris-drawn').length > 0")
    return page


def _once(writer: Page, watcher: Page, unit: int, turn: int) -> float:
    status = ("out_of_service", "available")[turn % 2]
    # a symbol also changes by itself, when what it says turns stale
    watcher.evaluate("window.seen.length = 0")
    sent: Any = writer.evaluate(_SEND, [unit, status])
    watcher.wait_for_function("window.seen.length > 0", polling=20)
    shown: Any = watcher.evaluate("window.seen[0]")
    return float(shown - sent)


def _notified(url: str) -> list[float]:
    """Milliseconds from the commit of a NOTIFY until another connection has it."""
    speaker, listener = psycopg2.connect(url), psycopg2.connect(url)
    taken = []
    try:
        for connection in (speaker, listener):
            connection.autocommit = True
        listener.cursor().execute(f"LISTEN {_CHANNEL}")
        for _ in range(200):
            began = time.perf_counter()
            speaker.cursor().execute(f"NOTIFY {_CHANNEL}")
            while not listener.notifies:
                select.select([listener], [], [], 5)
                listener.poll()
            listener.notifies.clear()
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        speaker.close()
        listener.close()
    return taken
