"""When something happened that a phone tells later, whatever its clock does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meris.errors import Invalid
from meris.phone import clock
from meris.phone.report import Report, read_batch

NOON = datetime(2026, 5, 22, 12, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@given(
    wrong=st.timedeltas(timedelta(days=-900), timedelta(days=900)),
    waited=st.timedeltas(timedelta(), timedelta(hours=72)),
)
def test_a_wrong_clock_does_not_matter_as_long_as_nobody_sets_it(wrong, waited):
    tapped = NOON - waited
    assert clock.happened(tapped + wrong, NOON + wrong, NOON) == tapped


def test_three_hours_fast_and_set_back_before_sending_is_not_in_the_future():
    said = NOON - 5 * MINUTE + 3 * HOUR
    assert clock.happened(said, NOON, NOON) == NOON


def test_what_was_said_first_was_not_later_than_what_was_said_after_it():
    fast, right = NOON, NOON - 3 * MINUTE
    assert clock.in_order([fast, fast, right, NOON]) == [right, right, right, NOON]


def test_it_was_not_before_what_the_phone_showed_had_happened():
    shown = (NOON - HOUR).isoformat()
    assert clock.not_before(NOON - 3 * HOUR, shown, NOON) == NOON - HOUR
    assert clock.not_before(NOON - MINUTE, shown, NOON) == NOON - MINUTE


@pytest.mark.parametrize("shown", [None, "", "never", 12, (NOON + HOUR).isoformat()])
def test_what_was_shown_cannot_move_it_past_its_arrival(shown):
    assert NOON - HOUR <= clock.not_before(NOON - HOUR, shown, NOON) <= NOON


@pytest.mark.parametrize(
    "text",
    [None, 5, "", "noon", "2026-05-22T12:00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59Z"],
)
def test_a_time_without_a_zone_or_beyond_all_years_is_refused(text):
    with pytest.raises(Invalid, match="Check the phone's clock"):
        clock.read(text)


def test_a_time_is_read_with_any_zone():
    assert clock.read("2026-05-22T07:00:00.250-05:00") == NOON + timedelta(milliseconds=250)
    assert clock.read("2026-05-22T12:00:00Z") == NOON


def test_a_clock_that_was_slow_and_is_set_right_keeps_the_order_and_the_causes():
    """Said at 09:00 by a slow clock, then it was set; the page had shown 11:50 by our clock."""
    raw = {
        "sent_at": NOON.isoformat(),
        "reports": [
            _raw(NOON - 3 * HOUR, {"status_at": (NOON - 10 * MINUTE).isoformat()}),
            _raw(NOON - 2 * MINUTE, None),
        ],
    }
    first, second = (one.happened_at for one in read_batch(raw, NOON).reports)
    assert (first, second) == (NOON - 10 * MINUTE, NOON - 2 * MINUTE)


def test_a_clock_set_back_between_two_taps_keeps_their_order():
    raw = {
        "sent_at": NOON.isoformat(),
        "reports": [_raw(NOON + 3 * HOUR, None), _raw(NOON - 4 * MINUTE, None)],
    }
    assert [one.happened_at for one in read_batch(raw, NOON).reports] == [NOON - 4 * MINUTE] * 2


def _raw(said_at, base):
    return {"key": "a-key-of-mine", "kind": "log", "said_at": said_at.isoformat(), "base": base}


SECOND = timedelta(seconds=1)


def test_a_slow_line_turns_no_order_around():
    """The first was five seconds on its way, the next a tenth of one."""
    last, said = NOON, NOON - 5 * SECOND
    late = NOON - 3 * SECOND
    assert clock.not_before_the_last(late, said + 2 * SECOND, last, said) == last
    # said before the last one, by the same clock: another phone of the same person
    assert clock.not_before_the_last(late, said - 2 * SECOND, last, said) == late
    # no line is that slow: the clock was set in between
    hours = NOON - 3 * HOUR
    assert clock.not_before_the_last(hours, said + 2 * SECOND, last, said) == hours
    assert clock.not_before_the_last(NOON + SECOND, said, last, said) == NOON + SECOND


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        {},
        {"key": "short"},
        {"key": 5, "kind": "log", "said_at": NOON.isoformat()},
        _raw(NOON, None) | {"kind": "x" * 50},
        _raw(NOON, None) | {"kind": None},
        _raw(NOON, None) | {"subject": "E12"},
        _raw(NOON, None) | {"subject": True},
        _raw(NOON, None) | {"subject": "9" * 30},
        _raw(NOON, None) | {"said_at": "noon"},
        _raw(NOON, None) | {"body": []},
        _raw(NOON, None) | {"body": {"text": "a\x00b"}},
        _raw(NOON, None) | {"body": {"text": "\ud800"}},
        _raw(NOON, None) | {"body": {"n": float("nan")}},
        _raw(NOON, None) | {"body": {"text": "x" * 5000}},
    ],
)
def test_what_is_no_report_stops_no_other_report(broken):
    batch = read_batch({"sent_at": NOON.isoformat(), "reports": [broken, _raw(NOON, None)]}, NOON)
    bad, good = batch.reports
    assert not isinstance(bad, Report)
    assert bad.why.endswith((".", "again."))
    assert isinstance(good, Report)


@pytest.mark.parametrize(
    "batch",
    [
        {},
        {"sent_at": NOON.isoformat()},
        {"sent_at": NOON.isoformat(), "reports": []},
        {"sent_at": NOON.isoformat(), "reports": [_raw(NOON, None)] * 51},
        {"reports": [_raw(NOON, None)]},
    ],
)
def test_a_batch_that_cannot_be_read_is_refused_whole(batch):
    with pytest.raises(Invalid):
        read_batch(batch, NOON)
