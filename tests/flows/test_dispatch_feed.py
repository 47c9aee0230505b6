"""The board in the feed: everybody learns of everything they may see, and of nothing else."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, event, func, insert, update

from meris import board, changes, snapshot
from meris.accounts import Policy
from meris.db import SYSTEM, Database
from meris.feed import MOST_IN_A_MESSAGE, Hub
from meris.tables import Area, Assignment, Incident, IncidentNeed, IncidentType, Request, Resource
from tests import makers
from tests.flows.following import BoardFollower, events, received

STAFF, PUBLIC = Policy(staff=True), Policy()
ALL = Policy(staff=True, everything=True)
NOTHING_GONE = {"incidents": [], "assignments": [], "areas": []}


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


def make(database, maker, *given, **values):
    with database.transaction(SYSTEM) as session:
        return maker(session, *given, **values)


def write(database, statement):
    with database.transaction(SYSTEM) as session:
        session.execute(statement)


def heard(hub, mailbox):
    """What the board's events say, one after the other."""
    hub.advance()
    return [data for name, data, _ in received(mailbox) if name == "dispatch"]


def ids(rows):
    return [row["id"] for row in rows]


def test_a_new_incident_reaches_staff_and_not_the_public(database, hub):
    staff, _ = hub.subscribe(STAFF, None)
    public, _ = hub.subscribe(PUBLIC, None)
    fire = make(database, makers.incident)
    hub.advance()
    ((name, data, cursor),) = received(staff)
    assert (name, ids(data["incidents"]), data["cursor"]) == ("dispatch", [fire], cursor)
    assert received(public) == []


def test_that_something_was_asked_for_is_told_to_staff_and_not_what(database, hub):
    site = make(database, makers.shelter)
    staff, _ = hub.subscribe(STAFF, None)
    public, _ = hub.subscribe(PUBLIC, None)
    with database.transaction(SYSTEM) as session:
        agency = session.get_one(Resource, site).agency_id
        asked = {"number": "R-1", "agency_id": agency, "deliver_to_id": site, "priority": "high"}
        session.add(Request(**asked, requested_by="Sam", requested_at=func.now(), source="web"))
    hub.advance()
    ((name, data, cursor),) = received(staff)
    assert (name, sorted(data), data["cursor"]) == ("requests", ["cursor", "now"], cursor)
    assert received(public) == []


def test_an_assignment_brings_itself_its_incident_and_its_unit(database, hub):
    fire, engine = make(database, makers.incident), make(database, makers.unit)
    mailbox, _ = hub.subscribe(STAFF, None)
    work = make(database, makers.assignment, engine, fire, "reserved")
    hub.advance()
    (first, board_data, no_cursor), (second, columns, cursor) = received(mailbox)
    assert (first, second) == ("dispatch", "change")
    assert (ids(board_data["assignments"]), ids(board_data["incidents"])) == ([work], [fire])
    assert columns["id"] == [engine]
    # the line may be cut between the two: only the last moves a reader's cursor
    assert (no_cursor, cursor) == (None, columns["cursor"])


def test_a_log_entry_and_a_need_are_news_of_their_incident(database, hub):
    fire = make(database, makers.incident)
    mailbox, _ = hub.subscribe(STAFF, None)
    make(database, makers.log_entry, fire, "Smoke showing")
    (said,) = heard(hub, mailbox)
    assert (ids(said["incidents"]), said["incidents"][0]["entries"]) == ([fire], 1)
    need = {"incident_id": fire, "rank": 1, "count": 2, "unit_types": ["engine"]}
    write(database, insert(IncidentNeed).values(need))
    assert [ids(said["incidents"]) for said in heard(hub, mailbox)] == [[fire]]
    write(database, update(IncidentNeed).values(count=3))
    assert [ids(said["incidents"]) for said in heard(hub, mailbox)] == [[fire]]
    write(database, delete(IncidentNeed))
    assert [ids(said["incidents"]) for said in heard(hub, mailbox)] == [[fire]]


def test_what_ends_is_gone(database, hub):
    fire, engine = make(database, makers.incident), make(database, makers.unit)
    work, area = make(database, makers.assignment, engine, fire), make(database, makers.area)
    mailbox, _ = hub.subscribe(STAFF, None)
    now = datetime.now(UTC)
    ended = {"status": "released", "status_at": now}
    closed = {"status": "closed", "closed_at": now, "closed_by": "D", "close_reason": "completed"}
    with database.transaction(SYSTEM) as session:
        session.execute(update(Assignment).values(ended))
        session.execute(update(Incident).values(closed))
        session.execute(delete(Area))
    (said,) = heard(hub, mailbox)
    assert said["gone"] == {"incidents": [fire], "assignments": [work], "areas": [area]}
    assert (said["incidents"], said["assignments"], said["areas"]) == ([], [], [])


def test_a_row_made_and_ended_between_two_readings_is_told_to_nobody(database):
    with database.reading() as session:
        before = changes.now(session)
    area = make(database, makers.area)
    write(database, delete(Area).where(Area.id == area))
    with database.reading() as session:
        found = board.news(session, before, changes.now(session), most=500)
        assert found.areas == {area: None}
        assert not board.says_something(board.changed(session, ALL, found))


def test_what_is_hidden_takes_along_what_hangs_on_it(database, hub):
    fire, engine = make(database, makers.incident), make(database, makers.unit)
    work = make(database, makers.assignment, engine, fire)
    area = make(database, makers.area, incident_id=fire)
    staff, _ = hub.subscribe(STAFF, None)
    everyone, _ = hub.subscribe(ALL, None)
    write(database, update(Incident).values(sensitivity="confidential"))
    (said,) = heard(hub, staff)
    assert said["gone"] == NOTHING_GONE | {"incidents": [fire], "assignments": [work]}
    assert [(row["id"], row["incident"]) for row in said["areas"]] == [(area, None)]
    ((_, of_all, _),) = received(everyone)
    assert (of_all["gone"], ids(of_all["incidents"])) == (NOTHING_GONE, [fire])
    write(database, update(Incident).values(sensitivity="restricted"))
    (said,) = heard(hub, staff)
    assert (ids(said["incidents"]), ids(said["assignments"])) == ([fire], [work])


def test_what_was_never_shown_is_not_told_as_gone(database, hub):
    fire = make(database, makers.incident, sensitivity="confidential")
    make(database, makers.assignment, make(database, makers.unit), fire)
    area = make(database, makers.area)
    staff, _ = hub.subscribe(STAFF, None)
    public, _ = hub.subscribe(PUBLIC, None)
    ended = {"status": "cancelled", "status_at": datetime.now(UTC)}
    write(database, update(Assignment).values(ended))
    write(database, delete(Area).where(Area.id == area))
    assert [said["gone"] for said in heard(hub, staff)] == [NOTHING_GONE | {"areas": [area]}]
    assert [name for name, _, _ in received(public)] == []


def test_a_renamed_unit_is_renamed_on_the_board(database, hub):
    fire, engine = make(database, makers.incident), make(database, makers.unit)
    make(database, makers.assignment, engine, fire)
    mailbox, _ = hub.subscribe(STAFF, None)
    write(database, update(Resource).where(Resource.id == engine).values(name="Engine 12"))
    (said,) = heard(hub, mailbox)
    assert [row["unit_name"] for row in said["assignments"]] == ["Engine 12"]


def test_other_words_for_incidents_come_along(database, hub):
    mailbox, _ = hub.subscribe(STAFF, None)
    public, _ = hub.subscribe(PUBLIC, None)
    of_fire = update(IncidentType).where(IncidentType.code == "structure_fire")
    write(database, of_fire.values(title="House fire"))
    (said,) = heard(hub, mailbox)
    assert said["types"]["structure_fire"]["title"] == "House fire"
    assert received(public) == []


def test_very_much_at_once_is_fetched_and_not_pushed(database, hub):
    mailbox, _ = hub.subscribe(STAFF, None)
    with database.transaction(SYSTEM) as session:
        for _ in range(MOST_IN_A_MESSAGE + 1):
            makers.incident(session)
    (said,) = heard(hub, mailbox)
    assert (said["refetch"], "incidents" in said) == (True, False)


def test_coming_back_gives_what_was_missed_and_no_more(database, hub):
    mailbox, first = hub.subscribe(STAFF, None)
    ((_, _, cursor),) = events(first)
    hub.unsubscribe(mailbox)
    fire = make(database, makers.incident)
    again, backlog = hub.subscribe(STAFF, cursor)
    hub.advance()
    arrived = [item for item in [*events(backlog), *received(again)] if item[0] != "beat"]
    ((name, data, after),) = arrived
    assert (name, ids(data["incidents"])) == ("dispatch", [fire])
    hub.unsubscribe(again)
    _, nothing = hub.subscribe(STAFF, after)
    assert [name for name, _, _ in events(nothing)] == ["beat"]


def test_a_cursor_from_elsewhere_loads_everything_again(hub):
    _, first = hub.subscribe(STAFF, "ffffffffffff-3:3:")
    assert [name for name, _, _ in events(first)] == ["reload"]


def test_nothing_of_this_happened_costs_one_statement(database, hub):
    make(database, makers.incident)
    with database.reading() as session:
        before = changes.now(session)
    make(database, makers.shelter)
    with database.reading() as session:
        here = changes.now(session)
        counted = []
        event.listen(session.connection(), "before_cursor_execute", lambda *_: counted.append(1))
        assert not board.news(session, before, here, most=500).any
        assert len(counted) == 1


def test_what_dispatchers_write_does_not_make_the_map_be_built_anew(database):
    fire, engine = make(database, makers.incident), make(database, makers.unit)
    work = make(database, makers.assignment, engine, fire)
    maps = snapshot.Cache()
    before = maps.current(database, STAFF)
    make(database, makers.log_entry, fire, "Water on the fire")
    make(database, makers.area)
    write(database, update(Assignment).where(Assignment.id == work).values(heard_at=func.now()))
    assert maps.current(database, STAFF) is before
    write(database, update(Resource).where(Resource.id == engine).values(name="Engine 12"))
    assert maps.current(database, STAFF) is not before


def test_the_whole_board_is_kept_until_something_on_it_changes(database):
    fire = make(database, makers.incident)
    boards = board.Cache()
    before = boards.members(database, STAFF)
    make(database, makers.shelter)
    assert boards.members(database, STAFF) is before
    make(database, makers.log_entry, fire, "Water on the fire")
    assert b'"entries":1' in boards.members(database, STAFF)


def busy(database, incidents, units, seed):
    """One dispatcher: commits, moves, releases, writes, draws, and thinks better of some of it."""
    dice = random.Random(seed)
    for _ in range(40):
        fire, engine = dice.choice(incidents), units[seed]
        with database.transaction(SYSTEM) as session:
            deed = dice.choice(DEEDS)
            deed(session, dice, fire, engine)
            if dice.random() < 0.25:
                session.rollback()


def commit(session, _dice, fire, engine):
    held = session.query(Assignment.id).where(
        Assignment.resource_id == engine, Assignment.status.not_in(("released", "cancelled"))
    )
    if held.first() is None:
        makers.assignment(session, engine, fire)


def move(session, dice, _fire, engine):
    status = dice.choice(("en_route", "on_scene", "released"))
    session.execute(
        update(Assignment)
        .where(
            Assignment.resource_id == engine,
            Assignment.status.in_(("dispatched", "en_route", "on_scene")),
        )
        .values(status=status, status_at=datetime.now(UTC))
    )


def note(session, dice, fire, _engine):
    makers.log_entry(session, fire, f"Entry {dice.random()}")


def hide(session, dice, fire, _engine):
    sensitivity = dice.choice(("restricted", "confidential"))
    session.execute(
        update(Incident)
        # what changes nothing is not in the journal, but would count as a version
        .where(Incident.id == fire, Incident.sensitivity != sensitivity)
        .values(sensitivity=sensitivity)
    )


def draw(session, dice, fire, _engine):
    if dice.random() < 0.5:
        makers.area(session, incident_id=fire)
    else:
        session.execute(delete(Area).where(Area.incident_id == fire))


def differing(known, truth):
    """What a reader has otherwise than it is: which row, and read and true values."""
    return [
        (what, i, dict(read.items() - true.items()), dict(true.items() - read.items()))
        for what in truth
        for i in known[what].keys() | truth[what].keys()
        if (read := known[what].get(i, {})) != (true := truth[what].get(i, {}))
    ]


DEEDS = (commit, commit, move, move, note, hide, draw)


@pytest.mark.slow
@pytest.mark.parametrize("policy", [STAFF, ALL, PUBLIC], ids=lambda policy: policy.key)
def test_readers_that_come_and_go_end_with_the_true_board(database, hub, policy):
    """12 readers resume at random while 6 writers commit and roll back; all end with the truth."""
    with database.transaction(SYSTEM) as session:
        incidents = [makers.incident(session) for _ in range(8)]
        units = [makers.unit(session) for _ in range(6)]
        makers.area(session, sensitivity="public")
    done = threading.Event()
    with ThreadPoolExecutor(12) as following, ThreadPoolExecutor(6) as writing:
        readers = [
            following.submit(BoardFollower(database, hub, policy, seed).follow, done)
            for seed in range(12)
        ]
        writers = [writing.submit(busy, database, incidents, units, seed) for seed in range(6)]
        wait(writers)
        done.set()
        ended = [reader.result() for reader in readers]
    with database.reading() as session:
        truth = BoardFollower.as_known(board.whole(session, policy))
    assert [writer.exception() for writer in writers] == [None] * 6
    assert truth["areas"]
    assert [differing(known, truth) for known in ended] == [[]] * 12
