"""Trails: looked at for a reason that is kept, and let go in time unless on hold."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from geo.columns import as_wkb
from geo.values import Position
from meris import trails
from meris.db import SYSTEM, Database
from meris.errors import Forbidden, Invalid, NotFound
from meris.pruning import prune
from meris.tables import Notice, PositionFix, TrailView
from tests import makers
from tests.people import Cast

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
WHY = "Crew not heard of since 14:05"


def drive(session, unit, times, *, device=0):
    """Fixes of a unit on its way east, one at each time."""
    rows = [
        {
            "resource_id": unit,
            "at": at,
            "device_id": device,
            "position": as_wkb(Position(38.95, -92.33 + 0.001 * n)),
            "accuracy_m": 12.4,
            "speed_mps": 15.04,
            "course_deg": 90.0,
            "source": "owntracks",
        }
        for n, at in enumerate(times)
    ]
    session.execute(insert(PositionFix), rows)


@pytest.fixture
def engine(session, cast):
    """Rita's engine, driven for the last ten minutes."""
    unit = makers.unit(session, name="E12", agency_id=cast.viewer("rita").agency_id)
    drive(session, unit, [NOW - timedelta(minutes=10 - n) for n in range(10)])
    return unit


def seen(session, viewer, unit, reason=WHY, **options):
    span = {"from_at": NOW - HOUR, "to_at": NOW, **options}
    return trails.look(session, viewer, unit, reason=reason, **span)


def test_a_look_answers_the_way_in_order_and_is_written_down(session, cast, engine):
    dana = cast.viewer("dana")
    shown = seen(session, dana, engine)
    assert (shown.total, shown.every, len(shown.fixes)) == (10, 1, 10)
    assert [fix["lon"] for fix in shown.fixes] == [round(-92.33 + 0.001 * n, 6) for n in range(10)]
    assert shown.fixes[0]["accuracy_m"] == 12
    assert shown.fixes[0]["speed_mps"] == 15.0
    kept = session.scalars(select(TrailView)).one()
    assert (kept.viewer, kept.reason, kept.resource_id) == ("Dana", WHY, engine)
    assert kept.from_at == NOW - HOUR


def test_a_long_way_is_thinned_and_says_so_and_ends_where_the_unit_is(session, cast, engine):
    shown = seen(session, cast.viewer("dana"), engine, most=4)
    assert (shown.total, shown.every, len(shown.fixes)) == (10, 3, 4)
    assert shown.fixes[-1]["lon"] == round(-92.33 + 0.009, 6)
    again = trails.looked_again(session, cast.viewer("dana"), shown.view.id)
    assert len(again.fixes) == 10


@pytest.mark.parametrize("reason", [None, "", "   ", "why", 7, "x" * 301])
def test_nobody_looks_without_a_reason(session, cast, engine, reason):
    with pytest.raises(Invalid):
        seen(session, cast.viewer("dana"), engine, reason)
    assert session.scalars(select(TrailView)).all() == []


@pytest.mark.parametrize(
    "span",
    [
        {"from_at": NOW, "to_at": NOW},
        {"from_at": NOW - timedelta(days=8)},
        {"from_at": NOW + HOUR, "to_at": NOW + 2 * HOUR},
    ],
)
def test_a_span_has_a_beginning_and_an_end_and_no_more_than_a_week(session, cast, engine, span):
    with pytest.raises(Invalid):
        seen(session, cast.viewer("dana"), engine, **span)


@pytest.mark.parametrize("who", ["rita", "joe", "sam", "carol"])
def test_others_are_refused_and_nothing_is_written(session, cast, engine, who):
    with pytest.raises(Forbidden):
        seen(session, cast.viewer(who), engine)
    assert session.scalars(select(TrailView)).all() == []


def test_the_public_does_not_even_know_of_the_unit(session, cast, engine):
    with pytest.raises(NotFound):
        seen(session, cast.viewer("nobody"), engine)


def test_an_agencys_editor_sees_its_own_units_and_who_looked_at_them(session, cast):
    carol, joe = cast.viewer("carol"), cast.viewer("joe")
    own = makers.unit(session, agency_id=carol.agency_id)
    drive(session, own, [NOW - HOUR / 2])
    assert seen(session, carol, own).total == 1
    seen(session, cast.viewer("dana"), own, "Asked by the family's lawyer")
    told = trails.looks(session, carol, own)
    assert [(row["viewer"], row["reason"]) for row in told] == [
        ("Dana", "Asked by the family's lawyer"),
        ("Carol", WHY),
    ]
    assert trails.looks(session, joe, own) == told  # editors read histories
    with pytest.raises(Forbidden):
        trails.looks(session, cast.viewer("rita"), own)


def test_the_file_of_a_look_is_for_who_looked_and_for_an_hour(session, cast, engine):
    shown = seen(session, cast.viewer("dana"), engine)
    with pytest.raises(NotFound):
        trails.looked_again(session, cast.viewer("stella"), shown.view.id)
    old = session.scalars(
        insert(TrailView)
        .values(
            at=NOW - 2 * HOUR,
            account_id=cast.viewer("dana").account_id,
            viewer="Dana",
            resource_id=engine,
            from_at=NOW - HOUR,
            to_at=NOW,
            reason=WHY,
        )
        .returning(TrailView.id)
    ).one()
    with pytest.raises(NotFound):
        trails.looked_again(session, cast.viewer("dana"), old)


# Letting go


@pytest.fixture
def kept(fresh_database):
    database = Database.at(fresh_database.web, pool_size=4)
    yield Kept(database)
    database.dispose()


class Kept:
    """Two units' trails of five days, the oldest 33 days ago; trails are kept for 30."""

    def __init__(self, database):
        self.database = database
        self.today = NOW.date()
        self.days = [self.today - timedelta(days=n) for n in (33, 32, 31, 30, 1)]
        with database.transaction(SYSTEM) as session:
            self.units = [makers.unit(session) for _ in range(2)]
            for day in self.days:
                session.execute(select(func.position_fix_prepare(day, 1)))
            for unit in self.units:
                drive(session, unit, [noon(day) for day in self.days])

    def prune(self):
        return trails.let_go(self.database, 30)

    def fixes(self):
        """(unit, how many days ago) of every fix."""
        with self.database.reading() as session:
            rows = session.execute(select(PositionFix.resource_id, PositionFix.at))
            return sorted(
                (self.units.index(unit), (self.today - at.date()).days) for unit, at in rows
            )

    def hold(self, unit, days_ago):
        with self.database.transaction(SYSTEM) as session:
            begin = noon(self.today - timedelta(days=days_ago)) - HOUR
            return trails.hold(
                session, unit, from_at=begin, to_at=begin + 2 * HOUR, reason="Case 7", by="Ada"
            ).id


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_days_that_are_past_are_dropped_and_the_second_run_finds_nothing(kept):
    assert kept.prune() == (3, 0, 0)
    assert kept.fixes() == [(0, 1), (0, 30), (1, 1), (1, 30)]
    with kept.database.reading() as session:
        names = list(session.scalars(select(func.position_fix_past(kept.today))))
    assert f"position_fix_{kept.days[0]:%Y%m%d}" not in names
    assert kept.prune() == (0, 0, 0)


def test_what_is_on_hold_stays_and_goes_when_the_hold_is_lifted(kept):
    of_one, of_all = kept.hold(kept.units[0], 33), kept.hold(None, 31)
    assert kept.prune() == (1, 2, 0)
    past = [(0, 31), (0, 33), (1, 31)]
    assert [fix for fix in kept.fixes() if fix[1] > 30] == past
    assert kept.prune() == (0, 2, 0)
    with kept.database.transaction(SYSTEM) as session:
        assert [held.id for held, _ in trails.holds(session)] == [of_one, of_all]
        trails.lift(session, of_one)
        with pytest.raises(NotFound):
            trails.lift(session, of_one)
    assert kept.prune() == (1, 1, 0)
    assert [fix for fix in kept.fixes() if fix[1] > 30] == [(0, 31), (1, 31)]


def test_a_day_that_is_in_use_is_left_for_another_time(kept):
    with kept.database.transaction(SYSTEM) as reader:
        reader.execute(select(func.count()).select_from(PositionFix))
        assert kept.prune() == (0, 0, 3)
    assert kept.prune().dropped == 3


def test_strays_without_a_day_of_their_own_go_too(kept):
    long_ago = NOW - timedelta(days=90)
    with kept.database.transaction(SYSTEM) as session:
        drive(session, kept.units[0], [long_ago])
    kept.prune()
    assert all(days < 90 for _, days in kept.fixes())


def test_the_webs_role_cannot_drop_what_is_not_past(kept):
    part = f"position_fix_{kept.days[-1]:%Y%m%d}"
    for first_kept in (kept.today, kept.today + timedelta(days=9)):
        with pytest.raises(Exception, match="is not past"), kept.database.transaction(SYSTEM) as s:
            s.execute(select(func.position_fix_let_go(part, first_kept)))
    assert (0, 1) in kept.fixes()


def test_pruning_lets_go_of_the_rest_as_well(kept, settings):
    with kept.database.transaction(SYSTEM) as session:
        rita = Cast(session).viewer("rita").account_id
        for days in (1, 20):
            session.execute(
                insert(Notice).values(
                    account_id=rita,
                    kind="assigned",
                    subject=f"assignment/{days}",
                    title="E12",
                    body="",
                    url="/m",
                    created_at=NOW - timedelta(days=days),
                    expires_at=NOW - timedelta(days=days) + HOUR,
                )
            )
    done = prune(kept.database, settings)
    assert (done["days of trails"], done["notices"]) == (3, 1)
    assert not any(prune(kept.database, settings).values())
