"""Map, list, details and scorecard believe a resource for the same time."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from meris import resources, snapshot
from meris.accounts import Policy, Viewer
from meris.tables import Resource, StatusCode, UnitPosition
from tests import makers

EVERYTHING = Policy(staff=True, everything=True)
STELLA = Viewer("Stella", roles=frozenset({"state"}))
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
#: Of an open shelter, which may be believed for four hours.
CASES = {
    "just confirmed": ({"confirmed_at": NOW}, False),
    "confirmed long ago": ({"confirmed_at": NOW - 5 * HOUR}, True),
    "never confirmed": ({"confirmed_at": None}, True),
    "no longer in its agency's file": (
        {"confirmed_at": NOW, "unreported_at": NOW - HOUR / 60},
        True,
    ),
    "never confirmed and no longer in the file": (
        {"confirmed_at": None, "unreported_at": NOW - HOUR},
        True,
    ),
}


def by_query(session, resource_id):
    statement = (
        select(snapshot.is_stale(snapshot.is_live()))
        .select_from(Resource)
        .join(StatusCode, snapshot.OF_STATUS)
        .outerjoin(UnitPosition, UnitPosition.resource_id == Resource.id)
        .where(Resource.id == resource_id)
    )
    return session.scalar(statement)


def by_map(session):
    columns = snapshot.whole(session, EVERYTHING)
    (minutes,) = columns["stale_at"]
    at = None if minutes is None else snapshot.EPOCH_2020 + 60 * (columns["stale_base"] + minutes)
    return at is None or at <= time.time()


def by_time(shown):
    return shown is None or datetime.fromisoformat(shown) <= datetime.now(UTC)


@pytest.mark.parametrize("case", CASES)
def test_everybody_believes_a_shelter_for_the_same_time(session, case):
    values, stale = CASES[case]
    made = makers.shelter(session, **values)
    (brief,) = resources.briefs(session, STELLA, [made])
    detail = resources.detail(session, STELLA, made)
    told = [
        by_query(session, made),
        by_map(session),
        by_time(brief["stale_at"]),
        by_time(detail["stale_at"]),
    ]
    assert told == [stale] * 4


def test_a_device_that_fell_silent_makes_its_unit_stale(session):
    unit = makers.unit(session, position_at=NOW - HOUR)
    makers.fix(session, unit, makers.COLUMBIA, NOW - HOUR / 2)
    assert by_query(session, unit)
    assert by_map(session)
