"""A spreadsheet of shelters from bytes to the map, beside a bare COPY of the same file."""

import csv
import io
import random
import time
from dataclasses import replace

from sqlalchemy import text

from bench.world import World, table
from geo.gazetteer import Gazetteer
from meris import migrations, uploads
from meris.accounts import Viewer
from meris.db import SYSTEM, Database, engine_at
from meris.fields import Home
from meris.settings import Settings
from meris.uploads import Decisions

SIZES = (10_000, 100_000)
COLUMNS = (
    "SHELTER_ID",
    "SHELTER_NAME",
    "ADDRESS",
    "CITY",
    "SHELTER_STATUS",
    "EVACUATION_CAPACITY",
    "POST_IMPACT_CAPACITY",
    "TOTAL_POPULATION",
    "LATITUDE",
    "LONGITUDE",
)


def run(world: World) -> str:
    """A table of figures."""
    settings = world.settings
    urls = world.cluster.create_database("bench_upload")
    settings = replace(settings, database_url=urls.web, owner_url=urls.owner)
    migrations.migrate(settings)
    rows = [row for size in SIZES for row in _measured(settings, size)]
    world.cluster.drop_database("bench_upload")
    return table(*rows)


def _measured(settings: Settings, size: int) -> list[tuple[str, str]]:
    content = spreadsheet(size)
    floor = _seconds(lambda: _bare_copy(settings, content))
    added = _seconds(lambda: _load(settings, content, f"Agency {size}"))
    again = _seconds(lambda: _load(settings, content + b"\n", f"Agency {size}"))
    return [
        (f"{size:,} rows ({len(content) / 2**20:.1f} MB): bare COPY", f"{floor:.2f} s"),
        (f"{size:,} new shelters: read, match, check, load, journal", f"{added:.1f} s"),
        (f"{size:,} the same again: nothing changed", f"{again:.1f} s"),
    ]


def spreadsheet(size: int) -> bytes:
    """A CSV file as counties send them, with places all over the state."""
    dice, out = random.Random(size), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    towns = [town for town in Gazetteer.load("MO").towns if town.state == "MO"]
    for number in range(size):
        town = dice.choice(towns)
        places = dice.randint(20, 900)
        writer.writerow(
            (
                f"S{number}",
                f"{town.name} Shelter {number}",
                f"{number} Main St",
                town.name,
                dice.choice(("OPEN", "CLOSED")),
                places,
                places // 2,
                0,
                round(town.position.lat + dice.uniform(-0.01, 0.01), 5),
                round(town.position.lon + dice.uniform(-0.01, 0.01), 5),
            )
        )
    return out.getvalue().encode()


def _load(settings: Settings, content: bytes, agency: str) -> None:
    database = Database.at(settings.database_url or "")
    viewer = Viewer("Bench")
    with database.transaction(SYSTEM) as session:
        session.execute(
            text("INSERT INTO agency (name, kind) VALUES (:name, 'other') ON CONFLICT DO NOTHING"),
            {"name": agency},
        )
        agency_id = session.scalar(text("SELECT id FROM agency WHERE name = :n"), {"n": agency})
    with database.transaction(viewer.actor) as session:
        received = uploads.receive(
            session,
            viewer.actor,
            agency_id=agency_id,
            kind="shelter",
            filename="shelters.csv",
            content=content,
        )
    with database.transaction(viewer.actor, upload_id=received.upload_id) as session:
        uploads.apply(
            session,
            viewer.actor,
            received.upload_id,
            Home.of(settings.state),
            Decisions(only_valid=True),
        )
    database.dispose()


def _bare_copy(settings: Settings, content: bytes) -> None:
    engine = engine_at(settings.owner_url or "")
    with engine.begin() as connection:
        columns = ", ".join(f"{name} text" for name in COLUMNS)
        connection.execute(text(f"CREATE TEMP TABLE bare ({columns}) ON COMMIT DROP"))
        cursor = connection.connection.driver_connection.cursor()
        cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", io.BytesIO(content))
    engine.dispose()


def _seconds(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start
