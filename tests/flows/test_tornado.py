"""The tornado exercise, played by consoles that log in to a server like people do."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from geo.gazetteer import Gazetteer
from geo.values import Position
from meris.db import SYSTEM
from meris.demo import tornado
from meris.demo.console import Console
from meris.demo.ground import Ground
from meris.demo.story import Story
from meris.errors import Refused
from tests import makers, people

UNITS = 60
KINDS = ("engine", "ambulance_als", "patrol", "rescue", "sar_team", "public_works_truck")


@pytest.fixture(scope="module")
def ready(live_server):
    """Crews along the track, and two people who dispatch."""
    database = live_server.database()
    with database.transaction(SYSTEM) as session:
        for who in ("dana", "stella"):
            people.account(session, who)
        for n in range(UNITS):
            makers.unit(session, at=Position(37.1, -94.5 + n * 0.02), type=KINDS[n % len(KINDS)])
    yield database
    database.dispose()


def console(server, who, password=people.PASSWORD):
    made = Console(server.url)
    made.log_in(people.email(who), password)
    return made


def test_forty_calls_are_worked_and_nobody_is_sent_twice(live_server, ready):
    gazetteer = Gazetteer.load("MO")
    story = Story.of(gazetteer, Ground(gazetteer, scale=1))
    consoles = [console(live_server, "dana"), console(live_server, "stella")]
    played = tornado.play(consoles, story, seed=29, speed=1_200)
    assert played.counts["incidents"] == 40
    assert played.counts["failed"] == played.counts["refused"] == 0
    assert played.counts["sent"] >= UNITS / 2
    with ready.reading() as session:
        disagree = text(
            "SELECT count(*) FROM assignment a JOIN resource r ON r.id = a.resource_id"
            " WHERE assignment_unit_status(a.status) IS DISTINCT FROM r.status"
            " AND a.status NOT IN ('released', 'cancelled')"
        )
        assert session.scalar(disagree) == 0
        statuses = set(session.scalars(text("SELECT DISTINCT status FROM incident")))
    assert {"active", "closed"} <= statuses
    assert "40 incidents in 4 counties" in played.lines()[0]


@pytest.mark.browser
def test_the_board_and_the_map_show_what_the_tornado_left(visitors, ready):
    with ready.reading() as session:
        still = session.scalar(text("SELECT count(*) FROM incident WHERE status <> 'closed'"))
    page = visitors.page("dana")
    page.goto("/board")
    expect(page.locator("tbody tr[data-id]")).to_have_count(still)
    page.goto("/#at=9/37.1/-94.2")
    expect(page.locator("#rail")).to_contain_text(f"Incidents{still}")


def test_a_wrong_password_is_said(live_server, ready):
    with pytest.raises(Refused, match="cannot log in"):
        console(live_server, "dana", "not the pass phrase at all")


def test_where_nobody_answers_that_is_said():
    with pytest.raises(Refused, match="Nobody answers"):
        Console("http://127.0.0.1:9").log_in("a@b.example", "x")
