"""What has to be confirmed comes in the order in which it matters, to one person at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from meris import age_limits, counts, freshness, snapshot
from meris.dispatch.rules import mark
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.freshness import Asked
from meris.freshness.ages import in_words
from meris.tables import ContactTry, Resource, StatusCode, UnitPosition
from tests import makers
from tests.phones import HOME, minutes_ago


@pytest.fixture
def dana(cast):
    return cast.viewer("dana")


def due(session, viewer, **asked):
    session.expire_all()
    return freshness.worklist(session, viewer, Asked(**asked), datetime.now(UTC))[0]


def row(session, viewer, one):
    session.expire_all()
    [found] = freshness.rows_of(session, viewer, [one], datetime.now(UTC))
    return found


def old(session, hours, **values):
    """A shelter that was confirmed so many hours ago, in Boone County unless said otherwise."""
    return makers.shelter(session, confirmed_at=minutes_ago(60 * hours), **values)


def test_shelters_in_use_come_first_by_people_and_lateness(session, dana):
    few = old(session, 6, population_total=10)
    many = old(session, 5, population_total=300)
    full = old(session, 5, population_total=300, status="full")
    never = makers.shelter(session, confirmed_at=None)
    ready = old(session, 90, status="standby")
    site = makers.supply_site(session, confirmed_at=minutes_ago(60 * 24 * 9))
    closed = old(session, 24 * 300, status="closed")
    old(session, 1, population_total=500)
    assert due(session, dana) == [never, full, many, few, ready, site, closed]


def test_what_is_about_to_be_too_old_is_on_the_list_and_says_so(session, dana):
    soon = old(session, 3.8)
    assert due(session, dana) == [soon]
    [reason] = row(session, dana, soon).reasons
    assert (reason.group, reason.late, reason.limit_minutes) == ("status", False, 240)


def test_an_old_count_is_a_reason_though_all_was_confirmed(session, dana):
    one = old(session, 1, population_total=40, population_general=40, counted_at=minutes_ago(1500))
    assert due(session, dana) == [one]
    [reason] = row(session, dana, one).reasons
    assert (reason.group, reason.late) == ("people", True)
    version = row(session, dana, one).version
    freshness.still_true(session, dana, one, version=version, home=HOME)
    assert due(session, dana) == []
    newest = counts.latest(session, one)
    assert (newest.total, newest.general, newest.source) == (40, 40, "confirmed")


def test_the_list_is_narrowed_and_units_are_on_it_when_asked(session, cast, dana):
    here = old(session, 9)
    there = old(session, 9, county_fips="29077", agency_id=cast.viewer("joe").agency_id)
    unit = makers.unit(session, confirmed_at=minutes_ago(60 * 20))
    assert sorted(due(session, dana)) == [here, there]
    assert due(session, dana, county_fips="29077") == [there]
    assert due(session, dana, agency_id=cast.viewer("joe").agency_id) == [there]
    assert due(session, dana, kind="unit") == [unit]
    assert due(session, dana, kind="supply_site") == []


def test_hidden_sites_are_nowhere_on_it(session, dana):
    other = makers.agency(session, "Haven")
    hidden = old(session, 9, sensitivity="confidential", agency_id=other)
    assert due(session, dana) == []
    assert freshness.total(session, dana, Asked(), datetime.now(UTC)) == 0
    for act in (freshness.take, freshness.let_go):
        with pytest.raises(NotFound):
            act(session, dana, hidden)


def test_pages_follow_one_another_without_a_gap(session, dana):
    every = [old(session, 30 + n, status="standby") for n in range(60)][::-1]
    pages = [due(session, dana, page=page) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert [one for page in pages for one in page] == every
    assert freshness.total(session, dana, Asked(), datetime.now(UTC)) == 60


def test_nobody_answers_and_it_comes_back_later_each_time(session, dana):
    one = old(session, 9)
    waits = []
    for _ in range(6):
        again = freshness.cannot_reach(session, dana, one, home=HOME, note="Line busy")
        waits.append(round((again - datetime.now(UTC)) / timedelta(minutes=1)))
    assert waits == [15, 30, 60, 120, 240, 240]
    assert due(session, dana) == []
    assert due(session, dana, show="waiting") == [one]
    told = row(session, dana, one)
    assert (told.missed, told.missed_by) == (6, "Dana")
    assert told.next_at is not None
    freshness.still_true(session, dana, one, version=told.version, home=HOME)
    assert due(session, dana, show="waiting") == []
    assert row(session, dana, one).missed == 0
    assert [tried.outcome for tried in freshness.tries(session, one)][:2] == [
        "still_true",
        "cannot_reach",
    ]


def test_two_people_do_not_have_the_same_site_in_hand(session, cast, dana):
    carol = cast.viewer("carol")
    one = old(session, 9)
    hand = freshness.take(session, dana, one)
    assert hand.until - datetime.now(UTC) > timedelta(minutes=9)
    with pytest.raises(Conflict, match="Dana has"):
        freshness.take(session, carol, one)
    freshness.let_go(session, carol, one)
    assert row(session, carol, one).hand.name == "Dana"
    assert freshness.mine(session, dana) == [one]
    freshness.take(session, dana, one)
    session.execute(text("UPDATE contact_turn SET until = now() - interval '1 second'"))
    assert freshness.take(session, carol, one).name == "Carol"
    assert freshness.mine(session, dana) == []


def test_who_may_not_confirm_it_takes_and_says_nothing(session, cast):
    one = old(session, 9)
    joe, rita = cast.viewer("joe"), cast.viewer("rita")
    for viewer in (joe, rita):
        with pytest.raises(Forbidden):
            freshness.take(session, viewer, one)
        with pytest.raises(Forbidden):
            freshness.cannot_reach(session, viewer, one, home=HOME)
        assert row(session, viewer, one).editable is False


def test_a_change_meanwhile_is_told_and_confirms_nothing(session, dana):
    one = old(session, 9)
    seen = row(session, dana, one).version
    session.execute(update(Resource).where(Resource.id == one).values(city="Ashland"))
    with pytest.raises(Conflict):
        freshness.still_true(session, dana, one, version=seen, home=HOME)
    assert session.scalars(select(ContactTry.id)).all() == []


def test_a_try_is_never_written_anew(session, dana):
    freshness.cannot_reach(session, dana, old(session, 9), home=HOME)
    with (
        pytest.raises(DBAPIError, match=r"permission denied|never changed"),
        session.begin_nested(),
    ):
        session.execute(text("UPDATE contact_try SET note = 'x'"))


def test_whom_to_call_begins_with_who_is_there(session, cast, dana):
    one = old(
        session,
        9,
        contact_phone="(573) 555-0100",
        contact_name="Office",
        manager_phone="(573) 555-0101",
        manager_role="Shelter manager",
    )
    assert row(session, dana, one).calls[:2] == [
        ("Shelter manager", "(573) 555-0101"),
        ("Office", "(573) 555-0100"),
    ]


def test_the_limits_are_the_installations(session, cast, dana):
    stella = cast.viewer("stella")
    one = old(session, 2)
    assert due(session, dana) == []
    now = dict(freshness.ages_shown(session))
    assert now["status.shelter.open"] == "4 h"
    typed = now | {"status.shelter.open": "90 minutes", "position.unit.en_route": ""}
    assert freshness.save_ages(session, stella, typed, seen=mark(now)) == 2
    limits = age_limits.every(session)
    assert limits["shelter", "open"].status == 90
    assert limits["unit", "en_route"].position is None
    assert due(session, dana) == [one]
    stale = (
        select(snapshot.is_stale(snapshot.is_live()))
        .select_from(Resource)
        .join(StatusCode, snapshot.OF_STATUS)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
    )
    assert session.scalar(stale.where(Resource.id == one)) is True
    with pytest.raises(Conflict):
        freshness.save_ages(session, stella, typed, seen=mark(now))


@pytest.mark.parametrize("wrong", ["", "4", "h", "0 h", "-4 h", "4 weeks", "99999 d", "4.5 h"])
def test_a_limit_that_cannot_be_meant_is_refused(session, cast, wrong):
    now = dict(freshness.ages_shown(session))
    typed = now | {"status.shelter.open": wrong}
    with pytest.raises(Invalid, match="like 30 min, 4 h or 7 d"):
        freshness.save_ages(session, cast.viewer("stella"), typed, seen=mark(now))


def test_only_who_keeps_the_rules_changes_limits(session, dana):
    now = dict(freshness.ages_shown(session))
    with pytest.raises(Forbidden):
        freshness.save_ages(session, dana, now, seen=mark(now))


@pytest.mark.parametrize(
    ("minutes", "words"), [(10, "10 min"), (240, "4 h"), (1440, "1 d"), (90, "90 min"), (None, "")]
)
def test_limits_are_said_in_the_largest_unit(minutes, words):
    assert in_words(minutes) == words


def test_the_worklist_walks_the_index(session, dana):
    for n in range(300):
        makers.shelter(session, status="closed", confirmed_at=minutes_ago(n))
    session.execute(text("ANALYZE resource"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.scalars(
        text(
            "EXPLAIN SELECT id FROM resource WHERE kind = 'shelter' AND status = 'closed'"
            " AND confirmed_at <= now() - interval '1 day'"
            " ORDER BY confirmed_at NULLS FIRST, id LIMIT 26"
        )
    ).all()
    assert "ix_resource_due" in "\n".join(plan)
    assert "Sort" not in "\n".join(plan)
