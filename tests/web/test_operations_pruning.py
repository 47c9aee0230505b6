"""What is past its time: `meris prune`, `meris trail …`, and the server's own turns."""

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from geo.columns import as_wkb
from meris.db import SYSTEM, Database
from meris.tables import PositionFix
from meris.web.chores import CHORES, Chore, Chores
from tests import makers
from tests.web.test_operations_cli import meris  # noqa: F401  # a fixture


def test_a_hold_keeps_a_trail_until_it_is_lifted(meris, fresh_database):  # noqa: F811
    database = Database.at(fresh_database.web, pool_size=2)
    at = datetime.now(UTC) - timedelta(days=40)
    with database.transaction(SYSTEM) as session:
        unit = makers.unit(session, name="Engine 12")
        session.execute(select(func.position_fix_prepare(at.date(), 1)))
        session.execute(
            insert(PositionFix).values(
                resource_id=unit,
                at=at,
                device_id=0,
                position=as_wkb(makers.COLUMBIA),
                source="browser",
            )
        )
    span = ("--from", f"{at - timedelta(days=2):%Y-%m-%d}", "--to", f"{at:%Y-%m-%dT23:59}")
    assert "No unit has the name E99" in meris(
        "trail", "hold", "E99", *span, "--reason", "Case 7", code=1
    )
    meris("trail", "hold", "engine 12", "--all", *span, "--reason", "Case 7", code=2)
    assert "Hold 1 is in force" in meris("trail", "hold", "engine 12", *span, "--reason", "Case 7")
    assert "Engine 12" in meris("trail", "list")
    assert meris("prune") == "days of trails held: 1\n"
    assert "Hold 1 is lifted" in meris("trail", "lift", "1")
    assert "no hold 1 in force" in meris("trail", "lift", "1", code=1)
    assert meris("trail", "list") == "Nothing is on hold.\n"
    assert meris("prune") == "days of trails: 1\n"
    assert meris("prune") == "Nothing was past its time.\n"
    database.dispose()


def test_the_server_prunes_by_itself():
    assert "prune" in {chore.name for chore in CHORES}


def test_a_chore_that_fails_stops_no_other_and_has_its_next_turn(settings, database):
    turns, done = [], threading.Event()

    def fails(_database, _settings):
        turns.append("fails")
        raise OperationalError("SELECT 1", {}, Exception("the database went away"))

    def works(_database, _settings):
        turns.append("works")
        if turns.count("works") > 1 and turns.count("fails") > 1:
            done.set()

    table = (Chore("fails", 0.01, fails), Chore("works", 0.01, works))
    chores = Chores(database, settings, table)
    thread = chores.start()
    assert done.wait(20)
    chores.stop()
    thread.join()
