"""Look-alikes: found with their reasons, held until a person says what they are, and remembered."""

import pytest
from sqlalchemy import func, select

from geo.values import Position
from meris import uploads
from meris.errors import Conflict, Invalid, NotFound, Refused
from meris.fields import Home
from meris.tables import Resource, SameChoice, Shelter, UploadPair
from meris.uploads import Decisions, review, same
from meris.uploads.same import Other
from tests import makers
from tests.rules.sending import CAROL, send
from tests.rules.tables_of_text import csv_bytes

GYM = {
    "name": "North Gym",
    "external_id": "S12",
    "address_line1": "100 Oak Street",
    "city": "Columbia",
    "contact_phone": "(573) 555-0100",
}
AT_THE_GYM = "38.95171 | -92.33407"
#: 35 m to the north of it
NEXT_DOOR = "38.952025 | -92.33407"
HEADERS = "external_id | name | address | city | latitude | longitude | phone | status"


def table(*rows):
    """Rows of shelters: `ID | name | address | city | lat | lon | phone`."""
    return "\n".join([HEADERS, *(f"{row} | open" for row in rows)])


def check(session, content, kind="shelter", agency_id=None):
    """Send a file and have it checked; its number."""
    received = uploads.receive(
        session,
        CAROL,
        agency_id=agency_id or makers.agency(session),
        kind=kind,
        filename="list.csv",
        content=csv_bytes(content),
    )
    again(session, received.upload_id)
    return received.upload_id


def again(session, upload_id):
    review.review(session, CAROL, upload_id, Home.of(), Decisions())
    session.expire_all()


def fates(session, upload_id):
    return uploads.find(session, upload_id).summary["fates"]


def apply(session, upload_id, **options):
    review.apply_reviewed(session, CAROL, upload_id, Home.of(), **options)
    session.expire_all()


def reasons(session, content, **of):
    """Why the rows of a file look like something."""
    return [pair.reasons for pair in same.pairs(session, check(session, content, **of))]


def names(session):
    return sorted(session.scalars(select(Resource.name)))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            "S77 | North Gymnasium | 100 Oak St. | Columbia | | |",
            ["nearly the same name", "same address", "different IDs: S77 and S12"],
        ),
        (
            f"S77 | North Gyms | | | {NEXT_DOOR} |",
            ["name 95 % alike", "35 m apart", "different IDs: S77 and S12"],
        ),
        (
            f"S77 | The North Gym | | | {AT_THE_GYM} |",
            ["nearly the same name", "same spot", "different IDs: S77 and S12"],
        ),
        (
            "S77 | North Gym Annex | | | | | 573-555-0100",
            ["name 76 % alike", "same telephone", "different IDs: S77 and S12"],
        ),
        (
            "S77 | North Gym | | Columbia | | |",
            ["same name", "same town", "different IDs: S77 and S12"],
        ),
    ],
)
def test_a_look_alike_is_told_with_its_reasons(session, row, why):
    makers.shelter(session, **GYM)
    (told,) = reasons(session, table(row))
    assert sorted(told) == sorted(why)


@pytest.mark.parametrize(
    "row",
    [
        # another number, another school, another side of the road, another room, another church
        f"S77 | North Gym 2 | 100 Oak Street | Columbia | {AT_THE_GYM} |",
        f"S77 | South Gym | 100 Oak Street | Columbia | {AT_THE_GYM} | (573) 555-0100",
        f"S77 | North Cafeteria | 100 Oak Street | Columbia | {AT_THE_GYM} |",
        f"S77 | Grace Church | 100 Oak Street | Columbia | {AT_THE_GYM} |",
        # the same name elsewhere
        "S77 | North Gym | 9 Elm | Jefferson City | 38.57670 | -92.17350 |",
        "S77 | North Gym | 900 Elm | Columbia | 38.98000 | -92.33407 |",
        "S77 | North Gym | | Fulton | | |",
    ],
)
def test_no_false_suspicion(session, row):
    makers.shelter(session, **GYM)
    assert reasons(session, table(row)) == []


TRICKY = """
    Columbia Elementary School #2
    Columbia Elementary School #3
    Columbia Middle School
    Columbia High School
    Columbia Junior High School
    First Baptist Church
    Second Baptist Church
    First Methodist Church
    St. Mary Catholic Church
    St. Joseph Catholic Church
    North Gym
    South Gym
    Building A
    Building B
    Boys Dormitory
    Girls Dormitory
    VFW Post 280
    VFW Post 1834
"""


def test_a_campus_of_different_names_is_no_flood(session):
    """All on one spot and at one address, and none is another one."""
    own = [name.strip() for name in TRICKY.strip().splitlines()]
    for number, name in enumerate(own):
        makers.shelter(session, **{**GYM, "name": name, "external_id": f"S{number}"})
    where = f"100 Oak Street | Columbia | {AT_THE_GYM}"
    rows = [f"T{number} | {name} | {where} |" for number, name in enumerate(own)]
    upload_id = check(session, table(*rows))
    seen = {(pair.row.name, pair.other.name) for pair in same.pairs(session, upload_id)}
    assert seen == {(name, name) for name in own}


def test_a_rough_place_is_no_evidence(session):
    makers.shelter(session, **{**GYM, "address_line1": None}, position_radius_m=5_000)
    assert reasons(session, table(f"S77 | North Gyms | | | {AT_THE_GYM} |")) == []


def test_a_telephone_that_everybody_has_says_nothing(session):
    for number in range(40):
        at = Position(38.1 + number / 10, -92)
        makers.shelter(session, name=f"Hall {number}", contact_phone=GYM["contact_phone"], at=at)
    makers.shelter(session, **GYM)
    assert reasons(session, table("S77 | North Gym Annex | | | | | 573-555-0100")) == []


def test_a_row_with_a_suspicion_is_held_and_blocks_all_or_nothing(session):
    makers.shelter(session, **GYM)
    rows = table("S77 | North Gym | | Columbia | | |", "S78 | Barn | | Fulton | | |")
    upload_id = check(session, rows)
    assert fates(session, upload_id) == {"held": 1, "new": 1}
    assert same.counts(session, upload_id) == {"undecided": 1, "decided": 0, "told": 0}
    assert same.held_because(session, upload_id) == {
        2: "Looks like North Gym (S12): same name, same town, different IDs: S77 and S12."
    }
    with pytest.raises(Refused, match="1 of 2 rows"):
        apply(session, upload_id)
    apply(session, upload_id, only_valid=True)
    assert names(session) == ["Barn", "North Gym"]


def shelter_of(session, resource_id):
    return session.get_one(Resource, resource_id)


def test_the_same_changes_what_is_recorded_and_is_remembered(session):
    gym = makers.shelter(session, **GYM, evacuation_capacity=50)
    rows = table("S77 | The North Gym | 100 Oak St | Columbia | | |")
    upload_id = check(session, rows)
    same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "same")
    again(session, upload_id)
    assert fates(session, upload_id) == {"changed": 1}
    (pair,) = same.pairs(session, upload_id)
    assert (pair.choice, pair.other.external_id) == ("same", "S12")
    assert "same address" in pair.reasons
    apply(session, upload_id)
    found = shelter_of(session, gym)
    assert (found.name, found.external_id) == ("The North Gym", "S77")
    assert session.get_one(Shelter, gym).evacuation_capacity == 50
    _, done = send(session, csv_bytes(rows))
    assert (done.outcome.unchanged, done.outcome.new) == (1, 0)


def test_a_choice_of_last_month_holds_for_the_next_file(session):
    gym = makers.shelter(session, **GYM)
    first = check(session, table("S77 | The North Gym | 100 Oak St | Columbia | | |"))
    same.choose(session, CAROL, first, 2, Other(resource_id=gym), "different")
    next_one = check(session, table("S77 | The North Gym | 100 Oak Street | Columbia | | |"))
    assert fates(session, next_one) == {"new": 1}
    (pair,) = same.pairs(session, next_one)
    assert (pair.choice, pair.resource_id) == ("different", gym)
    assert pair.reasons[0].startswith("decided by MERIS on ")


def test_filling_gaps_leaves_what_is_recorded(session):
    gym = makers.shelter(session, **{**GYM, "contact_phone": None}, status="closed")
    rows = table("S77 | The North Gym | 100 Oak St | Columbia | | | 573-555-0177")
    upload_id = check(session, rows)
    same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "merge")
    apply(session, upload_id)
    found = shelter_of(session, gym)
    assert (found.name, found.external_id, found.status) == ("North Gym", "S12", "closed")
    assert found.contact_phone == "(573) 555-0177"
    _, done = send(session, csv_bytes(rows))
    assert done.outcome.unchanged == 1


def test_different_makes_a_record_of_its_own(session):
    gym = makers.shelter(session, **GYM)
    upload_id = check(session, table("S77 | North Gym | | Columbia | | |"))
    same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "different")
    apply(session, upload_id)
    assert names(session) == ["North Gym", "North Gym"]


def test_a_choice_can_be_taken_back(session):
    gym = makers.shelter(session, **GYM)
    upload_id = check(session, table("S77 | North Gym | | Columbia | | |"))
    for choice in ("same", "different", None):
        same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), choice)
    again(session, upload_id)
    assert fates(session, upload_id) == {"held": 1}
    assert session.scalar(select(func.count()).select_from(SameChoice)) == 0


def test_a_row_is_one_resource_and_not_two(session):
    gym = makers.shelter(session, **GYM)
    twin = makers.shelter(session, **{**GYM, "external_id": "S13"})
    upload_id = check(session, table("S77 | North Gym | 100 Oak Street | Columbia | | |"))
    assert len(same.pairs(session, upload_id)) == 2
    same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "same")
    same.choose(session, CAROL, upload_id, 2, Other(resource_id=twin), "same")
    kept = session.execute(select(SameChoice.resource_id, SameChoice.choice)).all()
    assert [tuple(row) for row in kept] == [(twin, "same")]


def test_two_rows_that_are_one(session):
    rows = table(
        "S5 | North Gym | 100 Oak Street | Columbia | | |",
        "   | North Gym | 100 Oak St. | Columbia | | | 573-555-0177",
        "S6 | Barn | | Fulton | | |",
    )
    upload_id = check(session, rows)
    assert fates(session, upload_id) == {"new": 2, "held": 1}
    (pair,) = same.pairs(session, upload_id)
    assert (pair.number, pair.other_number) == (3, 2)
    same.choose(session, CAROL, upload_id, 3, Other(other_number=2), "same")
    again(session, upload_id)
    assert fates(session, upload_id) == {"new": 2, "repeated": 1}
    apply(session, upload_id)
    gym = session.scalars(select(Resource).where(Resource.name == "North Gym")).one()
    assert (gym.external_id, gym.address_line1) == ("S5", "100 Oak St.")
    assert gym.contact_phone == "(573) 555-0177"
    _, done = send(session, csv_bytes(rows))
    assert (done.outcome.unchanged, done.outcome.changed, done.outcome.new) == (2, 0, 0)


def test_two_rows_of_which_the_later_fills_gaps(session):
    rows = table(
        "S5 | North Gym | 100 Oak Street | Columbia | | |",
        "   | The North Gym | 100 Oak St. | Columbia | | | 573-555-0177",
    )
    upload_id = check(session, rows)
    same.choose(session, CAROL, upload_id, 3, Other(other_number=2), "merge")
    apply(session, upload_id)
    gym = session.scalars(select(Resource)).one()
    assert (gym.name, gym.contact_phone) == ("North Gym", "(573) 555-0177")


def test_two_rows_that_differ_are_both_loaded(session):
    rows = table(
        "S5 | North Gym | 100 Oak Street | Columbia | | |",
        "   | North Gym | 100 Oak St. | Columbia | | |",
    )
    upload_id = check(session, rows)
    same.choose(session, CAROL, upload_id, 3, Other(other_number=2), "different")
    apply(session, upload_id)
    assert names(session) == ["North Gym", "North Gym"]
    _, done = send(session, csv_bytes(rows))
    assert (done.outcome.unchanged, done.outcome.new) == (2, 0)


def test_rows_with_ids_of_their_own_are_not_suspected_of_each_other(session):
    rows = table(
        "S5 | North Gym | 100 Oak Street | Columbia | | |",
        "S6 | North Gym | 100 Oak Street | Columbia | | |",
    )
    assert reasons(session, rows) == []


def test_a_resource_that_the_file_names_itself_is_no_look_alike(session):
    makers.shelter(session, **GYM)
    rows = table(
        "S12 | North Gym | 100 Oak Street | Columbia | | |",
        "S77 | North Gym | 100 Oak Street | Columbia | | |",
    )
    upload_id = check(session, rows)
    assert fates(session, upload_id)["new"] == 1
    assert same.pairs(session, upload_id) == []


def test_another_agencys_record_is_told_and_holds_nothing(session):
    theirs = makers.agency(session, "Red Cross")
    gym = makers.shelter(session, **GYM, agency_id=theirs)
    rows = table("S77 | North Gym | 100 Oak Street | Columbia | 38.95171 | -92.33407 |")
    upload_id = check(session, rows)
    assert fates(session, upload_id) == {"new": 1}
    (pair,) = same.pairs(session, upload_id)
    assert pair.others == "Red Cross"
    assert pair.reasons[-1] == "another agency's: Red Cross"
    assert same.counts(session, upload_id) == {"undecided": 0, "decided": 0, "told": 1}
    with pytest.raises(Invalid, match="another agency's record"):
        same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "same")
    assert same.choose_all(session, CAROL, upload_id, "same") == 0


def test_a_hidden_record_of_another_agency_is_not_told(session):
    theirs = makers.agency(session, "Red Cross")
    makers.shelter(session, **GYM, agency_id=theirs, sensitivity="confidential")
    rows = table("S77 | North Gym | 100 Oak Street | Columbia | 38.95171 | -92.33407 |")
    assert reasons(session, rows) == []


def test_all_at_once(session):
    for number in range(4):
        name, address = f"Hall {number}", f"{number} Oak Street"
        makers.shelter(session, name=name, address_line1=address, external_id=f"A{number}")
    rows = table(*(f"B{n} | Hall {n} | {n} Oak Street | | | |" for n in range(4)))
    upload_id = check(session, rows)
    assert fates(session, upload_id) == {"held": 4}
    assert same.choose_all(session, CAROL, upload_id, "same", 0.99) == 0
    assert same.choose_all(session, CAROL, upload_id, "same", 0.9) == 4
    again(session, upload_id)
    assert fates(session, upload_id) == {"changed": 4}


def test_what_cannot_be_chosen(session):
    gym = makers.shelter(session, **GYM)
    upload_id = check(session, table("S77 | North Gym | | Columbia | | |"))
    with pytest.raises(NotFound):
        same.choose(session, CAROL, upload_id, 3, Other(resource_id=gym), "same")
    with pytest.raises(Invalid, match='"maybe" is no choice'):
        same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "maybe")
    same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "same")
    apply(session, upload_id)
    with pytest.raises(Conflict, match="was applied before"):
        same.choose(session, CAROL, upload_id, 2, Other(resource_id=gym), "different")


UNITS = "unit id | call sign | name | type | station | status"


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ("E-12 | Engine 12 | Engine 12 | engine | Station 1", True),
        ("E13 | Engine 13 | Engine 13 | engine | Station 1", False),
        ("M12 | Medic 12 | Medic 12 | ambulance | Station 1", False),
        ("E-12 | Engine 12 | Lincoln Engine 12 | engine | Station 1", True),
    ],
)
def test_units_of_one_station_are_many(session, row, held):
    at_home = {"home_base": "Station 1", "type": "engine"}
    makers.unit(session, external_id="E12", name="Engine 12", call_sign="Engine 12", **at_home)
    rows = f"{UNITS}\n{row} | available"
    assert ("held" in fates(session, check(session, rows, "unit"))) is held


def test_of_supplies_the_site_is_asked_for(session):
    site = makers.supply_site(session, name="North Cache", external_id="W1", address_line1="9 Elm")
    rows = """
        site id | site            | address | item     | qty | unit
        W7      | The North Cache | 9 Elm   | Cots X   | 40  | each
        W7      | The North Cache | 9 Elm   | Blankets | 90  | each
    """
    upload_id = check(session, rows, "supply")
    assert fates(session, upload_id) == {"held": 2}
    (pair,) = same.pairs(session, upload_id)
    assert (pair.row.name, pair.other.name) == ("The North Cache", "North Cache")
    same.choose(session, CAROL, upload_id, 2, Other(resource_id=site), "same")
    apply(session, upload_id)
    assert names(session) == ["The North Cache"]


def test_pairs_come_page_by_page_and_best_first(session):
    for number in range(5):
        makers.shelter(session, name=f"Hall {number}", address_line1=f"{number} Oak Street")
    rows = table(*(f"B{n} | Hall {n} Annex | {n} Oak Street | | | |" for n in range(5)))
    upload_id = check(session, rows)
    first = same.pairs(session, upload_id, limit=3)
    rest = same.pairs(session, upload_id, after=first[-1].id, limit=3)
    assert [len(first), len(rest)] == [3, 2]
    scores = [pair.score for pair in (*first, *rest)]
    assert scores == sorted(scores, reverse=True)


def test_a_row_is_shown_beside_three_at_most(session):
    for number in range(5):
        makers.shelter(session, **{**GYM, "external_id": f"X{number}"})
    upload_id = check(session, table("S77 | North Gym | 100 Oak Street | Columbia | | |"))
    assert session.scalar(select(func.count()).select_from(UploadPair)) == 3
    assert fates(session, upload_id) == {"held": 1}


def test_the_nearest_of_several_of_one_name_is_meant(session):
    """Two places of one name and without IDs are each found again, in whatever order."""
    rows = [" | Hall | | | 38.95000 | -92.30000 |", " | Hall | | | 38.96000 | -92.31000 |"]
    send(session, csv_bytes(table(*rows)))
    _, done = send(session, csv_bytes(table(*reversed(rows))))
    assert (done.outcome.unchanged, done.outcome.new) == (2, 0)


def test_a_name_that_several_have_is_no_answer(session):
    for county in ("29019", "29029"):
        makers.shelter(session, name="Community Hospital", at=None, county_fips=county)
    upload_id = check(session, table(" | Community Hospital | | | | |"))
    assert fates(session, upload_id) == {"held": 1}
    assert len(same.pairs(session, upload_id)) == 2
