"""A whole area: it adds up, nobody goes where they do not fit, and what is short is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.values import Position
from meris.errors import Invalid, NotFound
from meris.fields import Home
from meris.placing import plan
from meris.placing.allocate import Group, Room, allocate, parted
from meris.placing.fit import NEEDS
from tests import makers

HOME = Home.of()
#: Beside the area of `makers.area`, which ends at 39.05 north.
NORTH = Position(39.10, -92.33)
GOOD = {
    "evacuation_capacity": 100,
    "population_total": 0,
    "wheelchair_accessible": True,
    "generator": True,
    "pet_policy": "cohabit",
}

positions = st.builds(Position, st.floats(36, 40), st.floats(-95, -90))
groups = st.lists(
    st.builds(Group, st.just("Town"), positions, st.integers(0, 400)), min_size=1, max_size=6
)
needs = st.sampled_from(["", *NEEDS])
rooms = st.lists(
    st.builds(
        Room,
        st.integers(1, 10**6),
        positions,
        st.integers(0, 300),
        st.frozensets(needs),
        st.dictionaries(needs, st.integers(0, 50), max_size=2),
    ),
    max_size=8,
    unique_by=lambda room: room.id,
)
mixes = st.dictionaries(st.sampled_from(NEEDS), st.integers(0, 60))


@given(groups, rooms, mixes)
def test_it_adds_up(groups, rooms, mix):
    total = sum(group.people for group in groups)
    made = allocate(groups, rooms, mix)
    placed = dict.fromkeys(("", *NEEDS), 0)
    for one in made.placed:
        placed[one.need] += one.people
    # everybody is placed or short, by need
    asked, left = {}, total
    for need, people in mix.items():
        asked[need] = min(people, left)
        left -= asked[need]
    for need, people in {**asked, "": left}.items():
        assert placed[need] + made.short[need] == people
    for number, group in enumerate(groups):
        assert sum(one.people for one in made.placed if one.group == number) <= group.people


@given(groups, rooms, mixes)
def test_no_bed_is_given_twice_nor_left_empty_beside_who_is_short(groups, rooms, mix):
    made = allocate(groups, rooms, mix)
    for room in rooms:
        here = [one for one in made.placed if one.room == room.id]
        assert all(one.people > 0 and one.need in room.meets for one in here)
        assert sum(one.people for one in here) <= room.free
        for need, most in room.most.items():
            assert sum(one.people for one in here if one.need == need) <= max(most, 0)
        for need in room.meets - room.most.keys():
            if made.short.get(need):
                assert sum(one.people for one in here) == room.free


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.integers(0, 20_000))
def test_parts_are_the_whole_and_never_more_than_there_is(weights, total):
    parts = parted(total, weights)
    if sum(weights):
        assert sum(parts) == total
    if total <= sum(weights):
        assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


def test_the_nearest_first_and_the_scarce_beds_for_who_needs_them():
    here = Group("Here", Position(38.0, -92.0), 30)
    near = Room(1, Position(38.1, -92.0), 20, frozenset({"", "wheelchair"}))
    far = Room(2, Position(38.5, -92.0), 50, frozenset({""}))
    made = allocate([here], [near, far], {"wheelchair": 5})
    assert [(one.room, one.need, one.people) for one in made.placed] == [
        (1, "wheelchair", 5),
        (1, "", 15),
        (2, "", 10),
    ]
    assert sum(made.short.values()) == 0


def planned(session, viewer, area, **given):
    reach = given.pop("reach_km", 50)
    return plan(session, viewer, area, given, home=HOME, detour=1.3, reach_km=reach)


def names(offers):
    return [offer.name for offer in offers]


@pytest.fixture
def area(session):
    """An evacuation around Columbia."""
    return makers.area(session, kind="evacuation", name="Columbia is flooded")


def test_an_areas_people_go_to_what_is_safe_and_open(session, dana, area):
    makers.shelter(session, name="Inside", **{**GOOD, "population_total": 60})
    makers.shelter(session, at=NORTH, name="North", **GOOD)
    makers.shelter(
        session, at=Position(39.2, -92.3), name="Farther", **{**GOOD, "wheelchair_accessible": None}
    )
    makers.shelter(session, at=Position(39.15, -92.3), name="Uncounted", evacuation_capacity=80)
    makers.shelter(session, at=NORTH, name="Hall", status="standby", evacuation_capacity=200)
    makers.shelter(session, at=NORTH, name="Café", type="warming_center", **GOOD)
    makers.shelter(session, at=makers.SPRINGFIELD, name="Out of reach", **GOOD)
    makers.shelter(session, at=Position(38.7, -92.3), name="In the storm", **GOOD)
    makers.area(
        session,
        corners=((-92.4, 38.65), (-92.2, 38.65), (-92.2, 38.75), (-92.4, 38.75)),
        name="Storm",
    )
    made = planned(session, dana, area, people="250", wheelchair="120")
    assert [(line.offer.name, line.people, line.by_need, line.left) for line in made.lines] == [
        ("North", 100, {"wheelchair": 100}, 0),
        ("Farther", 100, {"": 100}, 0),
    ]
    assert (made.placed, made.free, made.short) == (200, 200, {"wheelchair": 20, "": 30})
    assert (names(made.inside), made.people_inside) == (["Inside"], 60)
    assert names(made.endangered) == ["In the storm"]
    assert names(made.call_first) == ["Uncounted"]
    assert (names(made.could_open), made.places_that_could_open) == (["Hall"], 200)
    told = made.told()
    assert told["short"] == {"wheelchair": 20, "general": 30}
    assert sum(line["people"] for line in told["lines"]) == told["placed"] == 200


def test_the_number_is_estimated_and_says_from_what(session, dana, area):
    estimated = planned(session, dana, area)
    assert estimated.demand.estimated
    assert "15 in 100 of the" in estimated.demand.basis
    assert estimated.demand.people == sum(one.people for one in estimated.demand.groups)
    # Columbia alone has more people than the area's part of Boone County spread evenly
    assert "the people of" in estimated.demand.basis
    assert estimated.demand.groups[0].name == "Columbia"
    assert estimated.demand.people > 10_000
    less = planned(session, dana, area, share="10")
    assert abs(less.demand.people * 1.5 - estimated.demand.people) <= 2
    typed = planned(session, dana, area, people="40")
    assert (typed.demand.people, typed.demand.estimated) == (40, False)
    assert typed.demand.basis == "As typed."


def test_held_beds_are_not_given_to_the_area_too(session, dana, area):
    made = makers.shelter(session, at=NORTH, **GOOD)
    from_before = planned(session, dana, area, people="500")
    makers.hold(session, made, 30)
    after = planned(session, dana, area, people="500")
    assert (from_before.placed, after.placed) == (100, 70)


def test_a_hidden_shelter_counts_in_nothing(session, cast, area):
    other = makers.agency(session, "Somebody else")
    makers.shelter(session, at=NORTH, name="Seen", **GOOD)
    rita = cast.viewer("rita")
    before = planned(session, rita, area, people="500").told()
    for at in (NORTH, makers.COLUMBIA):
        for status in ("open", "standby"):
            for people in (0, None):
                values = {**GOOD, "population_total": people}
                makers.shelter(
                    session,
                    at=at,
                    status=status,
                    sensitivity="confidential",
                    agency_id=other,
                    **values,
                )
    after = planned(session, rita, area, people="500").told()
    for told in (before, after):
        for line in told["lines"]:
            line["shelter"]["reasons"] = None  # the clock goes on
    assert after == before
    assert planned(session, cast.viewer("stella"), area, people="500").placed > 100


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"people": "-1"}, "people"),
        ({"share": "0"}, "share"),
        ({"share": "101"}, "share"),
        ({"people": "10", "pets": "6", "power": "6"}, "people"),
        ({"medical": "x"}, "medical"),
    ],
)
def test_what_makes_no_sense_is_refused(session, dana, area, given, field):
    with pytest.raises(Invalid) as refusal:
        planned(session, dana, area, **given)
    assert [one["field"] for one in refusal.value.details["problems"]] == [field]


def test_an_area_that_one_may_not_see_is_none(session, cast):
    hidden = makers.area(session, sensitivity="confidential")
    with pytest.raises(NotFound):
        planned(session, cast.viewer("rita"), hidden, people="5")
