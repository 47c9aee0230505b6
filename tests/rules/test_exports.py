"""What an agency has, as files: complete, the same each time, harmless in a spreadsheet."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.values import Position
from meris import exports, fields
from meris.accounts import Viewer
from meris.errors import Forbidden, Invalid, NotFound
from meris.exports import FORMATS, Asked
from meris.fields import Home
from meris.fields.guard import ambiguous, guarded, unguarded
from meris.uploads.workbook import open_workbook
from tests import makers

STATE = Viewer(name="Stella", roles=frozenset({"state"}))


def made(session, asked, extension="csv", viewer=STATE):
    out = io.BytesIO()
    exports.write(session, viewer, asked, extension, out, Home.of())
    return out.getvalue()


def table(content):
    """A CSV export as a list of dictionaries."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content):
    """An Excel export in the same shape."""
    source, _ = open_workbook(content, "export.xlsx")
    header, *rows = source()
    return [dict(zip(header, row, strict=True)) for row in rows]


# One word for each cell


@given(st.text(alphabet="'=+-@\t|%ab 1", max_size=6))
def test_a_guarded_text_is_read_as_it_was(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "|", "%"))
    assert ambiguous(text) == (unguarded(text) != text)


def test_the_columns_are_the_catalogues_and_contacts_are_for_staff():
    for kind in fields.ROW_KINDS:
        names = [column.name for column in exports.columns(kind, Home.of())]
        assert set(names) <= set(fields.by_name(kind))
        kept = {field.name for field in fields.of(kind) if field.table}
        assert kept <= set(names), "whatever is kept is exported"
        public = {column.name for column in exports.columns(kind, Home.of(), staff=False)}
        assert set(names) - public == {f.name for f in fields.of(kind) if f.staff_only}


def test_texts_cannot_pass_for_formulas_and_numbers_stay_numbers(session):
    makers.shelter(session, name='=HYPERLINK("http://x")', notes="+1 more\n-2 less",
                   evacuation_capacity=1200, external_id="-7")  # fmt: skip
    (row,) = table(made(session, Asked("shelter")))
    assert row["name"] == '\'=HYPERLINK("http://x")'
    assert row["notes"] == "'+1 more\n-2 less"
    assert row["external_id"] == "'-7"
    assert (row["longitude"], row["evacuation_capacity"]) == ("-92.33407", "1200")
    (cells,) = sheet(made(session, Asked("shelter"), "xlsx"))
    assert cells["name"] == row["name"]
    (feature,) = json.loads(made(session, Asked("shelter"), "geojson"))["features"]
    assert feature["properties"]["name"] == '=HYPERLINK("http://x")'


def test_the_file_is_rfc_4180_for_excel(session):
    makers.shelter(session, name='Hall "A", north')
    content = made(session, Asked("shelter"))
    assert content.startswith(b"\xef\xbb\xbfexternal_id,name,")
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 2
    assert b'"Hall ""A"", north"' in content


def test_zip_codes_and_ids_are_texts_in_a_workbook(session):
    makers.shelter(session, external_id="0012", zip="01606", post_impact_capacity=12)
    (row,) = sheet(made(session, Asked("shelter"), "xlsx"))
    assert (row["external_id"], row["zip"], row["county_fips"]) == ("0012", "01606", "29019")
    assert row["post_impact_capacity"] == "12"


def test_the_three_formats_say_the_same(session):
    site = makers.supply_site(session, name="Cache", external_id="C1")
    line = {"quantity_on_hand": Decimal("12.500"), "expires_on": date(2030, 6, 30)}
    makers.stock(session, site, "Water", as_of=datetime(2026, 5, 4, 8, tzinfo=UTC), **line)
    (in_csv,) = table(made(session, Asked("supply")))
    (in_excel,) = sheet(made(session, Asked("supply"), "xlsx"))
    assert in_excel == in_csv
    assert (in_csv["quantity_on_hand"], in_csv["expires_on"]) == ("12.5", "2030-06-30")
    assert in_csv["as_of"] == "2026-05-04 03:00 CDT"
    (feature,) = json.loads(made(session, Asked("supply"), "geojson"))["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-92.33407, 38.95171]}
    known = {name: value for name, value in feature["properties"].items() if value is not None}
    assert known["quantity_on_hand"] == 12.5
    both = known.keys() & in_csv.keys()
    assert {n: known[n] for n in both if isinstance(known[n], str)} == {
        n: in_csv[n] for n in both if isinstance(known[n], str)
    }
    assert known.keys() | {"latitude", "longitude"} == {n for n, v in in_csv.items() if v}


# All of it


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("kind", fields.ROW_KINDS)
def test_a_repeated_export_is_the_same_byte_for_byte(session, kind, extension):
    for name in ("B", "A"):
        makers.shelter(session, name=name)
        makers.unit(session, name=name, capabilities=["rope", "swift water"])
        makers.stock(session, makers.supply_site(session, name=name), name)
    content = made(session, Asked(kind), extension)
    assert made(session, Asked(kind), extension) == content
    assert len(content) > 300


def test_a_site_without_stock_and_a_place_that_is_only_approximate_are_there(session):
    makers.supply_site(session, name="Empty cache")
    town = Position(39.2103, -92.1380)
    makers.supply_site(session, name="Somewhere", at=town, position_radius_m=2_400)
    empty, rough = table(made(session, Asked("supply")))
    assert (empty["storage_site"], empty["item_name"]) == ("Empty cache", "")
    assert rough["position_radius_m"] == "2400"


def test_a_county_of_another_state_is_left_to_be_found_again(session):
    makers.unit(session, name="Engine of Illinois", county_fips="17119")
    (row,) = table(made(session, Asked("unit")))
    assert (row["county"], row["county_fips"]) == ("", "")


def test_no_line_says_an_age_that_would_make_its_site_seem_old(session):
    early, late = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    site = makers.supply_site(session, as_of=late)
    makers.stock(session, site, "Old", as_of=early)
    (row,) = table(made(session, Asked("supply")))
    assert row["as_of"] == ""
    makers.stock(session, site, "New", as_of=late)
    assert [row["as_of"][:10] for row in table(made(session, Asked("supply")))] == [
        "2026-04-30",
        "2026-05-01",
    ]


# Who


def test_an_agency_gets_its_own_and_the_state_all_or_one(session, cast):
    cast.account("joe")
    boone = makers.agency(session, "Boone County OEM")
    greene = makers.agency(session, "Greene County OEM")
    makers.shelter(session, name="Ours", agency_id=boone)
    makers.shelter(session, name="Theirs", agency_id=greene)
    carol, stella = cast.viewer("carol"), cast.viewer("stella")
    assert exports.whose(session, carol, "").name == "Boone County OEM"
    assert exports.whose(session, stella, "") is None
    assert exports.whose(session, stella, "Greene County OEM").id == greene
    with pytest.raises(Forbidden):
        exports.whose(session, carol, "Greene County OEM")
    with pytest.raises(Invalid):
        exports.whose(session, Viewer(name="Nobody", roles=frozenset({"reader"})), "")
    assert [r["name"] for r in table(made(session, Asked("shelter", greene)))] == ["Theirs"]
    assert len(table(made(session, Asked("shelter")))) == 2


def test_nothing_leaves_that_the_viewer_may_not_see(session, cast):
    boone = makers.agency(session, "Boone County OEM")
    makers.shelter(session, name="Hidden", agency_id=boone, sensitivity="confidential")
    makers.shelter(session, name="Staff", agency_id=boone, contact_phone="(573) 555-0100")
    makers.shelter(session, name="Open", agency_id=boone, sensitivity="public")
    asked = Asked("shelter", boone)

    def names(viewer):
        return [row["name"] for row in table(made(session, asked, viewer=viewer))]

    assert names(cast.viewer("carol")) == ["Hidden", "Staff", "Open"]
    assert names(cast.viewer("dana")) == ["Staff", "Open"]
    assert names(cast.viewer("nobody")) == ["Open"]
    public = made(session, asked, viewer=cast.viewer("nobody"))
    assert b"contact_phone" not in public
    counted = {h.kind: h.count for h in exports.held(session, cast.viewer("dana").policy, boone)}
    assert counted == {"shelter": 2, "supply": 0, "unit": 0}


def test_what_lies_in_danger_says_so_to_those_who_may_know(session):
    makers.shelter(session, name="Inside", at=Position(38.95, -92.33))
    makers.shelter(session, name="Outside", at=Position(37.1, -94.5))
    makers.area(session, name="Flooding of Flat Branch")
    makers.area(session, name="A raid", sensitivity="confidential")
    makers.area(session, name="Staging", kind="staging")
    reader = Viewer(name="Rita", roles=frozenset({"reader"}))
    asked = Asked("shelter")
    told = {row["name"]: row["danger"] for row in table(made(session, asked, viewer=reader))}
    assert told == {"Inside": "Flooding of Flat Branch", "Outside": ""}
    told = {row["name"]: row["danger"] for row in table(made(session, asked))}
    assert set(told["Inside"].split("; ")) == {"Flooding of Flat Branch", "A raid"}


def test_there_are_three_kinds():
    with pytest.raises(NotFound, match="shelter, supply, unit"):
        Asked("castle")
