"""Minimum cover: who counts, where there is a hole, and what a dispatch would strip."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import Range

from meris.dispatch import cover
from meris.tables import CoverRule
from meris.tables.places import region_county
from tests import makers

BOONE, COLE, ADAIR = "29019", "29051", "29001"
NOW = datetime.now(UTC)


@pytest.fixture
def rule(session):
    """Makes a rule; Boone County and engines unless said otherwise."""

    def make(minimum, *kinds, **where):
        row = {"unit_types": list(kinds or ["engine"]), "minimum": minimum}
        row |= where or {"county_fips": BOONE}
        return session.scalars(insert(CoverRule).values(row).returning(CoverRule.id)).one()

    return make


def available(session, viewer=None):
    return [(hole.rule_id, hole.available) for hole in cover.holes(session, viewer)]


def test_only_who_can_be_sent_counts(session, rule):
    number = rule(9)
    for status in ("available", "staged", "returning", "out_of_service", "off_duty"):
        makers.unit(session, status=status)
    makers.unit(session, type="ladder")
    makers.unit(session, county_fips=COLE)
    makers.unit(session, at=None)
    held, was_held, booked = (makers.unit(session) for _ in range(3))
    fire = makers.incident(session)
    makers.assignment(session, held, fire, "reserved")
    past = Range(NOW - timedelta(hours=1), NOW - timedelta(minutes=1))
    makers.assignment(session, was_held, fire, "reserved", during=past)
    later = Range(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    makers.assignment(session, booked, fire, "reserved", booked=True, during=later)
    # available, staged, the one without a place, whose hold ran out, and who is booked
    assert available(session) == [(number, 5)]


def test_enough_is_no_hole(session, rule):
    rule(2)
    makers.unit(session)
    assert len(cover.holes(session)) == 1
    makers.unit(session)
    assert cover.holes(session) == []


def test_a_region_is_all_its_counties(session, rule):
    region = session.scalar(
        select(region_county.c.region_id).where(region_county.c.county_fips == BOONE).limit(1)
    )
    inside = session.scalars(
        select(region_county.c.county_fips).where(region_county.c.region_id == region)
    ).all()
    rule(3, region_id=region)
    for fips in inside[:2]:
        makers.unit(session, county_fips=fips)
    makers.unit(session, county_fips=next(f for f in (ADAIR, COLE, "29077") if f not in inside))
    (hole,) = cover.holes(session)
    assert (hole.available, set(hole.county_fips)) == (2, set(inside))
    assert hole.text == f"{hole.title}: 2 of 3 engines"


def test_a_dispatch_strips_what_it_takes_from(session, rule):
    boone = rule(2, "engine", "ladder")
    rule(1, county_fips=COLE)
    units = [makers.unit(session) for _ in range(3)]
    ladder = makers.unit(session, type="ladder")
    assert cover.stripped_by(session, units[:2]) == []
    (hole,) = cover.stripped_by(session, [*units[:2], ladder])
    assert (hole.rule_id, hole.before, hole.available) == (boone, 4, 1)
    # whoever is sent already is not taken once more
    makers.assignment(session, units[0], makers.incident(session))
    (hole,) = cover.stripped_by(session, [*units[:2], ladder])
    assert (hole.before, hole.available) == (3, 1)


def test_a_hole_gets_deeper(session, rule):
    number = rule(5)
    unit = makers.unit(session)
    (hole,) = cover.stripped_by(session, [unit])
    assert (hole.rule_id, hole.before, hole.available) == (number, 1, 0)


def test_the_worst_comes_first(session, rule):
    slight, grave = rule(1), rule(4, county_fips=COLE)
    assert [number for number, _ in available(session)] == [grave, slight]


def test_nobody_counts_what_they_may_not_see(session, rule, cast):
    rule(2)
    other = makers.agency(session, "Secret Service")
    for _ in range(2):
        makers.unit(session, sensitivity="confidential", agency_id=other)
    assert available(session, cast.viewer("stella")) == []
    assert [have for _, have in available(session, cast.viewer("dana"))] == [0]
