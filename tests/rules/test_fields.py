"""The catalogue itself: complete, unambiguous, and the same wherever it is shown."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import inspect

from meris import fields
from meris.errors import Invalid, NotFound
from meris.fields import Home
from meris.fields.text_rules import OneOf
from meris.fields.words import key
from meris.tables import Resource, Shelter, StockLine, SupplySite, Unit

ROOT = Path(__file__).parents[2]
TABLES = {
    "resource": Resource,
    "shelter": Shelter,
    "supply_site": SupplySite,
    "stock_line": StockLine,
    "unit": Unit,
}
EVERY_KIND = sorted({*fields.KINDS, *fields.ROW_KINDS})


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_kind_has_each_field_once(kind):
    names = [field.name for field in fields.of(kind)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("hour", "day"), [(5, 22), (6, 23)])
def test_a_day_ends_at_the_midnight_of_the_state(hour, day):
    clock = datetime(2026, 11, 23, hour, 59, tzinfo=UTC)
    assert Home(Home.of("MO").facts, now=lambda: clock).today() == date(2026, 11, day)


def test_there_is_no_other_kind():
    with pytest.raises(NotFound, match="There is no kind 'boat'"):
        fields.of("boat")


@pytest.mark.parametrize("field", fields.CATALOGUE, ids=lambda f: f"{'+'.join(f.kinds)}.{f.name}")
def test_a_field_is_told_completely(field):
    assert field.title
    assert field.help.endswith(".")
    assert field.section in fields.SECTIONS
    assert all(word.key == key(word.key) for word in field.synonyms)
    if field.example:
        assert field.rule.read(field.example) is not None


@pytest.mark.parametrize("field", [f for f in fields.CATALOGUE if f.table], ids=lambda f: f.name)
def test_a_field_has_its_column(field):
    assert field.column in inspect(TABLES[field.table]).columns


def test_every_column_of_a_kind_is_in_the_catalogue():
    # the newest count's time and what the ledger promises, kept by triggers
    derived = {"id", "resource_id", "counted_at", "ledger_id", "quantity_promised"}
    for name in ("shelter", "supply_site", "stock_line", "unit"):
        columns = {column.key for column in inspect(TABLES[name]).columns} - derived
        known = {field.column for field in fields.CATALOGUE if field.table == name}
        assert columns - known == ({"as_of"} if name == "stock_line" else set())


def test_contacts_are_for_staff():
    private = {f.name for f in fields.CATALOGUE if f.staff_only}
    contacts = {"contact_name", "contact_phone", "contact_email", "leader_name"}
    assert private == contacts | {"manager_role", "manager_name", "manager_phone"}


@pytest.mark.parametrize("kind", fields.ROW_KINDS)
def test_a_header_that_means_two_things_says_so(kind):
    for word, meanings in fields.header_table(kind).items():
        sure = [m.field.name for m in meanings if m.note is None]
        assert len(sure) <= 1, word


@pytest.mark.parametrize("kind", fields.ROW_KINDS)
def test_what_is_needed_can_be_filled_in(kind):
    known = fields.by_name(kind)
    assert all(name in known for group in fields.needs(kind) for name in group)


@pytest.mark.parametrize("kind", fields.KINDS)
def test_statuses_have_letters_and_ages(kind):
    glyphs = [status.glyph for status in fields.statuses(kind)]
    assert len(set(glyphs)) == len(glyphs)
    assert "" not in glyphs
    for status in fields.statuses(kind):
        assert fields.age_limit_minutes(kind, status.code) > 0


def test_unit_statuses_count_as_one_of_the_three_of_ics():
    assert {status.ics for status in fields.statuses("unit")} == set(fields.ICS_STATUS.by_code)


def test_an_open_shelter_is_believed_for_four_hours():
    assert fields.age_limit("shelter", "open") == timedelta(hours=4)
    assert fields.age_limit("shelter", "closed") == timedelta(days=180)
    assert fields.age_limit("unit", "on_scene", "position") == timedelta(minutes=10)
    assert fields.age_limit("shelter", "open", "place") is None


def test_no_code_is_another_ones_synonym():
    lists = [f.rule.codes for f in fields.CATALOGUE if isinstance(f.rule, OneOf)]
    for codes in lists:
        for choice in codes:
            assert codes.find(choice.code) is choice
            assert codes.find(choice.title) is choice


@pytest.mark.parametrize(
    ("kind", "header", "name"),
    [
        ("shelter", "SHELTER_NA", "name"),
        ("shelter", "POST_IMPAC", "post_impact_capacity"),
        ("shelter", "Facility City", "city"),
        ("shelter", "Site Zip Code", "zip"),
        ("supply", "Qty On Hand", "quantity_on_hand"),
        ("unit", "Radio Call Sign", "call_sign"),
    ],
)
def test_headers_are_known_in_many_spellings(kind, header, name):
    assert [m.field.name for m in fields.meanings(kind, header)] == [name]


def test_an_hxl_tag_means_ours_with_more_said():
    assert fields.meant_by_tag("shelter", "#Geo +lon +v_wgs84").name == "longitude"
    assert fields.meant_by_tag("shelter", "#affected") is None


@pytest.mark.parametrize("kind", fields.ROW_KINDS)
def test_the_template_shows_a_row_that_can_be_read(kind):
    header, tags, example = csv.reader(io.StringIO(fields.template_csv(kind), newline=""))
    assert len(header) == len(tags) == len(example)
    known = fields.by_name(kind)
    for name, cell in zip(header, example, strict=True):
        known[name].rule.read(cell)
    filled = {name for name, cell in zip(header, example, strict=True) if cell}
    assert all(filled & set(group) for group in fields.needs(kind))


@pytest.mark.parametrize("kind", fields.KINDS)
def test_a_form_has_a_control_for_each_stored_field(kind):
    controls = fields.form(kind)
    assert [c["name"] for c in controls] == [f.name for f in fields.of(kind) if f.table]
    status = next(c for c in controls if c["name"] == "status")
    assert status["widget"] == "select"
    assert status["choices"][0].keys() >= {"code", "title", "glyph"}


def test_a_schema_says_what_may_be_null():
    schema = fields.json_schema("shelter")
    assert schema["required"] == ["name", "status"]
    assert schema["properties"]["status"]["enum"][0] == "closed"
    capacity = schema["properties"]["evacuation_capacity"]
    assert {"type": "null"} in capacity["anyOf"]
    assert capacity["x-unit"] == "people"


def test_a_row_model_reads_cells_by_their_rules():
    model = fields.row_model("shelter", Home.of())
    row = model(name="Gym", status="opened", evacuation_capacity="1,200", county="Boone")
    assert (row.status, row.evacuation_capacity, row.county) == ("open", 1200, "29019")
    assert row.model_fields_set == {"name", "status", "evacuation_capacity", "county"}


def test_a_row_model_says_the_rules_own_words():
    with pytest.raises(ValidationError) as refused:
        fields.row_model("shelter")(name=None, status="Opn", color="red")
    told = {error["loc"][0]: error["msg"] for error in refused.value.errors()}
    assert "Name is empty" in told["name"]
    assert "Did you mean Open?" in told["status"]
    assert "color" in told


def test_a_partial_row_needs_nothing():
    row = fields.row_model("unit", partial_rows=True)(status="on scene")
    assert row.model_fields_set == {"status"}


@pytest.mark.parametrize("value", [{"a": 1}, ["Gym"], [["Gym"]], [{"a": 1}]])
def test_an_object_or_a_list_is_no_text(value):
    with pytest.raises(ValidationError, match="This is not one name"):
        fields.row_model("shelter", partial_rows=True)(name=value)
    assert "[" not in str(_refusal("shelter", "status", value))
    assert "{" not in str(_refusal("shelter", "evacuation_capacity", value))


def test_a_list_is_for_columns_that_hold_several():
    read = fields.field("unit", "capabilities").rule.read
    assert read(["Swift water", "Ropes"]) == ["Swift water", "Ropes"]
    assert "not one list" in str(_refusal("unit", "capabilities", [{"a": 1}]))


def _refusal(kind, name, value):
    with pytest.raises(Invalid) as refused:
        fields.field(kind, name).rule.read(value)
    return refused.value


def test_json_values_fit_the_schema_they_are_described_by():
    quantity = fields.field("supply", "quantity_on_hand").rule
    assert quantity.json(quantity.read("1.50")) == 1.5
    assert quantity.json(quantity.read("2.0")) == 2
    moment = fields.field("shelter", "opened_at").rule
    assert moment.json(moment.read("2025-03-15 14:30 CST")) == "2025-03-15T20:30:00Z"


def test_items_are_found_by_code_and_by_what_people_call_them():
    assert fields.find_item("WATER-BTL", None).title == "Bottled water"
    assert fields.find_item(None, "Cots").code == "COT-STD"
    assert fields.find_item("X-1", "Shovels") is None


@pytest.mark.parametrize(
    ("code", "amount", "unit", "pack", "base"),
    [
        ("WATER-BTL", "480", "CS", None, "5760"),
        ("WATER-BTL", "480", "CS", "10", "4800"),
        ("WATER-BULK", "10", "GAL", None, "37.85411784"),
        ("MEAL-SS", "2", "PL", None, "1152"),
        ("BLANKET", "2", "PL", None, None),
    ],
)
def test_amounts_in_base_units(code, amount, unit, pack, base):
    per_pack = Decimal(pack) if pack else None
    item = fields.find_item(code, None)
    counted = fields.in_base_units(item, Decimal(amount), unit, per_pack)
    assert counted == (Decimal(base) if base else None)


def test_the_docs_page_is_current():
    page = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    assert page == fields.docs_page(), "run `python -m meris.fields`"


def test_a_refused_cell_carries_its_parts():
    with pytest.raises(Invalid) as refused:
        fields.field("shelter", "status").rule.read("Opn")
    details = refused.value.details
    assert (details["value"], details["rule"], details["suggestion"]) == ("Opn", "OneOf", "Open")
    assert details["fix"].startswith("Use Closed, Alert")
    assert details["alternatives"] == ["Open", "Closed", "Standby"]
