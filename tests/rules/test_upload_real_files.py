"""Files that others made: each is matched plausibly or refused in plain words, and never breaks.

They lie in a folder beside the repository and are not part of it; without it these tests skip.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from meris.errors import Refused
from meris.fields import ROW_KINDS, Home
from meris.uploads import Checking, Choices, check, match, read

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "csv"
FILES = sorted(FOLDER.glob("*")) if FOLDER.is_dir() else []
WITHOUT = f"{FOLDER} is not there: the real files were not tried"
pytestmark = pytest.mark.skipif(not FILES, reason=WITHOUT)
HOME = Home.of()

# What a person would call the important columns.
MEANT = {
    "missouri_open_shelters_2019.csv": ("shelter", {"SHELTER_ID": "external_id", "ZIP": "zip"}),
    "hifld_hospitals_national.csv": ("shelter", {"LATITUDE": "latitude", "COUNTY": "county"}),
    "eden_shelters.csv": ("shelter", {"Capacity": "evacuation_capacity", "Lon": "longitude"}),
    "eden_warehouse_stock.csv": ("supply", {"Warehouse": "storage_site", "Item Name": "item_name"}),
    "eden_inventory.csv": ("supply", {"Quantity": "quantity_on_hand"}),
    "eden_redcross_vehicles.csv": ("unit", {"Type": "unit_type", "Facility": "home_base"}),
    "chicago_warming_centers.csv": (
        "shelter",
        {"LOCATION": "coordinates", "PHONE": "contact_phone"},
    ),
}


class Understood(NamedTuple):
    """What is read of a file, and what a person has to say so that its rows are taken."""

    kind: str
    rows: int
    header_row: int = 1
    first_row: int = 2
    dropped: int = 0
    blank: int = 0
    encoding: str | None = "UTF-8"
    delimiter: str | None = "comma"
    notes: tuple[str, ...] = ()
    said: Mapping[str, str] = {}
    constants: Mapping[str, str] = {}


IN_STANDBY = {"status": "Standby"}
NOT_UTF8 = "The file is not UTF-8; it was read as"

UNDERSTOOD = {
    "911test_fire_stations_wcoords.xlsx": Understood(
        "shelter", 42, encoding=None, delimiter=None, constants=IN_STANDBY
    ),
    "buenosaires_hospitales.csv": Understood(
        "shelter", 36, delimiter="semicolon", said={"NOMBRE": "name"}, constants=IN_STANDBY
    ),
    "chicago_warming_centers.csv": Understood("shelter", 113, constants=IN_STANDBY),
    "eden_fire_stations_seattle.csv": Understood("shelter", 35, constants=IN_STANDBY),
    "eden_inventory.csv": Understood("supply", 33, blank=1),
    "eden_redcross_vehicles.csv": Understood("unit", 338, constants={"status": "available"}),
    "eden_shelters.csv": Understood("shelter", 7),
    "eden_supply_catalogue_cp1252.csv": Understood(
        "supply",
        101,
        encoding="Mac Roman",  # its ® and é say so, whatever its name says
        notes=(NOT_UTF8,),
        constants={"storage_site": "Depot", "quantity_on_hand": "0", "unit_of_issue": "each"},
    ),
    "eden_warehouse_stock.csv": Understood("supply", 152),
    "florida_hospital_beds_tableau_crosstab_2020-07-15.csv": Understood(
        "shelter",
        307,
        dropped=1,
        encoding="UTF-16",
        delimiter="tab",
        notes=("Row 2 was left out because it adds up the others.",),
        said={"ProviderName": "name"},
        constants=IN_STANDBY,
    ),
    "hifld_hospitals_national.csv": Understood("shelter", 7_140),
    "hxl_input_valid_latin1.csv": Understood(
        "shelter",
        4,
        header_row=2,
        first_row=4,
        encoding="Windows-1252",
        notes=(NOT_UTF8, "The column names were found in row 2", "The file carries HXL tags"),
        said={"Organización": "name"},
        constants=IN_STANDBY,
    ),
    "missouri_hospitals_two_row_header.csv": Understood(
        "shelter",
        83,
        first_row=3,
        notes=("The column names stand in rows 1 and 2; they were read together, such as",),
        constants=IN_STANDBY,
    ),
    "missouri_open_shelters_2019.csv": Understood("shelter", 23),
    "missouri_rural_health_clinics_2025.csv": Understood(
        "shelter", 316, said={"ORGANIZATION NAME": "name"}, constants=IN_STANDBY
    ),
}


def sheet_of(name):
    path = FOLDER / name
    return read(path.read_bytes(), path.name)


@pytest.mark.parametrize("kind", ROW_KINDS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_breaks_anything(path, kind):
    try:
        sheet = sheet_of(path.name)
        found = match(sheet, kind, HOME)
        checked = check(sheet, found, HOME)
    except Refused as refused:
        assert refused.message.startswith(path.name)  # noqa: PT017  # being refused is one way out
        return
    counted = checked.ready + checked.refused + checked.repeated
    assert counted == checked.total
    assert checked.total == (0 if found.missing else sheet.row_count)
    assert all(group.message.endswith((".", "?")) for group in checked.problems)


def test_every_file_is_told_here():
    assert {path.name for path in FILES} == set(UNDERSTOOD)


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_is_understood_of_each_file(name):
    sheet, told = sheet_of(name), UNDERSTOOD[name]
    assert sheet.row_count == told.rows == sum(1 for _ in sheet.rows())
    assert (sheet.header_row, sheet.first_row) == (told.header_row, told.first_row)
    assert (sheet.dropped_count, sheet.blank_count) == (told.dropped, told.blank)
    assert (sheet.encoding, sheet.delimiter) == (told.encoding, told.delimiter)
    assert len(sheet.notes) == len(told.notes)
    for note, begin in zip(sheet.notes, told.notes, strict=True):
        assert note.startswith(begin)
    in_file = sum(1 for _ in sheet.source())
    assert in_file == told.first_row - 1 + told.rows + told.dropped + told.blank


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_each_file_goes_through_for_its_kind(name):
    sheet, told = sheet_of(name), UNDERSTOOD[name]
    found = match(sheet, told.kind, HOME, confirmed=told.said, constants=told.constants)
    assert found.missing == ()
    checked = check(sheet, found, HOME, Choices(allow_out_of_state=True))
    assert checked.total == told.rows
    assert checked.ready + checked.refused + checked.repeated + checked.left_out == told.rows
    assert checked.ready > 0
    if checked.refused:
        assert any(group.level == "error" for group in checked.problems)


@pytest.mark.parametrize("name", MEANT)
def test_columns_mean_what_a_person_would_say(name):
    kind, meant = MEANT[name]
    found = {c.label: c.field.name for c in match(sheet_of(name), kind, HOME).columns}
    assert {label: found.get(label) for label in meant} == meant


def test_the_shelters_of_the_2019_floods():
    sheet = sheet_of("missouri_open_shelters_2019.csv")
    checking = Checking(sheet, match(sheet, "shelter", HOME), HOME)
    ready = {row.number: row.values for row in checking}
    assert sorted(ready) == [2, 3, 4, 5, 16, 23]
    assert Counter(row["county_fips"] for row in ready.values()).total() == 6
    refused = checking.checked.problems.refused
    assert len(refused) == 17
    assert {group.rule for groups in refused.values() for group in groups} == {"other state"}


def test_every_hospital_of_the_state_lies_in_or_near_its_stated_county():
    sheet = sheet_of("hifld_hospitals_national.csv")
    checked = check(sheet, match(sheet, "shelter", HOME), HOME)
    assert checked.ready == 170
    # one stands in the City of St. Louis and says St. Louis County
    astray = [group for group in checked.problems if group.rule == "county"]
    assert [(group.level, len(group.rows)) for group in astray] == [("warning", 1)]
