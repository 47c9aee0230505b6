"""What MERIS exports, sent back: nothing changes, nothing is written, the next export is equal."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from geo.values import Position
from meris import exports
from meris.accounts import Viewer
from meris.db import Actor
from meris.exports import FORMATS, Asked
from meris.fields import ROW_KINDS, Home
from meris.uploads import unattended
from tests import makers

ADMIN = Viewer(name="test", roles=frozenset({"admin"}))
TOLD = datetime(2026, 5, 4, 8, 30, 12, 345678, tzinfo=UTC)
CENTRALIA, ST_LOUIS, ALTON = (
    Position(39.2103123456, -92.1380987654),
    Position(38.62701, -90.19941),
    Position(38.8906, -90.1843),
)


def shelters(session):
    add = makers.shelter
    add(session, name="Lyceum", external_id="007", as_of=TOLD, status_at=TOLD)
    # one name, no ID, no address: only their numbers tell them apart
    for capacity, at in ((40, CENTRALIA), (50, Position(38.75, -92.25)), (60, None)):
        add(session, name="Town Hall", at=at, evacuation_capacity=capacity)
    add(session, name="In the ZIP area", zip="65201", city="Columbia", position_radius_m=3_000)
    add(session, name="Off the map", at=None, zip="65201", city="Columbia", county_fips=None)
    add(session, name="Refuge", at=None, city="Columbia", sensitivity="confidential")
    add(session, name="=1+1", notes="'=quoted\n- a list\n- of two", address_line1="@ the corner")
    add(session, name="Closed hall", status="closed", type=None, generator=False, showers=None)
    add(session, name="Women's shelter of Boone", sensitivity="confidential")
    add(
        session,
        name='"Gym", north',
        opened_at=datetime(2026, 11, 1, 7, 15, tzinfo=UTC),  # twice on the clock of that night
        backup_power_kw=Decimal("12.50"),
        post_impact_capacity=1200,
        population_total=0,
        state="MO",
        sensitivity="public",
        hours_open="07:00",
    )


def supplies(session):
    makers.supply_site(session, name="Empty cache", external_id="C-0", as_of=TOLD)
    for amount in (10, 20):
        site = makers.supply_site(session, name="Cache", at=None, zip="65240")
        makers.stock(session, site, "Bottled water", quantity_on_hand=amount, unit_of_issue="CS",
                     units_per_pack=24, as_of=None)  # fmt: skip
    site = makers.supply_site(session, name="Depot", as_of=TOLD, position_radius_m=25_000)
    makers.stock(session, site, "Cots, standard", item_code=None, unit_of_issue="EA",
                 as_of=TOLD - timedelta(days=2), quantity_committed=Decimal("2.5"))  # fmt: skip
    makers.stock(session, site, "-Odd, 10% +", unit_of_issue="EA", lot="=L1", condition="unknown",
                 expires_on="2019-01-31", kw=Decimal("0.001"), as_of=TOLD)  # fmt: skip


def units(session):
    add = makers.unit
    add(session, name="Engine 12", unit_id="E12", call_sign="Lincoln 12", external_id=None)
    add(session, name="Engine 12", unit_id="E12b", capabilities=["rope", "swift water"], at=None)
    add(session, name="Mutual aid", at=ALTON, county_fips="17119", status_at=TOLD, as_of=TOLD)
    add(session, name="Team", at=ST_LOUIS, county_fips="29510", type_level=2, position_at=TOLD,
        position_source="gps", available_from=TOLD.replace(microsecond=0))  # fmt: skip


@pytest.fixture
def boone(session):
    """An agency with everything that is awkward to write down."""
    for fill in (shelters, supplies, units):
        fill(session)
    makers.shelter(session, agency_id=makers.agency(session, "Greene County OEM"))
    return makers.agency(session)


def exported(database, boone, kind, extension):
    out = io.BytesIO()
    with database.reading() as session:
        exports.write(session, ADMIN, Asked(kind, boone), extension, out, Home.of())
    return out.getvalue()


def sent_back(database, boone, kind, name, content, **more):
    return unattended.run(
        database,
        Actor(None, None, "test"),
        Home.of(),
        agency_id=boone,
        kind=kind,
        filename=name,
        content=content,
        **more,
    )


def written(session):
    tables = "('resource', 'shelter', 'supply_site', 'stock_line', 'unit')"
    return session.scalar(text(f"SELECT count(*) FROM change WHERE table_name IN {tables}"))


def fates_of(result):
    return {fate: count for fate, count in result.report["fates"].items() if count}


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("kind", ROW_KINDS)
def test_an_export_sent_back_changes_nothing(database, session, boone, kind, extension):
    content, before = exported(database, boone, kind, extension), written(session)
    result = sent_back(database, boone, kind, f"back.{extension}", content)
    assert set(fates_of(result)) == {"unchanged"}, result.report["outcome"]
    assert result.verdict == "unchanged", result.report["outcome"]
    assert written(session) == before
    assert exported(database, boone, kind, extension) == content


def edited(content, change):
    """A CSV export after somebody had it open in a spreadsheet."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for row in rows:
        change(row)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_only_what_was_corrected_changes(database, session, boone):
    """The three town halls differ in nothing but their numbers, and one of them grows."""

    def grow(row):
        if row["evacuation_capacity"] == "50":
            row["evacuation_capacity"] = "55"

    content = edited(exported(database, boone, "shelter", "csv"), grow)
    result = sent_back(database, boone, "shelter", "back.csv", content)
    assert fates_of(result)["changed"] == 1
    assert "new" not in fates_of(result)
    halls = "SELECT evacuation_capacity FROM shelter JOIN resource ON id = resource_id"
    found = session.scalars(text(f"{halls} WHERE name = 'Town Hall' ORDER BY id"))
    assert list(found) == [40, 55, 60]


def test_a_rough_place_stays_rough_also_where_its_columns_are_lost(database, session, boone):
    """A town's middle sent back as bare coordinates, as another program would."""
    content = edited(exported(database, boone, "shelter", "csv"), lambda row: (
        row.pop("position_radius_m", None), row.pop("position_source", None)))  # fmt: skip
    sent_back(database, boone, "shelter", "back.csv", content)
    radius = "SELECT position_radius_m FROM resource WHERE name = 'In the ZIP area'"
    assert session.scalar(text(radius)) == 3_000


def test_in_an_empty_installation_a_rough_place_arrives_rough(database, session, boone):
    content = exported(database, boone, "shelter", "csv")
    other = makers.agency(session, "Elsewhere")
    result = sent_back(database, other, "shelter", "all.csv", content, only_valid=True)
    assert set(fates_of(result)) <= {"new", "held"}
    place = "SELECT position_radius_m, position_source FROM resource WHERE name = :name AND"
    query = text(f"{place} agency_id = {other}")
    assert session.execute(query, {"name": "In the ZIP area"}).one() == (3_000, "reported")
    assert session.execute(query, {"name": "Off the map"}).one() == (None, None)


def test_anothers_number_is_not_believed(database, session, boone):
    """A file of another installation may carry numbers that are ours by chance."""
    ours = session.scalar(text("SELECT id FROM resource WHERE name = 'Lyceum'"))
    content = f"meris_id,name,status\n{ours},Armory,Open\n".encode()
    result = sent_back(database, boone, "shelter", "theirs.csv", content)
    assert fates_of(result) == {"new": 1}
    assert session.scalar(text(f"SELECT name FROM resource WHERE id = {ours}")) == "Lyceum"
