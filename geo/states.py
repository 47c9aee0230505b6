"""What is known of a state without any map: the facts in `geo/states/<postal>/`.

`state.toml` holds the state's names, extent, neighbors, coordinate systems and region schemes;
`counties.csv` one row for each county equivalent. Both are written by hand from public sources.
"""

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.values import Bounds, Position

STATES = Path(__file__).parent / "states"


class UnknownStateError(LookupError):
    """No folder of facts for the state asked for; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A state that borders ours."""

    postal: str
    fips: str
    name: str


@dataclass(frozen=True, slots=True)
class ProjectedSystem:
    """A coordinate system of meters or feet, with the ranges of its numbers in the state."""

    crs: str
    title: str
    x: tuple[float, float]
    y: tuple[float, float]

    def holds(self, x: float, y: float) -> bool:
        """Whether `x`, `y` are numbers that a place in the state has in this system."""
        return self.x[0] <= x <= self.x[1] and self.y[0] <= y <= self.y[1]


@dataclass(frozen=True, slots=True)
class Region:
    """One part of a scheme; `counties` are FIPS codes in order."""

    code: str
    title: str
    counties: list[str]


@dataclass(frozen=True, slots=True)
class RegionScheme:
    """One way of dividing the state; a county is in one of its regions."""

    code: str
    title: str
    regions: list[Region]


@dataclass(frozen=True, slots=True)
class CountyFacts:
    """A row of counties.csv. `kind` is "county" or "city" (independent of any county); `regions`
    says for each scheme's code the code of its region; `tile` is row and column of its square in
    the tile map, None where none is given."""

    fips: str
    name: str
    kind: str
    population: int
    label: Position
    regions: dict[str, str]
    tile: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class StateFacts:
    """Everything in a state's folder. `zip_prefixes` are the first and last three digits,
    `area_codes` those of its phone numbers."""

    name: str
    postal: str
    fips: str
    time_zone: str
    bounds: Bounds
    start: Position
    start_zoom: int
    zip_prefixes: tuple[int, int]
    area_codes: frozenset[str]
    neighbors: list[Neighbor]
    projected: list[ProjectedSystem]
    retired_codes: dict[str, str]
    doubtful_towns: list[str]
    schemes: list[RegionScheme]
    counties: list[CountyFacts]

    @classmethod
    def read(cls, postal: str, folder: Path = STATES) -> "StateFacts":
        """Read the facts of the state with this postal code; raises UnknownStateError."""
        home = folder / postal
        if not (home / "state.toml").is_file():
            known = ", ".join(sorted(path.parent.name for path in folder.glob("*/state.toml")))
            raise UnknownStateError(f"No facts for state {postal!r} in {folder}. There: {known}.")
        facts = tomllib.loads((home / "state.toml").read_text("utf-8"))
        counties = _read_counties(home / "counties.csv", facts["regions"])
        return cls(
            name=facts["name"],
            postal=facts["postal"],
            fips=facts["fips"],
            time_zone=facts["time_zone"],
            bounds=Bounds(**facts["bounds"]),
            start=Position(facts["view"]["lat"], facts["view"]["lon"]),
            start_zoom=facts["view"]["zoom"],
            zip_prefixes=tuple(facts["zip_prefixes"]),
            area_codes=frozenset(facts.get("area_codes", ())),
            neighbors=[Neighbor(code, *rest) for code, rest in facts["neighbors"].items()],
            projected=[_system(entry) for entry in facts["projected"]],
            retired_codes=facts["retired_codes"],
            doubtful_towns=facts["doubtful_towns"],
            schemes=[_scheme(entry, counties) for entry in facts["regions"]],
            counties=counties,
        )


def _system(entry: dict[str, Any]) -> ProjectedSystem:
    return ProjectedSystem(entry["crs"], entry["title"], tuple(entry["x"]), tuple(entry["y"]))


def _scheme(entry: dict[str, Any], counties: list[CountyFacts]) -> RegionScheme:
    code = entry["code"]
    regions = [
        Region(region, title, [c.fips for c in counties if c.regions[code] == region])
        for region, title in sorted(entry["titles"].items())
    ]
    return RegionScheme(code, entry["title"], regions)


def _read_counties(path: Path, schemes: list[dict[str, Any]]) -> list[CountyFacts]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_county(row, schemes) for row in csv.DictReader(file)]


def _county(row: dict[str, str], schemes: list[dict[str, Any]]) -> CountyFacts:
    return CountyFacts(
        fips=row["fips"],
        name=row["name"],
        kind=row["kind"],
        population=int(row["population"]),
        label=Position(float(row["lat"]), float(row["lon"])),
        regions={scheme["code"]: row[scheme["column"]] for scheme in schemes},
        tile=_tile(row),
    )


def _tile(row: dict[str, str]) -> tuple[int, int] | None:
    across, down = row.get("tile_column"), row.get("tile_row")
    return (int(down), int(across)) if across and down else None
