"""An upload's work from outside: what others see meanwhile, whose turn it is, and a server that
ends in the middle."""

import threading

import pytest
from sqlalchemy import event, func, select, text

from meris import uploads
from meris.db import Actor, Database, engine_at
from meris.errors import Conflict, Refused
from meris.fields import Home
from meris.tables import Resource, Upload
from meris.uploads import Decisions, keep, progress, review, run, turns
from tests import makers
from tests.rules.sending import CAROL, THREE
from tests.rules.tables_of_text import csv_bytes


@pytest.fixture
def engine(fresh_database):
    engine = engine_at(fresh_database.web)
    yield engine
    engine.dispose()


@pytest.fixture
def world(engine):
    return Database(engine)


@pytest.fixture
def upload_id(world):
    return received(world)


def received(world, table=THREE):
    with world.transaction(CAROL) as session:
        sent = uploads.receive(
            session,
            CAROL,
            agency_id=makers.agency(session),
            kind="shelter",
            filename="list.csv",
            content=csv_bytes(table),
        )
    run.check(world, CAROL, sent.upload_id, Home.of(), Decisions())
    return sent.upload_id


def line(world, upload_id):
    with world.reading() as session:
        return review.line_of(session, upload_id)


def resources(world):
    with world.reading() as session:
        return session.scalar(select(func.count()).select_from(Resource))


OTHERS = """
    external_id | name       | status | latitude | longitude | city
    B-1         | Rock Lodge | open   | 37.20896 | -93.29230 | Springfield
"""


class Stop(Exception):  # noqa: N818  # what happens, not that it is wrong
    """The server ends here."""


def during(engine, beginning, what):
    """Call `what` before the first statement that begins so."""
    done = []

    @event.listens_for(engine, "before_cursor_execute")
    def _look(_connection, _cursor, statement, *_):
        if statement.startswith(beginning) and not done:
            done.append(True)
            what()

    return done


def test_others_see_that_it_is_being_applied_and_how_far(engine, world, upload_id):
    seen = []

    def look():
        with world.reading() as session:
            seen.append((line(world, upload_id).state, progress.of(session, upload_id)))

    assert line(world, upload_id).state == "received"
    during(engine, "INSERT INTO resource", look)
    run.apply(world, CAROL, upload_id, Home.of())
    ((state, step),) = seen
    assert (state, step.step, step.total) == ("applying", "writing", 2)
    assert line(world, upload_id).state == "applied"
    with world.reading() as session:
        assert progress.of(session, upload_id) is None


def test_a_check_tells_how_many_rows_are_done(engine, world, monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS_APART", 0)
    told = []
    real = progress.Progress._tell
    monkeypatch.setattr(
        progress.Progress,
        "_tell",
        lambda self, statement, **values: told.append(values) or real(self, statement, **values),
    )
    rows = [f"B-{n} | Barn {n} | open" for n in range(600)]
    received(world, "\n".join(["external_id | name | status", *rows]))
    checking = [one["done"] for one in told if one.get("step") == "checking"]
    assert checking == [0, 250, 500]
    assert [one["total"] for one in told if one.get("step") == "checking"] == [600] * 3


def test_telling_never_fails_the_work(engine, world, upload_id, fresh_database):
    owner = engine_at(fresh_database.owner)
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE upload_progress"))
    run.apply(world, CAROL, upload_id, Home.of())
    assert line(world, upload_id).state == "applied"
    owner.dispose()


def test_a_server_that_ends_in_the_middle_leaves_everything_as_it_was(engine, world, upload_id):
    def end():
        raise Stop

    during(engine, "INSERT INTO shelter", end)
    with pytest.raises(Stop):
        run.apply(world, CAROL, upload_id, Home.of())
    interrupted = line(world, upload_id)
    assert (interrupted.state, interrupted.upload.state) == ("interrupted", "applying")
    assert resources(world) == 0
    run.apply(world, CAROL, upload_id, Home.of())
    assert (line(world, upload_id).state, resources(world)) == ("applied", 3)


def test_an_interrupted_upload_may_be_checked_again(engine, world, upload_id):
    def end():
        raise Stop

    during(engine, "INSERT INTO shelter", end)
    with pytest.raises(Stop):
        run.apply(world, CAROL, upload_id, Home.of())
    run.check(world, CAROL, upload_id, Home.of(), Decisions())
    assert line(world, upload_id).state == "received"


def test_a_refused_upload_waits_as_before_and_says_why(world):
    upload_id = received(world, THREE.replace("200", "200+"))
    with pytest.raises(Refused):
        run.apply(world, CAROL, upload_id, Home.of())
    refused = line(world, upload_id)
    assert refused.state == "received"
    assert refused.upload.summary["stopped"]["message"].startswith("1 of 3 rows of list.csv")
    assert refused.upload.summary["stopped"]["by"] == "Carol"
    run.apply(world, CAROL, upload_id, Home.of(), only_valid=True)
    with world.reading() as session:
        assert keep.rows(session, upload_id, fate="refused")[0].number == 2
    assert resources(world) == 2


def test_nobody_else_applies_or_checks_it_meanwhile(engine, world, upload_id):
    problems = []

    def meddle():
        for work in (run.apply, run.check):
            given = (Decisions(),) if work is run.check else ()
            with pytest.raises(Conflict) as refused:
                work(world, CAROL, upload_id, Home.of(), *given)
            problems.append(refused.value.message)

    # a check waits for the row's lock: the work must not hold it while it writes resources
    during(engine, "INSERT INTO resource", meddle)
    run.apply(world, CAROL, upload_id, Home.of())
    assert "being applied at this moment" in problems[0]
    assert "is being applied" in problems[1]
    assert resources(world) == 3


def test_an_agencys_uploads_wait_for_each_other(engine, world, upload_id):
    other = received(world, OTHERS)
    waiting = threading.Thread(target=run.apply, args=(world, CAROL, other, Home.of()))
    states = []

    def begin_other():
        waiting.start()
        waiting.join(1.5)
        states.append((waiting.is_alive(), line(world, other).state))

    during(engine, "INSERT INTO resource", begin_other)
    run.apply(world, CAROL, upload_id, Home.of())
    waiting.join(30)
    assert states == [(True, "applying")]
    assert line(world, other).state == "applied"


def test_who_waits_too_long_is_told(engine, world, upload_id, monkeypatch):
    other = received(world, OTHERS)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 1)
    problems = []

    def meddle():
        with pytest.raises(Conflict) as refused:
            run.apply(world, CAROL, other, Home.of())
        problems.append(refused.value.message)

    during(engine, "INSERT INTO resource", meddle)
    run.apply(world, CAROL, upload_id, Home.of())
    assert problems == [
        "Another file of Boone County OEM is still being applied. Wait for its result, then try "
        "again."
    ]
    assert line(world, other).state == "received"


def test_decisions_may_build_on_those_before(world, upload_id):
    def with_repair(upload):
        decided = review.decisions_of(upload)
        return uploads.Decisions(constants={**decided.constants, "notes": "from Carol"})

    run.check(world, CAROL, upload_id, Home.of(), with_repair)
    with world.reading() as session:
        assert review.decisions_of(session.get(Upload, upload_id)).constants == {
            "notes": "from Carol"
        }


def test_undo_is_told_and_done(world, upload_id):
    run.apply(world, CAROL, upload_id, Home.of())
    with pytest.raises(Refused, match="more than 0 days ago"):
        run.undo(world, CAROL, upload_id, days=0)
    assert run.undo(world, CAROL, upload_id).removed == 3
    assert (line(world, upload_id).state, resources(world)) == ("undone", 0)


def test_the_list_is_read_page_by_page(world, upload_id):
    others = [received(world) for _ in range(3)]
    run.apply(world, CAROL, upload_id, Home.of())
    with world.reading() as session:
        newest = review.listed(session, limit=2)
        assert [one.upload.id for one in newest] == others[:0:-1]
        older = review.listed(session, before=newest[-1].upload.id)
        assert [one.upload.id for one in older] == [others[0], upload_id]
        applied = review.listed(session, state="applied", kind="shelter")
        assert [one.upload.id for one in applied] == [upload_id]


def test_who_sent_it_is_known_by_their_agency(world):
    with world.transaction(CAROL) as session:
        sema = makers.agency(session, "State Emergency Management Agency", kind="state")
        stella = Actor(None, sema, "Stella")
        sent = uploads.receive(
            session,
            stella,
            agency_id=makers.agency(session),
            kind="shelter",
            filename="list.csv",
            content=csv_bytes(THREE),
        )
    assert line(world, sent.upload_id).sender == "State Emergency Management Agency"
