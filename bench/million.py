"""The second half of a million rows by the shell, beside bare SQL with the same rows.

A file has at most 500,000 rows, so a million are two files. Both sides begin with the same first
half, put in by bulk SQL.
"""

import tempfile
from pathlib import Path

from sqlalchemy import text

from bench import upload_file
from bench.rows import Findings
from bench.upload import AGENCY, Person, Way, command, database, floor, reading, steps_of, written
from bench.world import World

MINUTES = 15
HALF = 500_000


def run(world: World) -> Findings:
    """Seconds and memory of one `meris upload`."""
    half = world.sized(HALF, 1_000)
    first, second = upload_file.shelters(half), upload_file.shelters(half, half)
    size = f"{half:,} more rows where {half:,} are"
    with world.database("bench_upload") as made:
        Person.made(world.settings.at(database_url=made.web, owner_url=made.owner))
        with database(world, "bench_upload_half") as one, tempfile.TemporaryDirectory() as folder:
            written(one, first, triggered=False)
            expert = floor(world, second, journal=True, template="bench_upload_half")
            file = Path(folder) / "second.csv"
            file.write_bytes(second)
            words = ("upload", str(file), "--agency", AGENCY, "--kind", "shelter")
            seconds, memory = command(one, *words)
            way = Way("by the shell, the second half of 1,000,000", seconds, steps_of(one), memory)
            if _count(one) != 2 * half:
                raise RuntimeError(f"{_count(one):,} shelters are there, not {2 * half:,}")
    return Findings([way.row(size, expert)])


def _count(one: World) -> int:
    with reading(one) as connection:
        return int(connection.scalar(text("SELECT count(*) FROM shelter")) or 0)
