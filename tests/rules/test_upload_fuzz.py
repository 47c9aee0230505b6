"""Broken files: refused in plain words or read, quickly, and no row is ever lost.

`make test` tries a few hundred. MERIS_FUZZ=10000 tries so many, and takes the files that others
made as well where they lie beside the repository.
"""

import os
import time
from functools import cache
from pathlib import Path
from random import Random

import pytest

from meris.errors import Refused
from meris.fields import ROW_KINDS, Home
from meris.uploads import Checking, Sheet, match, read, sheet_names
from tests.rules.mutations import broken
from tests.rules.tiny_maps import feature, geojson, kml, zipped
from tests.rules.tiny_xls import xls

FIXTURES = Path(__file__).parents[2] / "fixtures"
OTHERS = Path(__file__).parents[3] / "shared" / "data" / "csv"
ASKED = int(os.environ.get("MERIS_FUZZ", "0"))
CASES = ASKED or 300
AT_ONCE = 25
# Processor time, so that a busy machine does not fail a test.
MOST_SECONDS = 5.0
# More of a file than this tells nothing new and takes long.
MOST_BYTES = 40_000
HOME = Home.of()
NAMES = ("name", "status", "city", "beds")


@cache
def files() -> tuple[tuple[str, bytes], ...]:
    """The files to break: sample files, the same packed and as maps, and others' on request."""
    found = [(path.name, path.read_bytes()) for path in sorted(FIXTURES.glob("*.*"))]
    tables = dict(found)
    found += [
        ("list.zip", zipped({"list.csv": tables["shelters_good.csv"]})),
        ("all.zip", zipped({name: tables[name] for name in sorted(tables)[:4]})),
        ("old.xls", xls([(n, c, f"{name} {n}") for n in range(9) for c, name in enumerate(NAMES)])),
        ("map.geojson", _geojson()),
        ("map.kml", _kml()),
        ("map.kmz", zipped({"doc.kml": _kml()})),
        ("wide.csv", tables["shelters_good.csv"].decode().encode("utf-16")),
    ]
    if ASKED and OTHERS.is_dir():
        found += [(path.name, _start(path)) for path in sorted(OTHERS.glob("*.*"))]
    return tuple(found)


def _start(path: Path) -> bytes:
    content = path.read_bytes()
    return content if content.startswith(b"PK") else content[:MOST_BYTES]


def _geojson() -> bytes:
    square = [[[-92, 38], [-91, 38], [-91, 39], [-92, 38]]]
    shapes = [(-91.7, 37.9), {"type": "Polygon", "coordinates": square}, None]
    return geojson(
        *(
            feature(shapes[n % 3], f"S-{n}", name=f"Gym {n}", status="open", beds=n, tags=["a", 1])
            for n in range(9)
        ),
        crs={"type": "name", "properties": {"name": "EPSG:26915"}},
    )


def _kml() -> bytes:
    return kml(
        "".join(
            f"<Folder><name>Open</name><Placemark><name>Gym {n}</name>"
            f"<description><![CDATA[<b>{n}</b> cots]]></description>"
            f'<ExtendedData><Data name="status"><value>open</value></Data></ExtendedData>'
            f"<Point><coordinates>-91.{n},37.9,0</coordinates></Point></Placemark></Folder>"
            for n in range(9)
        )
    )


def case(number: int) -> tuple[str, bytes, str]:
    """The file of a case, and the kind it is taken for."""
    chance = Random(number)
    name, content = chance.choice(files())
    return name, broken(content, chance), chance.choice(ROW_KINDS)


def judge(name: str, content: bytes, kind: str) -> str:
    """Do what an upload does before the database; what became of the file."""
    try:
        sheet = read(content, name)
        names = sheet_names(content, name)
    except Refused as refused:
        assert refused.message.startswith(name)  # noqa: PT017  # being refused is one way out
        assert refused.message.endswith((".", "?"))  # noqa: PT017
        return "refused"
    assert len(names) == len(set(names)) or "zip" in name
    _no_row_is_lost(sheet)
    try:
        checking = Checking(sheet, match(sheet, kind, HOME), HOME)
        fates = [fate for _, fate in checking.every()]
    except Refused as refused:
        assert refused.message  # noqa: PT017
        return "refused"
    checked = checking.checked
    counted = checked.ready + checked.refused + checked.repeated + checked.left_out
    assert checked.total == counted == len(fates)
    examples = sum("is the example of the template" in note for note in checked.notes)
    assert checked.total + examples == (0 if checking.match.missing else sheet.row_count)
    return "read"


def _no_row_is_lost(sheet: Sheet) -> None:
    """Every row of the file is above the table, a record, left out with a reason, or blank."""
    rows = list(sheet.rows())
    assert len(rows) == sheet.row_count > 0
    in_file = sum(1 for _ in sheet.source())
    below = sheet.row_count + sheet.dropped_count + sheet.blank_count
    assert in_file == sheet.first_row - 1 + below
    assert len(sheet.dropped) == min(1_000, sheet.dropped_count)
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))
    for row in rows:
        text = "".join(row.cells)
        assert "\x00" not in text
        assert text.encode()  # no halves of letters, which no database takes


@pytest.mark.parametrize("first", range(0, CASES, AT_ONCE))
def test_broken_files(first):
    for number in range(first, min(first + AT_ONCE, CASES)):
        name, content, kind = case(number)
        began = time.process_time()
        try:
            judge(name, content, kind)
        except BaseException as problem:
            problem.add_note(f"case {number}: {name} as {kind}, {len(content):,} bytes")
            raise
        took = time.process_time() - began
        assert took < MOST_SECONDS, f"case {number}: {name} took {took:.1f} s"


def test_the_cases_reach_the_tables():
    """Most broken files are still tables; a fuzz that only meets refusals tries nothing."""
    ends = [judge(*case(number)) for number in range(60)]
    assert ends.count("read") > 20
    assert ends.count("refused") > 3
