"""The hub: every client learns of everything it may see, however often it goes away."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from meris import changes, snapshot
from meris.accounts import Policy
from meris.db import SYSTEM, Database
from meris.feed import MOST_IN_A_MESSAGE, Hub
from meris.feed import hub as hub_module
from meris.fields import age_limit_minutes, limit_minutes
from meris.tables import Agency, Resource
from tests import makers
from tests.flows.following import Follower, events, received

STAFF = Policy(staff=True)


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web, pool_size=20)
    yield database
    database.dispose()


@pytest.fixture
def hub(database):
    hub = Hub(database)
    yield hub
    hub.stop()


def test_a_change_reaches_those_who_may_see_it(database, hub):
    staff, _ = hub.subscribe(STAFF, None)
    public, _ = hub.subscribe(Policy(), None)
    with database.transaction(SYSTEM) as session:
        shelter = makers.shelter(session, sensitivity="restricted")
    hub.advance()
    ((event, columns, cursor),) = received(staff)
    assert (event, columns["id"], columns["cursor"]) == ("change", [shelter], cursor)
    assert received(public) == []


def test_a_bulk_load_is_one_message_that_says_catch_up(database, hub):
    mailbox, _ = hub.subscribe(STAFF, None)
    with database.reading() as session:
        before = snapshot.whole(session, STAFF)["cursor"]
    with database.transaction(SYSTEM) as session:
        agency = makers.agency(session)
        session.execute(
            Resource.__table__.insert(),
            [
                {"kind": "unit", "status": "available", "name": f"U{n}", "agency_id": agency}
                for n in range(MOST_IN_A_MESSAGE + 1)
            ],
        )
    hub.advance()
    assert [event for event, _, _ in received(mailbox)] == ["catchup"]
    with database.reading() as session:
        news = snapshot.since(session, STAFF, before)
    assert (news["full"], len(news["id"])) == (False, MOST_IN_A_MESSAGE + 1)


def test_a_renamed_agency_makes_everybody_fetch_the_names(database, hub):
    with database.transaction(SYSTEM) as session:
        makers.shelter(session)
    mailbox, _ = hub.subscribe(STAFF, None)
    with database.transaction(SYSTEM) as session:
        session.execute(update(Agency).values(name="Boone County Joint Communications"))
    hub.advance()
    assert [event for event, _, _ in received(mailbox)] == ["catchup"]


def test_a_position_of_a_unit_reaches_the_feed_without_the_journal(database, hub):
    # its status is believed for five minutes more, which moving does not alter
    confirmed = datetime.now(UTC) - timedelta(minutes=age_limit_minutes("unit", "available") - 5)
    confirmed = confirmed.replace(second=59, microsecond=700_000)  # where a cast would round up
    with database.transaction(SYSTEM) as session:
        unit = makers.unit(session, confirmed_at=confirmed)
    staff, _ = hub.subscribe(STAFF, None)
    public, _ = hub.subscribe(Policy(), None)
    at = datetime.now(UTC).replace(microsecond=0)
    with database.transaction(SYSTEM) as session:
        makers.fix(session, unit, makers.SPRINGFIELD, at)
    hub.advance()
    ((event, told, cursor),) = received(staff)
    assert (event, told["cursor"]) == ("moved", cursor)
    ((*line, stale_at, holds),) = told["units"]
    assert holds == limit_minutes("unit", "available", "position")
    assert line == [unit, 37.20896, -93.2923, at.timestamp(), None, None, None]
    with database.reading() as session:
        whole = snapshot.whole(session, STAFF)
    # the browser takes the earlier of the two, as the map of the server does
    assert stale_at < (int(at.timestamp()) - snapshot.EPOCH_2020) // 60 + 10
    assert whole["stale_base"] + whole["stale_at"][0] == stale_at
    assert received(public) == []


def test_positions_are_told_once_a_second_and_who_resumes_meanwhile_loses_none(
    database, hub, monkeypatch
):
    monkeypatch.setattr(hub_module, "MOVED_SECONDS", 3600.0)
    with database.transaction(SYSTEM) as session:
        one, other = makers.unit(session), makers.unit(session)
    mailbox, _ = hub.subscribe(STAFF, None)
    with database.transaction(SYSTEM) as session:
        makers.fix(session, one, makers.SPRINGFIELD)
    hub.advance()
    with database.transaction(SYSTEM) as session:
        makers.fix(session, other, makers.SPRINGFIELD)
        makers.shelter(session)
    hub.advance()
    moved, change = received(mailbox)
    assert [moved[0], change[0]] == ["moved", "change"]
    # the line breaks now: the cursor of the last event is before what was held back
    _, backlog = hub.subscribe(STAFF, change[2])
    units = [told["units"] for event, told, _ in events(backlog) if event == "moved"]
    assert [[line[0] for line in lines] for lines in units] == [[other]]


def test_a_thousand_units_that_move_are_not_a_reason_to_catch_up(database, hub):
    with database.transaction(SYSTEM) as session:
        units = [makers.unit(session) for _ in range(MOST_IN_A_MESSAGE + 1)]
    mailbox, _ = hub.subscribe(STAFF, None)
    with database.transaction(SYSTEM) as session:
        for unit in units:
            makers.fix(session, unit, makers.SPRINGFIELD)
    hub.advance()
    ((event, told, _),) = received(mailbox)
    assert (event, sorted(line[0] for line in told["units"])) == ("moved", units)


def test_a_place_told_by_hand_is_not_overruled_by_an_older_fix(database, hub):
    with database.transaction(SYSTEM) as session:
        unit = makers.unit(session, position_at=datetime.now(UTC) + timedelta(minutes=1))
    mailbox, _ = hub.subscribe(STAFF, None)
    with database.transaction(SYSTEM) as session:
        makers.fix(session, unit, makers.SPRINGFIELD)
    hub.advance()
    assert received(mailbox) == []


def test_resuming_gives_what_was_missed_and_no_more(database, hub):
    mailbox, first = hub.subscribe(STAFF, None)
    ((_, _, cursor),) = events(first)
    hub.unsubscribe(mailbox)
    with database.transaction(SYSTEM) as session:
        shelter = makers.shelter(session)
    again, backlog = hub.subscribe(STAFF, cursor)
    hub.advance()
    # what the hub had read comes first, what it reads later by the mailbox: once altogether
    arrived = list(events(backlog)) + received(again)
    ((event, columns, after),) = [item for item in arrived if item[0] != "beat"]
    assert (event, columns["id"]) == ("change", [shelter])
    hub.unsubscribe(again)
    _, nothing = hub.subscribe(STAFF, after)
    assert [event for event, _, _ in events(nothing)] == ["beat"]


def test_who_comes_while_the_journal_is_read_misses_nothing(database, hub, monkeypatch):
    """The only one of a policy subscribes after the hub has asked who is there."""
    hub.advance()
    with database.transaction(SYSTEM) as session:
        shelter = makers.shelter(session, sensitivity="public")
    late = []
    read = changes.news

    def reading(*given, **options):
        if not late:
            late.append(None)  # its own backlog is read by the same function
            late[0], _ = hub.subscribe(Policy(), str(hub._cursor))
        return read(*given, **options)

    monkeypatch.setattr(changes, "news", reading)
    hub.subscribe(STAFF, None)
    hub.advance()
    assert [columns["id"] for _, columns, _ in received(late[0])] == [[shelter]]


@pytest.mark.parametrize("cursor", ["nonsense", "ffffffffffff-3:3:"])
def test_a_cursor_from_elsewhere_is_told_to_reload(hub, cursor):
    _, first = hub.subscribe(STAFF, cursor)
    assert [event for event, _, _ in events(first)] == ["reload"]


def test_a_client_that_does_not_read_is_told_to_catch_up(database, hub):
    mailbox, _ = hub.subscribe(STAFF, None)
    with database.transaction(SYSTEM) as session:
        shelter = makers.shelter(session)
    for _ in range(205):
        with database.transaction(SYSTEM) as session:
            session.execute(
                update(Resource).where(Resource.id == shelter).values(notes=func.random())
            )
        hub.advance()
    kinds = [event for event, _, _ in received(mailbox)]
    assert kinds[0] == "catchup"
    assert len(kinds) < 200


def write(database, ids, seed):
    dice = random.Random(seed)
    for _ in range(60):
        with database.transaction(SYSTEM) as session:
            status = dice.choice(("open", "full", "standby", "alert"))
            session.execute(
                update(Resource).where(Resource.id == dice.choice(ids)).values(status=status)
            )
            if dice.random() < 0.2:
                session.rollback()


@pytest.mark.slow
def test_clients_that_come_and_go_end_with_the_true_map(database, hub):
    """20 clients resume at random while 8 writers commit and roll back; all end with the truth."""
    with database.transaction(SYSTEM) as session:
        ids = [makers.shelter(session) for _ in range(40)]
    done = threading.Event()
    with ThreadPoolExecutor(20) as following, ThreadPoolExecutor(8) as writing:
        followers = [
            following.submit(Follower(database, hub, STAFF, seed).follow, done)
            for seed in range(20)
        ]
        writers = [writing.submit(write, database, ids, seed) for seed in range(8)]
        wait(writers)
        done.set()
        ended = [follower.result() for follower in followers]
    with database.reading() as session:
        truth = dict(session.execute(select(Resource.id, Resource.status)).all())
    assert [writer.exception() for writer in writers] == [None] * 8
    assert ended == [truth] * 20
