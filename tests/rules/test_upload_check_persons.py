"""MERIS counts people and never names them: what is about persons is refused and not kept."""

import json

import pytest
from sqlalchemy import func, select

from meris.db import SYSTEM
from meris.errors import Invalid
from meris.fields import Home, field
from meris.fields.persons import PERSONAL, about_persons
from meris.tables import Upload
from meris.uploads import Checking, failed_rows, match, read, receive
from meris.uploads.personal import MASK, PeopleInFile, columns
from tests import makers
from tests.rules.tables_of_text import csv_bytes

HOME = Home.of()


def checking_of(table, kind="shelter", **said):
    sheet = read(csv_bytes(table), "list.csv")
    return Checking(sheet, match(sheet, kind, HOME, **said), HOME)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Guest 123-45-6789 in room 4", "Social Security"),
        ("SSN 123456789", "Social Security"),
        ("DOB: 4/5/1980", "date of birth"),
        ("d.o.b. 1980-04-05", "date of birth"),
        ("born on 04/05/1980", "date of birth"),
        ("MRN 00456123", "medical record"),
        ("patient id # A12345", "medical record"),
        ("One resident with insulin", "health of a person"),
        ("Mrs. Hall has dementia", "health of a person"),
        ("Smith, John; Doe, Jane; Roe, Mary", "list of names"),
        ("John Smith, Mary Jones and Robert Brown", "list of names"),
        ("1. John Smith\n2. Mary Jones\n3. Susan Q. Brown 45", "list of names"),
    ],
)
def test_texts_about_persons_are_refused_without_repeating_them(text, what):
    with pytest.raises(Invalid) as refused:
        field("shelter", "notes").rule.read(text)
    assert what in refused.value.message
    assert refused.value.details["rule"] == PERSONAL
    said = json.dumps([refused.value.message, refused.value.details])
    assert not any(word in said for word in text.split() if word[0].isdigit() or word == "John")


@pytest.mark.parametrize(
    "text",
    [
        "Call (573) 555-0100 or 573-555-0100 before you go",
        "ZIP 65101-0001, NSN 7210-00-715-7985",
        "Serves Boone County, Cole County, Callaway County and Howard County",
        "Run by Red Cross, Salvation Army, Catholic Charities and United Way",
        "Overflow to St. Mary Church, Paul Revere School, Martin Luther Center",
        "Residents on dialysis go to the hospital; 12 children, 3 babies",
        "Contacts: John Smith, Mary Jones",
        "Built 4/5/1980, reborn as a gym in 2004-05-06",
    ],
)
def test_ordinary_notes_are_taken(text):
    assert about_persons(text) is None
    assert field("shelter", "notes").rule.read(text) == text


def test_a_contact_may_name_several_persons():
    names = "John Smith, Mary Jones and Robert Brown"
    assert field("shelter", "contact_name").rule.read(names) == names


def test_a_note_about_persons_costs_the_cell_and_leaves_no_trace():
    checking = checking_of(
        "name | status | notes | county\nGym | open | Jo, SSN 123-45-6789 | Boone"
    )
    ((record, fate),) = checking.every()
    assert (fate, record.values["notes"]) == ("ready", None)
    assert record.raw == ["Gym", "open", MASK, "Boone"]
    summary = json.dumps(checking.checked.as_json())
    assert "123-45" not in summary + str(record)
    assert "Social Security" in summary


def test_a_name_about_a_person_costs_the_row():
    checking = checking_of("name | status | city\nSSN: 123-45-6789 | open | Rolla\nGym | open | X")
    assert [fate for _, fate in checking.every()] == ["refused", "ready"]
    assert "123-45" not in json.dumps(checking.checked.as_json())


@pytest.mark.parametrize(
    "header",
    [
        "name | status | DOB",
        "name | status | Social Security Number",
        "First Name | Last Name | status | Sex",
        "Guest name | name | status | Age",
        "name | status | Medical record no",
    ],
)
def test_a_file_of_people_is_refused_whole(header):
    cells = " | ".join("x" for _ in header.split("|"))
    with pytest.raises(PeopleInFile, match="counts people and never names them") as refused:
        checking_of(f"{header}\n{cells}\n{cells}")
    assert "x" not in refused.value.details


def test_numbers_of_persons_are_known_without_a_name():
    rows = "\n".join(f"P{n} | open | 123-45-678{n}" for n in range(5))
    with pytest.raises(PeopleInFile):
        checking_of(f"name | status | ref\n{rows}")


def test_an_empty_column_of_birth_dates_is_no_harm():
    assert checking_of("name | status | DOB\nGym | open |").checked.total == 0


def test_columns_about_persons_are_blotted_out_and_told():
    table = (
        "Shelter name | status | First Name | Last Name | Guests\n"
        "Gym | open | Jo | Smith | Jo Smith, Al Roe\nHall | Opn | Al | Roe | "
    )
    checking = checking_of(table)
    rows = [record.raw for record, _ in checking.every()]
    assert rows[0] == ["Gym", "open", MASK, MASK, MASK]
    assert rows[1] == ["Hall", "Opn", MASK, MASK, ""]
    told = next(note for note in checking.checked.notes if "about persons" in note)
    assert '"First Name", "Last Name", "Guests"' in told
    assert "Roe" not in "".join(failed_rows(checking.sheet, checking.checked))


def test_counts_of_guests_are_no_personal_data():
    sheet = read(csv_bytes("name | status | guests\nGym | open | 12\nHall | open | 4"), "list.csv")
    assert columns(sheet) == frozenset()


def test_a_column_that_somebody_reads_as_the_contact_is_read():
    table = "Shelter name | status | Last Name\nGym | open | Smith"
    checking = checking_of(table, confirmed={"Last Name": "contact_name"})
    ((record, _),) = checking.every()
    assert record.values["contact_name"] == "Smith"
    assert record.raw[2] == "Smith"


@pytest.mark.parametrize(
    "cells",
    [
        {"name": "Rolla Women's Shelter"},
        {"name": "Shelter for Women and Children", "notes": "a safe house"},
        {"name": "North House", "agency": "Family Violence Center"},
        {"name": "Green House", "notes": "victims of abuse only"},
        {"name": "DV Shelter 2"},
        {"name": "House", "managing_org": "Domestic Abuse Shelter Inc."},
    ],
)
def test_refuges_are_confidential(cells):
    row = {"status": "open", "sensitivity": "public", **cells}
    table = f"{' | '.join(row)}\n{' | '.join(row.values())}"
    ((record, _),) = checking_of(table).every()
    assert record.values["sensitivity"] == "confidential"


@pytest.mark.parametrize("name", ["Women's Gym", "Crisis Nursery", "Safe Room 4", "Family Center"])
def test_other_places_are_not(name):
    ((record, _),) = checking_of(f"name | status | sensitivity\n{name} | open | public").every()
    assert record.values["sensitivity"] == "public"


def test_a_file_of_people_is_not_even_stored(session):
    with pytest.raises(PeopleInFile):
        receive(
            session,
            SYSTEM,
            agency_id=makers.agency(session),
            kind="shelter",
            filename="guests.csv",
            content=csv_bytes("name | status | DOB\nJo | open | 4/5/1980"),
        )
    assert session.scalar(select(func.count()).select_from(Upload)) == 0
