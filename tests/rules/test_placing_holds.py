"""Beds held for people on their way: never more than are free, longer once, free when run out."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from meris import counts, shelters
from meris.errors import Conflict, Forbidden, Invalid, NotFound
from meris.phone.near import sites
from meris.placing import holds
from meris.placing.holds import Terms
from meris.tables import BedHold, Change, Shelter, ShelterDeparture
from tests import makers

TERMS = Terms()


@pytest.fixture
def gym(session, cast):
    """A shelter of Boone County with 20 of 100 beds free."""
    return makers.shelter(
        session,
        agency_id=cast.account("sam").agency_id,
        name="Gym",
        evacuation_capacity=100,
        population_total=80,
        counted_at=datetime.now(UTC) - timedelta(minutes=30),
    )


def free(session, shelter_id):
    session.expire_all()
    return session.scalar(select(shelters.places_free()).where(Shelter.resource_id == shelter_id))


def hold(session, viewer, shelter_id, people, **given):
    return holds.hold(session, viewer, shelter_id, people, terms=TERMS, **given)


def run_out(session, held):
    """As though it had been made an hour ago."""
    ago = datetime.now(UTC) - timedelta(hours=1)
    session.execute(
        update(BedHold)
        .where(BedHold.id == held.hold.id)
        .values(held_at=ago, held_until=ago + TERMS.length)
    )


def test_held_beds_are_not_free_and_too_many_are_refused(session, dana, gym):
    held = hold(session, dana, gym, 12, wheelchair=2)
    assert held.hold.held_until - held.hold.held_at == timedelta(minutes=30)
    assert (held.state, held.told()["may_extend"]) == ("running", True)
    assert free(session, gym) == 8
    with pytest.raises(Conflict, match=r"8 beds are free at Gym: 12 are held until \d\d:\d\d\."):
        hold(session, dana, gym, 9)
    hold(session, dana, gym, 8)
    assert free(session, gym) == 0
    with pytest.raises(Conflict, match="No bed is free"):
        hold(session, dana, gym, 1)


def test_everybody_reads_the_same_free_beds(session, dana, gym):
    hold(session, dana, gym, 12)
    [near] = sites(session, dana, makers.COLUMBIA, kinds=("shelter",))
    assert near.free == free(session, gym) == 8


def test_what_has_run_out_holds_nothing(session, dana, gym):
    first = hold(session, dana, gym, 20)
    run_out(session, first)
    assert free(session, gym) == 20
    again = hold(session, dana, gym, 20)
    session.expire_all()
    swept = session.get_one(BedHold, first.hold.id)
    assert (swept.outcome, swept.ended_at, swept.ended_by) == (
        "expired",
        swept.held_until,
        "MERIS",
    )
    assert [one.hold.id for one in holds.running(session, dana)] == [again.hold.id]
    for late in (holds.extend, holds.arrive, holds.release):
        with pytest.raises(Conflict, match="ran out at"):
            late(session, dana, first.hold.id, terms=TERMS)


def test_a_hold_is_made_longer_once(session, dana, gym):
    held = hold(session, dana, gym, 5)
    until = held.hold.held_until
    longer = holds.extend(session, dana, held.hold.id, terms=TERMS)
    assert longer.hold.held_until == until + TERMS.length
    assert not longer.told()["may_extend"]
    with pytest.raises(Conflict, match="made longer already"):
        holds.extend(session, dana, held.hold.id, terms=TERMS)


def test_who_has_arrived_takes_beds_until_the_next_count(session, cast, gym):
    dana, sam = cast.viewer("dana"), cast.viewer("sam")
    held = hold(session, dana, gym, 12, wheelchair=6)
    there = holds.arrive(session, sam, held.hold.id, terms=TERMS, people=5)
    assert (there.state, there.hold.people, there.hold.wheelchair) == ("arrived", 5, 5)
    assert (there.hold.held_by, there.hold.ended_by) == ("Dana", "Sam")
    assert free(session, gym) == 15
    run_out(session, held)
    assert free(session, gym) == 15
    counts.take(session, sam, gym, counts.Count(general=85), at=datetime.now(UTC))
    assert free(session, gym) == 15
    assert shelters.promised(session, [gym]) == {}
    with pytest.raises(Conflict, match="arrived already, says Sam"):
        holds.release(session, dana, held.hold.id, terms=TERMS)


def test_a_count_from_before_they_came_does_not_hold_them(session, cast, gym):
    sam = cast.viewer("sam")
    held = hold(session, sam, gym, 5)
    before = datetime.now(UTC)
    holds.arrive(session, sam, held.hold.id, terms=TERMS)
    counts.take(session, sam, gym, counts.Count(general=80), at=before)
    assert free(session, gym) == 15


def test_beds_let_go_are_free(session, dana, gym):
    held = hold(session, dana, gym, 12)
    assert holds.release(session, dana, held.hold.id, terms=TERMS).state == "released"
    assert free(session, gym) == 20
    with pytest.raises(Conflict, match="let go already"):
        holds.extend(session, dana, held.hold.id, terms=TERMS)


def test_more_than_were_held_for_do_not_arrive(session, dana, gym):
    held = hold(session, dana, gym, 12)
    for people in (0, 13):
        with pytest.raises(Invalid, match="held for 12"):
            holds.arrive(session, dana, held.hold.id, terms=TERMS, people=people)


def test_people_on_their_way_from_another_shelter_have_their_beds(session, dana, cast, gym):
    other = makers.shelter(session, evacuation_capacity=50)
    left = datetime.now(UTC) - timedelta(minutes=5)
    row = {"from_id": other, "to_id": gym, "people": 14, "left_at": left, "by_name": "Sam"}
    session.add(ShelterDeparture(**row))
    session.flush()
    assert free(session, gym) == 6
    assert shelters.promised(session, [gym, other])[gym].coming == 14
    with pytest.raises(Conflict, match="6 beds are free"):
        hold(session, dana, gym, 7)
    counts.take(session, cast.viewer("sam"), gym, counts.Count(general=94), at=datetime.now(UTC))
    assert free(session, gym) == 6


def test_unknown_beds_are_not_held(session, cast, dana):
    made = makers.shelter(session, name="Hall", evacuation_capacity=100)
    with pytest.raises(Invalid, match="Nobody knows how many beds are free at Hall"):
        hold(session, dana, made, 1)
    assert free(session, made) is None


@pytest.mark.parametrize("status", ["closed", "standby", "full", "unknown", "consolidating"])
def test_a_shelter_that_is_not_open_holds_no_beds(session, dana, status):
    people = 0 if status == "closed" else 10
    made = makers.shelter(session, status=status, evacuation_capacity=100, population_total=people)
    with pytest.raises(Invalid, match="takes nobody in"):
        hold(session, dana, made, 1)


def test_a_double_click_holds_once(session, cast, dana, gym):
    first = hold(session, dana, gym, 12, key="k-1")
    assert hold(session, dana, gym, 12, key="k-1").hold.id == first.hold.id
    assert free(session, gym) == 8
    holds.release(session, dana, first.hold.id, terms=TERMS)
    assert hold(session, dana, gym, 12, key="k-1").state == "released"
    other = makers.shelter(session, evacuation_capacity=100, population_total=0)
    for viewer, shelter, people in (
        (dana, other, 12),
        (dana, gym, 11),
        (cast.viewer("rita"), gym, 12),
    ):
        with pytest.raises(Conflict, match="sent for something else"):
            hold(session, viewer, shelter, people, key="k-1")


def test_who_may_hold_and_who_may_change_a_hold(session, cast, gym):
    elsewhere = makers.shelter(
        session,
        agency_id=makers.agency(session, "Greene County OEM"),
        evacuation_capacity=50,
        population_total=0,
    )
    for who in ("dana", "carol", "rita", "stella", "ada"):
        assert hold(session, cast.viewer(who), elsewhere, 1).may_move, who
    hold(session, cast.viewer("sam"), gym, 1)
    with pytest.raises(Forbidden, match="may not hold beds"):
        hold(session, cast.viewer("sam"), elsewhere, 1)
    mine = hold(session, cast.viewer("rita"), gym, 1)
    with pytest.raises(Forbidden, match="Rita may, Boone County OEM and dispatchers"):
        holds.release(session, cast.viewer("joe"), mine.hold.id, terms=TERMS)
    [seen] = [one for one in holds.running(session, cast.viewer("joe")) if one.hold is mine.hold]
    assert not seen.told()["may_move"]
    for who in ("rita", "sam", "carol", "dana"):
        assert [
            one.may_move
            for one in holds.of_shelter(session, cast.viewer(who), gym)
            if one.hold is mine.hold
        ] == [True], who


def test_a_hidden_shelter_holds_nothing_for_who_may_not_know_it(session, cast):
    hidden = makers.shelter(
        session,
        sensitivity="confidential",
        agency_id=cast.account("carol").agency_id,
        evacuation_capacity=50,
        population_total=0,
    )
    held = hold(session, cast.viewer("carol"), hidden, 3)
    rita = cast.viewer("rita")
    said = []
    for shelter in (hidden, 10**9):
        with pytest.raises(NotFound) as refusal:
            hold(session, rita, shelter, 1)
        said.append(refusal.value.message)
        with pytest.raises(NotFound) as refusal:
            holds.of_shelter(session, rita, shelter)
        said.append(refusal.value.message)
    assert len(set(said)) == 1
    assert holds.running(session, rita) == []
    for hold_id in (held.hold.id, 10**9):
        for move in (holds.extend, holds.arrive, holds.release):
            with pytest.raises(NotFound, match="no such hold"):
                move(session, rita, hold_id, terms=TERMS)


def test_a_hold_is_journalled_and_moves_no_version(session, dana, gym):
    held = hold(session, dana, gym, 12)
    row = session.scalar(select(Change).where(Change.table_name == "bed_hold"))
    assert (row.resource_id, row.operation, row.after["people"]) == (gym, "I", 12)
    assert held.shelter.version == 1
