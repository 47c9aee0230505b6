"""The server goes away and comes back, and the map says so. Ends the server: alone in its file."""

import pytest
from playwright.sync_api import expect

from tests import makers
from tests.browser.screens import layer, open_map, violations_day_and_night, writing
from tests.browsing import start_server, stop_server

pytestmark = pytest.mark.browser

#: Counts follow a word within seconds: what was said is kept, or a slow look comes too late for it.
KEEP_WHAT_IS_SAID = """() => {
  const said = document.querySelector('#polite');
  window.said = [];
  new MutationObserver(() => window.said.push(said.textContent))
    .observe(said, { childList: true, characterData: true, subtree: true });
}"""


def test_a_lost_line_is_said_with_its_age_and_the_list_stays(visitors, live_server):
    with writing(live_server) as session:
        makers.shelter(session, name="Armory")
    dana = visitors.page("dana", bypass_csp=True)
    open_map(dana)
    expect(layer(dana, "Shelters")).to_have_text("1")
    stop_server(live_server)
    expect(dana.locator("#banner")).to_contain_text("You see the map as it was")
    expect(dana.locator("#banner [data-age]")).to_contain_text("s")
    expect(layer(dana, "Shelters")).to_have_text("1")
    expect(dana.get_by_role("row").filter(has_text="Armory")).to_be_visible()
    assert violations_day_and_night(dana) == []

    with writing(live_server) as session:
        makers.shelter(session, name="Opened meanwhile")
    port = live_server.url.rpartition(":")[2]
    again = start_server(live_server.urls, live_server.log.parent, fork=True, PORT=port)
    try:
        dana.evaluate(KEEP_WHAT_IS_SAID)
        dana.get_by_role("button", name="Try now").click()
        expect(dana.locator("#connection")).to_have_attribute("data-state", "live")
        expect(layer(dana, "Shelters")).to_have_text("2")
        expect(dana.locator("#banner")).to_be_empty()
        dana.wait_for_function("window.said.includes('Live again.')")
    finally:
        dana.goto("about:blank")
        stop_server(again)
    visitors.problems.clear()  # each failed request is an error to the console
