"""Files that others made: each is matched plausibly or refused in plain words, and never breaks.

They lie in a folder beside the repository and are not part of it; without it these tests skip.
"""

from collections import Counter
from pathlib import Path

import pytest

from meris.errors import Refused
from meris.fields import ROW_KINDS, Home
from meris.uploads import Checking, check, match, read

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
