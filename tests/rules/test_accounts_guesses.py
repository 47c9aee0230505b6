"""How often a password may be tried: always again, but less and less often."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from meris.accounts import guesses

WHO = guesses.key("password", "carol@boone.example")


def grow_older(session, by):
    session.execute(text("UPDATE log_in_failure SET at = at - :by"), {"by": by})


def fail(session, times):
    """So many failures, each as soon as it is allowed."""
    for _ in range(times):
        wait = guesses.count_try(session, WHO)
        if wait is not None:
            grow_older(session, wait)
            assert guesses.count_try(session, WHO) is None


def test_the_first_tries_cost_nothing(session):
    assert [guesses.count_try(session, WHO) for _ in range(guesses.FREE)] == [None] * guesses.FREE
    assert guesses.count_try(session, WHO) > timedelta(0)


def test_a_refused_try_is_not_counted(session):
    fail(session, guesses.FREE)
    first = guesses.count_try(session, WHO)
    again = guesses.count_try(session, WHO)
    assert again <= first <= timedelta(seconds=1)


def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour():
    waits = [guesses.wait_after(n).total_seconds() for n in range(guesses.FREE, guesses.FREE + 12)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_after_a_hundred_in_a_row_there_is_one_try_a_day_and_never_none(session):
    fail(session, guesses.MOST)
    wait = guesses.count_try(session, WHO)
    assert timedelta(hours=23) < wait <= timedelta(days=1)
    grow_older(session, timedelta(days=1))
    assert guesses.count_try(session, WHO) is None


def test_a_success_starts_the_count_anew(session):
    fail(session, 30)
    guesses.forget(session, WHO)
    assert guesses.count_try(session, WHO) is None


def test_others_are_not_slowed_down(session):
    fail(session, 20)
    assert guesses.count_try(session, guesses.key("password", "joe@greene.example")) is None


def test_old_failures_are_removed(session):
    fail(session, 3)
    grow_older(session, timedelta(days=31))
    guesses.prune(session)
    assert session.scalar(text("SELECT count(*) FROM log_in_failure")) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (59, "59 seconds"),
        (121, "3 minutes"),
        (900, "15 minutes"),
        (86400, "24 hours"),
    ],
)
def test_waits_in_words(seconds, words):
    assert guesses.in_words(timedelta(seconds=seconds)) == words
