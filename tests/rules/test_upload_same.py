"""Look-alikes among the rows of a file and what is recorded: which are found, and why."""

import pytest
from sqlalchemy import func, select

from geo.values import Position
from meris.errors import Refused
from meris.tables import UploadPair
from meris.uploads import same
from tests import makers
from tests.rules.look_alikes import (
    AT_THE_GYM,
    GYM,
    NEXT_DOOR,
    apply,
    check,
    fates,
    names,
    reasons,
    table,
)
from tests.rules.sending import send
from tests.rules.tables_of_text import csv_bytes


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            "S77 | North Gymnasium | 100 Oak St. | Columbia | | |",
            ["nearly the same name", "same address", "different IDs: S77 and S12"],
        ),
        (
            f"S77 | North Gyms | | | {NEXT_DOOR} |",
            ["name 95 % alike", "115 ft apart", "different IDs: S77 and S12"],
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


def test_a_hidden_record_of_another_agency_is_not_told(session):
    theirs = makers.agency(session, "Red Cross")
    makers.shelter(session, **GYM, agency_id=theirs, sensitivity="confidential")
    rows = table("S77 | North Gym | 100 Oak Street | Columbia | 38.95171 | -92.33407 |")
    assert reasons(session, rows) == []


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
