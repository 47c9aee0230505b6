"""Loading supplies, which make sites with stock lines, and units."""

import pytest
from sqlalchemy import select

from meris.errors import Refused
from meris.tables import Resource, StockLine, Unit
from tests.rules.sending import FIXTURES, send


def test_supplies_make_sites_with_stock_lines(session):
    _, done = send(session, (FIXTURES / "supplies_good.csv").read_bytes(), "supply")
    assert (done.outcome.new, done.outcome.lines_new) == (4, 12)
    site = session.scalars(select(Resource).where(Resource.name == "Pettis County Cache")).one()
    assert (site.kind, site.type, site.status) == ("supply_site", "supply_cache", "open")
    water = session.scalars(
        select(StockLine).where(StockLine.resource_id == site.id, StockLine.lot == "L2411")
    ).one()
    assert (water.quantity_on_hand, water.unit_of_issue, water.units_per_pack) == (480, "CS", 12)


def test_supplies_again_with_one_count_changed(session):
    content = (FIXTURES / "supplies_good.csv").read_bytes()
    send(session, content, "supply")
    _, done = send(session, content.replace(b"Water,480,48", b"Water,470,48"), "supply")
    outcome = done.outcome
    assert (outcome.new, outcome.lines_new, outcome.lines_changed) == (0, 0, 1)
    assert outcome.lines_unchanged == 11


def test_goods_that_are_promised_cannot_be_counted_away(session):
    table = """
        site  | item   | qty | unit | committed
        Cache | Cots X | 40  | each | 30
    """
    send(session, table, "supply")
    with pytest.raises(Refused, match="1 of 1 rows") as refused:
        send(
            session,
            table.replace("| committed", "").replace("| 30", "").replace("40", "20"),
            "supply",
        )
    assert "30 are committed already" in refused.value.details["problems"][0]["message"]


def test_units_of_a_workbook(session):
    _, done = send(
        session, (FIXTURES / "units_good.xlsx").read_bytes(), "unit", filename="units.xlsx"
    )
    assert done.outcome.new == 12
    engine = session.scalars(select(Resource).where(Resource.external_id == "E12")).one()
    assert (engine.name, engine.type, engine.status) == ("Lincoln Engine 12", "engine", "available")
    assert session.get(Unit, engine.id).capabilities == ["extrication"]


def test_an_older_status_of_a_unit_is_not_taken(session):
    table = """
        call sign | unit type | status    | status at
        Engine 1  | engine    | available | 2025-03-02 12:00
    """
    send(session, table, "unit")
    send(session, table.replace("available", "on scene").replace("12:00", "11:00"), "unit")
    engine = session.scalars(select(Resource).where(Resource.name == "Engine 1")).one()
    assert engine.status == "available"
    send(session, table.replace("available", "on scene").replace("12:00", "13:00"), "unit")
    session.refresh(engine)
    assert engine.status == "on_scene"
