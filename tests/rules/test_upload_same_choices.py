"""What a person says of look-alikes: the same, different, fill gaps; and that it is remembered."""

import pytest
from sqlalchemy import func, select

from meris.errors import Conflict, Invalid, NotFound
from meris.tables import Resource, SameChoice, Shelter
from meris.uploads import same
from meris.uploads.same import Other
from tests import makers
from tests.rules.look_alikes import (
    GYM,
    again,
    apply,
    check,
    fates,
    names,
    table,
)
from tests.rules.sending import CAROL, send
from tests.rules.tables_of_text import csv_bytes


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
