"""A new version of MERIS reaches a phone without a trap, and a worker that fails breaks nothing."""

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.phones import PHONE, back, cut, forgive_the_line, kept, queued, ready, until
from tests.browser.screens import writing
from tests.browser.upgrade import upgradable
from tests.people import account

pytestmark = pytest.mark.browser

APPS = "caches.keys().then((all) => all.filter((name) => name.startsWith('meris-app-')))"


@pytest.fixture(scope="module", autouse=True)
def engine(live_server):
    """Rita is on duty on Engine 12."""
    with writing(live_server) as session:
        rita = account(session, "rita")
        unit = makers.unit(session, name="Engine 12", agency_id=rita.agency_id)
        makers.duty(session, rita.id, unit)


@pytest.fixture
def upgrade(live_server):
    with upgradable(live_server.url) as between:
        yield between


def test_an_update_waits_for_the_page_and_comes_with_the_next_one(visitors, upgrade):
    rita = visitors.page("rita", viewport=PHONE)
    rita.goto(f"{upgrade.url}/m")
    kept(rita)
    old = rita.evaluate(APPS)
    new = upgrade.now()
    rita.evaluate("navigator.serviceWorker.getRegistration('/m').then((one) => one.update())")
    expect(rita.locator("#banner")).to_contain_text("A new version is here")
    # the old page goes on by the old worker, with and without a line
    assert rita.evaluate("navigator.serviceWorker.controller.state") == "activated"
    assert set(old) < set(rita.evaluate(APPS))
    cut(rita)
    rita.locator("#moves-other > summary").click()
    rita.locator("#moves-more .move").first.click()
    until(rita, lambda: queued(rita) == 1)
    back(rita)
    until(rita, lambda: queued(rita) == 0)

    context = rita.context
    rita.close()
    again = context.new_page()
    again.goto(f"{upgrade.url}/m")
    ready(again)
    until(again, lambda: again.evaluate(APPS) == [f"meris-app-{new}"])
    cut(again)
    again.goto(f"{upgrade.url}/m")
    ready(again)
    expect(again.locator("#bar")).to_contain_text("Engine 12")
    expect(again.locator("#banner")).to_contain_text("offline")
    width = again.locator("#dock").evaluate("dock => getComputedStyle(dock).position")
    assert width in ("fixed", "sticky"), "the styles are there without a line"
    again.goto("about:blank")
    forgive_the_line(visitors.problems)


@pytest.mark.parametrize("script", ["throw new Error('broken');", "not even a script ("])
def test_a_worker_that_fails_does_not_break_the_page(visitors, script):
    rita = visitors.page("rita", viewport=PHONE)
    body = {"body": script, "content_type": "text/javascript"}
    rita.context.route("**/m/sw.js", lambda route: route.fulfill(**body))
    rita.goto("/m")
    ready(rita)
    rita.locator("#moves-other > summary").click()
    rita.locator("#moves-more .move").first.click()
    expect(rita.locator("#said")).to_contain_text("Sent")
    rita.goto("about:blank")
    visitors.problems.clear()  # the broken script is one


def test_a_server_without_a_worker_frees_the_phone_of_it(visitors, upgrade):
    rita = visitors.page("rita", viewport=PHONE)
    rita.goto(f"{upgrade.url}/m")
    kept(rita)
    upgrade.has_worker = False
    rita.goto(f"{upgrade.url}/m")
    ready(rita)
    until(rita, lambda: rita.evaluate("navigator.serviceWorker.getRegistration('/m')") is None)
    rita.goto(f"{upgrade.url}/m")
    ready(rita)
    assert rita.evaluate("navigator.serviceWorker.controller") is None
    rita.goto("about:blank")
    visitors.problems.clear()  # 404 is an error to the console
