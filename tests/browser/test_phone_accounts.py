"""One phone, two people: nothing kept for one of them is ever shown to, or sent by, the other."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from meris.tables import PhoneReport
from tests import makers, people
from tests.browser.phones import (
    PHONE,
    back,
    cut,
    forgive_the_line,
    kept,
    kept_text,
    queued,
    ready,
    until,
)
from tests.browser.screens import writing
from tests.people import account

pytestmark = pytest.mark.browser

DATABASES = "indexedDB.databases().then((all) => all.map(({ name }) => name))"


@pytest.fixture(scope="module")
def crews(live_server):
    """Rita on Engine 12, and an engine and a shelter of Sam's agency."""
    with writing(live_server) as session:
        rita, sam = account(session, "rita"), account(session, "sam")
        engine = makers.unit(session, name="Engine 12", agency_id=rita.agency_id)
        makers.duty(session, rita.id, engine)
        makers.shelter(session, name="Armory", agency_id=sam.agency_id)


@pytest.fixture
def phone(visitors, crews):
    """A phone in Rita's hands, with one report that could not be sent."""
    page = visitors.page("rita", viewport=PHONE)
    page.goto("/m")
    kept(page)
    cut(page)
    page.locator("#moves-other > summary").click()
    page.locator("#moves-more .move").first.click()
    until(page, lambda: queued(page) == 1)
    yield page
    page.goto("about:blank")
    forgive_the_line(visitors.problems)


def reported_by(live_server):
    """The accounts whose reports the server has taken, in order."""
    with writing(live_server) as session:
        rows = session.scalars(select(PhoneReport).order_by(PhoneReport.received_at))
        names = {account(session, who).id: who for who in ("rita", "sam")}
        return [names[row.account_id] for row in rows if row.account_id in names]


def log_in(page, who, onward):
    """By the log-in page; the one before has neither logged out nor been told."""
    page.context.clear_cookies(name="meris")
    page.goto(f"/log-in?next={onward}")
    page.locator("input[name=email]").fill(people.email(who))
    page.locator("input[name=password]").fill(people.PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/log-in" not in url)


def test_another_log_in_sees_and_sends_nothing_of_the_one_before(phone, live_server):
    # without a line the phone goes on showing Rita her own page
    phone.reload()
    expect(phone.locator("#bar")).to_contain_text("Engine 12")
    # Sam logs in elsewhere on the site, and the line dies before any of his pages has come
    phone.context.clear_cookies(name="meris")
    phone.goto("about:blank")
    back(phone)
    log_in(phone, "sam", "/account")
    cut(phone)
    phone.goto("/m")
    expect(phone.get_by_role("heading")).to_have_text("No connection")
    assert "Engine 12" not in phone.content()

    back(phone)
    phone.goto("/m/queue")
    kept(phone)
    assert queued(phone) == 0
    expect(phone.locator("#queue-waiting .none")).to_be_visible()
    stored = kept_text(phone)
    assert "Armory" in stored or "Sam" in stored
    assert "Engine 12" not in stored
    assert "Rita" not in stored
    assert reported_by(live_server) == []

    # Rita comes back to what she has said, and it is sent as hers
    log_in(phone, "rita", "/m")
    ready(phone)
    until(phone, lambda: reported_by(live_server) == ["rita"])
    assert "Sam" not in kept_text(phone)


def test_a_page_of_the_one_before_lets_go_when_somebody_else_logs_in(phone, live_server):
    before = len(reported_by(live_server))
    other = phone.context.new_page()
    phone.context.clear_cookies(name="meris")
    back(phone)
    log_in(other, "sam", "/account")
    # Rita's page wakes up with Sam's log-in: it sends nothing and goes
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator("body")).not_to_contain_text("Engine 12")
    assert "Engine 12" not in kept_text(phone)
    assert "sam" not in reported_by(live_server)[before:]


def test_an_expired_log_in_keeps_what_was_said(phone, live_server):
    before = len(reported_by(live_server))
    phone.context.clear_cookies(name="meris")
    back(phone)
    link = phone.locator("#banner-link")
    expect(phone.locator("#banner")).to_contain_text("Log in again to send 1 report")
    link.click()
    phone.locator("input[name=email]").fill(people.email("rita"))
    phone.locator("input[name=password]").fill(people.PASSWORD)
    phone.locator("input[name=password]").press("Enter")
    until(phone, lambda: len(reported_by(live_server)) == before + 1)


def test_logging_out_asks_for_what_is_not_sent_and_clears_the_phone(phone, live_server):
    before = len(reported_by(live_server))
    phone.goto("/m/me")
    ready(phone)
    out = phone.locator("form[data-logout] button")
    out.click()
    dialog = phone.locator("#log-out-dialog")
    expect(dialog).to_contain_text("1 report not sent")
    dialog.get_by_role("button", name="Stay").click()
    expect(phone.locator("#tab-badge")).to_have_text("1")

    out.click()
    dialog.get_by_role("button", name="Send first").click()
    expect(phone.locator("#said")).to_contain_text("could not be sent")

    out.click()
    dialog.get_by_role("button", name="Discard and log out").click()
    expect(phone.locator("h1")).to_have_text("This phone is cleared")
    assert kept_text(phone) == ""
    assert [name for name in phone.evaluate(DATABASES) if name.startswith("meris")] == []

    # the server hears of it as soon as it can be reached
    back(phone)
    phone.goto("/m")
    phone.wait_for_url("**/log-in**")
    phone.goto("/account")
    assert "/log-in" in phone.url
    assert len(reported_by(live_server)) == before
