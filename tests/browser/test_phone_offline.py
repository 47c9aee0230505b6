"""No signal: what was said is kept, sent once and in order; two opinions stand side by side."""

from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from meris.tables import Assignment, PhoneReport, Resource, Role, ShelterCount
from tests import makers
from tests.browser.phones import (
    PHONE,
    back,
    cut,
    forgive_the_line,
    kept,
    kept_text,
    move,
    queued,
    ready,
    until,
)
from tests.browser.screens import writing
from tests.people import account

pytestmark = pytest.mark.browser

_EARLIER = timedelta(minutes=10)


@pytest.fixture(scope="module")
def rita_s(live_server):
    """Engine 12, which Rita is on duty on and sent to a fire with, and a shelter that she keeps."""
    with writing(live_server) as session:
        rita = account(session, "rita")
        keeper = session.scalars(select(Role).where(Role.name == "shelter_manager")).one()
        rita.roles.append(keeper)
        then = datetime.now(UTC) - _EARLIER
        engine = makers.unit(session, name="Engine 12", agency_id=rita.agency_id, status_at=then)
        shelter = makers.shelter(session, name="Armory", agency_id=rita.agency_id, status_at=then)
        makers.duty(session, rita.id, engine, started_at=then)
        makers.assignment(session, engine, makers.incident(session), status_at=then)
        return engine, shelter


@pytest.fixture
def rita(visitors, rita_s):
    """Rita's phone with her pages kept."""
    page = visitors.page("rita", viewport=PHONE)
    page.goto(f"/m/shelter/{rita_s[1]}")
    kept(page, "/m", "/m/queue", f"/m/shelter/{rita_s[1]}")
    yield page
    forgive_the_line(visitors.problems)


def reports(live_server):
    """What the server has taken: kind, body and when it happened, in the order of arrival."""
    with writing(live_server) as session:
        rows = session.scalars(select(PhoneReport).order_by(PhoneReport.received_at)).all()
        return [(row.kind, row.body, row.outcome, row.happened_at) for row in rows]


def test_what_was_said_without_a_signal_arrives_once_in_order_at_its_time(
    rita, rita_s, live_server
):
    engine, shelter = rita_s
    cut(rita)
    rita.goto("/m")
    ready(rita)
    expect(rita.locator("#banner")).to_contain_text("offline")
    tapped = []
    rita.locator("#respond button").click()
    expect(rita.locator("#status-now .word")).to_have_text("En route")
    expect(rita.locator("#status-pending")).to_have_text("Waiting to send")
    tapped.append(datetime.now(UTC))
    move(rita, "On scene")
    tapped.append(datetime.now(UTC))
    move(rita, "Available")
    tapped.append(datetime.now(UTC))
    rita.goto(f"/m/shelter/{shelter}")
    ready(rita)
    rita.locator("#count-general").fill("31")
    rita.locator("#count-pets").fill("4")
    rita.get_by_role("button", name="Report the count").dblclick()
    until(rita, lambda: queued(rita) == 4)
    tapped.append(datetime.now(UTC))
    assert reports(live_server) == []

    # the page is closed, opened again, and says what it holds
    context = rita.context
    rita.close()
    again = context.new_page()
    again.goto("/m/queue")
    ready(again)
    waiting = again.locator("#queue-waiting li")
    expect(waiting).to_have_count(4)
    expect(waiting.nth(3)).to_contain_text("Count: 31 general, 4 pets")
    again.goto("/m")
    expect(again.locator("#status-now .word")).to_have_text("Available")
    expect(again.locator("#banner")).to_contain_text("offline")

    other = context.new_page()  # two tabs, one outbox
    other.goto("/m/queue")
    ready(other)
    back(again)
    until(again, lambda: queued(again) == 0 and len(reports(live_server)) == 4)
    expect(other.locator("#queue-waiting .none")).to_be_visible()
    arrived = reports(live_server)
    assert [(kind, body, outcome) for kind, body, outcome, _ in arrived] == [
        ("respond", {}, "applied"),
        ("unit_status", {"status": "on_scene"}, "applied"),
        ("unit_status", {"status": "available"}, "applied"),
        ("shelter_count", {"general": 31, "pets": 4, "period": arrived[3][1]["period"]}, "applied"),
    ]
    for (*_, happened), moment in zip(arrived, tapped, strict=True):
        assert abs(happened - moment) < timedelta(seconds=20)
    with writing(live_server) as session:
        unit = session.get_one(Resource, engine)
        assert (unit.status, unit.status_by) == ("available", "Rita")
        # the time of the tap by the server's clock, and not that of the arrival
        assert unit.status_at == arrived[2][3]
        held = session.scalars(select(Assignment)).one()
        assert (held.en_route_at, held.on_scene_at) == (arrived[0][3], arrived[1][3])
        counts = session.scalars(select(ShelterCount).where(ShelterCount.source == "phone")).all()
        assert [(one.general, one.pets, one.at) for one in counts] == [(31, 4, arrived[3][3])]
    expect(again.locator("#status-pending")).to_be_hidden()
    expect(again.locator("#banner")).not_to_contain_text("offline")


def change_status(dana, engine, status):
    """By the panel's own call, as a dispatcher would."""
    dana.goto("/board/units")
    return dana.evaluate(
        """async ([id, status]) => {
          const token = document.querySelector('meta[name=csrf-token]').content;
          const known = await (await fetch(`/api/resources/${id}`)).json();
          const version = known.version ?? known.resource.version;
          const answer = await fetch(`/api/resources/${id}`, {
            method: 'PATCH', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token },
            body: JSON.stringify({ version, set: { status } }),
          });
          return [answer.status, await answer.text()];
        }""",
        [engine, status],
    )


def test_what_contradicts_a_dispatcher_stands_side_by_side(rita, rita_s, live_server, visitors):
    engine, _ = rita_s
    rita.goto("/m")
    ready(rita)
    cut(rita)
    move(rita, "On scene")
    dana = visitors.page("dana")
    assert change_status(dana, engine, "staged") == [200, ANY]
    back(rita)
    rita.goto("/m/queue")
    conflict = rita.locator("#queue-conflict li")
    expect(conflict).to_have_count(1)
    expect(conflict.locator("[data-slot=theirs]")).to_contain_text("Staged")
    expect(conflict.locator("[data-slot=theirs-when]")).to_contain_text("by Dana")
    expect(conflict.locator("[data-slot=mine]")).to_contain_text("On scene")
    with writing(live_server) as session:
        assert session.get_one(Resource, engine).status == "staged"

    conflict.get_by_role("button", name="Use mine").click()
    expect(rita.locator("#queue-conflict .none")).to_be_visible()
    until(rita, lambda: queued(rita) == 0)
    with writing(live_server) as session:
        unit = session.get_one(Resource, engine)
        assert (unit.status, unit.status_by) == ("on_scene", "Rita")

    # and once more, where the other side is right
    cut(rita)
    rita.goto("/m")
    ready(rita)
    move(rita, "Available")
    assert change_status(dana, engine, "returning") == [200, ANY]
    back(rita)
    rita.goto("/m/queue")
    conflict.get_by_role("button", name="Keep theirs").click()
    expect(rita.locator("#queue-conflict .none")).to_be_visible()
    assert queued(rita) == 0
    with writing(live_server) as session:
        assert session.get_one(Resource, engine).status == "returning"


def test_a_chosen_language_is_spoken_without_a_signal_too(rita):
    rita.goto("/m/me")
    ready(rita)
    rita.get_by_role("link", name="Español").click()
    expect(rita.get_by_role("heading", name="Este teléfono")).to_be_visible()
    until(rita, lambda: '<html lang="en"' not in kept_text(rita))
    cut(rita)
    rita.goto("/m")
    ready(rita)
    expect(rita.locator("html")).to_have_attribute("lang", "es")
    expect(rita.locator("#banner")).to_contain_text("sin conexión")
    rita.locator("#moves-other > summary").click()
    rita.locator("#out-reasons button").first.click()
    expect(rita.locator("#status-now .word")).to_have_text("Fuera de servicio: Mecánica")
    expect(rita.locator("#status-pending")).to_have_text("Por enviar")
    expect(rita.locator("#status-now time")).to_have_count(1)
