"""One answer for all who ask the same at once: never older than what the asker could have seen."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from meris import changes
from meris.db import SYSTEM, Database
from meris.web import shared
from meris.web.shared import Shared
from tests import makers


@pytest.fixture
def database(fresh_database):
    database = Database.at(fresh_database.web)
    yield database
    database.dispose()


@pytest.fixture
def one_moment(database, monkeypatch):
    """Every session sees one moment: a write of another test's database moves the cluster's on."""
    with database.reading() as session:
        moment = changes.now(session)
    monkeypatch.setattr(shared.changes, "now", lambda session: moment)


def test_the_same_question_at_one_moment_is_worked_out_once(database, one_moment):
    answers, made = Shared(), []
    with database.reading() as session, database.reading() as other:
        first = answers.answer("all", session, lambda: made.append(1) or b"1")
        assert answers.answer("all", other, lambda: made.append(2) or b"2") == first
        assert answers.answer("staff", other, lambda: b"3") == b"3"
    assert made == [1]


def test_what_was_written_since_is_in_the_answer(database):
    answers = Shared()
    with database.reading() as session:
        answers.answer("all", session, lambda: b"old")
    with database.transaction(SYSTEM) as session:
        makers.incident(session)
    with database.reading() as session:
        assert answers.answer("all", session, lambda: b"new") == b"new"


def test_who_looks_at_an_older_moment_may_have_the_newer_answer(database):
    answers = Shared()
    with database.reading() as early:
        early.connection()
        answers.answer("else", early, lambda: b"")
        with database.transaction(SYSTEM) as session:
            makers.incident(session)
        with database.reading() as late:
            answers.answer("all", late, lambda: b"new")
        assert answers.answer("all", early, lambda: b"old") == b"new"


def test_an_answer_does_not_outlive_the_clock(database, monkeypatch):
    answers = Shared()
    monkeypatch.setattr(shared, "_SECONDS", -1.0)
    with database.reading() as session:
        assert answers.answer("all", session, lambda: b"1") == b"1"
        assert answers.answer("all", session, lambda: b"2") == b"2"


def test_those_who_ask_while_it_is_worked_out_wait_for_it(database, one_moment):
    answers, begun, go, made = Shared(), Event(), Event(), []

    def slow():
        made.append(1)
        begun.set()
        assert go.wait(20)
        return b"1"

    def ask(make):
        with database.reading() as session:
            return answers.answer("all", session, make)

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask, slow)
        assert begun.wait(20)
        others = [pool.submit(ask, lambda: made.append(2) or b"2") for _ in range(3)]
        go.set()
        assert {one.result(20) for one in (first, *others)} == {b"1"}
    assert made == [1]


def test_only_so_many_answers_are_kept(database):
    answers = Shared()
    with database.reading() as session:
        for n in range(200):
            answers.answer(n, session, lambda: b"")
    assert len(answers._answers) == shared._MOST
