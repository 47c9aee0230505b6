"""What a page says while something is broken, and that it comes back by itself."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import layer, open_map
from tests.browsing import Visitors
from tests.faults.harness import children, closed, kill, take, until

pytestmark = pytest.mark.browser
_PATIENT_MS = 30_000


@pytest.fixture
def dana(browser, installation):
    visitors = Visitors(browser, installation.as_live())
    page = visitors.page("dana")
    open_map(page)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    yield page
    page.goto("about:blank")
    visitors.close()


def shown(page, name):
    """A picture to look at, where MERIS_FAULTS_PICTURES says."""
    if folder := os.environ.get("MERIS_FAULTS_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def open_meanwhile(installation):
    with installation.writing() as session:
        makers.shelter(session, name="Opened meanwhile")


def comes_back(page, before):
    """Live by itself, with what happened meanwhile, and with what happens from now on."""
    state = page.locator("#connection")
    expect(layer(page, "Shelters")).to_have_text(str(before + 1), timeout=_PATIENT_MS)
    expect(state).to_have_attribute("data-state", "live", timeout=_PATIENT_MS)
    expect(state).to_have_text("Live")
    expect(page.locator("#banner")).to_be_empty()


def test_without_a_database_the_map_says_so_and_how_old_it_is(dana, installation):
    before, taken = int(layer(dana, "Shelters").inner_text()), []
    shown(dana, "before")
    try:
        with closing(installation.cluster.server.connect("meris")) as administrator:
            until(lambda: take(installation, administrator, taken), "all are taken")
        banner = dana.locator("#banner")
        expect(banner).to_contain_text("its database does not answer", timeout=_PATIENT_MS)
        expect(banner.locator("[data-age]")).to_contain_text("s")
        expect(dana.locator("#connection")).to_contain_text("No database")
        shown(dana, "during")
    finally:
        closed(taken)
    installation.until_ready()
    open_meanwhile(installation)
    comes_back(dana, before)
    open_meanwhile(installation)
    comes_back(dana, before + 1)
    shown(dana, "after")


def test_a_killed_worker_costs_a_page_a_moment(dana, installation):
    before, killed = int(layer(dana, "Shelters").inner_text()), installation.worker
    kill(killed)
    state = dana.locator("#connection")
    expect(state).to_have_attribute("data-state", "reconnecting")
    shown(dana, "killed")
    open_meanwhile(installation)
    comes_back(dana, before)
    assert killed not in children(installation.server.pid)
