"""The map that works without a network: borders, rivers and labels for the browser.

`basemap.json` is TopoJSON, whose objects are what one wants to draw or to hit with the pointer.
`places.json` holds the labels as columns. Nothing here is exact enough to look a county up by.
"""

from collections.abc import Callable
from typing import Any

import shapely
from shapely.geometry import LineString

from geo.build.sources import ATTRIBUTION, Area
from geo.build.topology import Arc, Owners, arcs_between, on_grid, polygons_of, thinned
from geo.states import CountyFacts, StateFacts
from geo.values import Bounds

#: Grid of the drawn lines: 1e-4 degrees are 11 m, a pixel at zoom 14.
_PER_DEGREE = 10_000

#: By how many degrees a drawn line may leave the true one: 20 m on our own borders, where the map
#: is read closely, 100 m next door, 2 km far away, 150 m on rivers.
_HOME, _NEAR, _FAR, _RIVERS = 0.0002, 0.001, 0.02, 0.0015

#: Islands of far states are shown from this size in degrees.
_SPECK = 0.25

#: Above this zoom the rivers' error of a kilometer shows beside the borders that follow them.
_RIVERS_LAST_ZOOM = 9

#: How many degrees around the state its neighbors' counties and towns are shown.
NEAR_DEGREES = 1.2

#: How many degrees around the state rivers are shown.
RIVER_DEGREES = 3.0

#: How many degrees around the state other states are shown.
FAR_DEGREES = 30.0


def basemap(
    state: StateFacts, counties: list[Area], states: list[Area], rivers: list[LineString]
) -> dict[str, Any]:
    """TopoJSON of the state and its surroundings.

    `counties` are those of the state and of its neighbors, `states` the others farther away.
    """
    near = state.bounds.expanded(NEAR_DEGREES)
    owned = [(_owner(county, state, near), county.geometry) for county in counties]
    owned += [(other.fips, other.geometry) for other in states]
    arcs = [_drawn(arc, state) for arc in arcs_between(owned)]
    borders = [arc for arc in arcs if not _is_speck(arc)]
    courses = [_course(river) for river in _cut(rivers, state.bounds.expanded(RIVER_DEGREES))]
    return {
        "type": "Topology",
        "transform": {"scale": [1 / _PER_DEGREE, 1 / _PER_DEGREE], "translate": [0, 0]},
        "attribution": ATTRIBUTION,
        "objects": {
            **_areas(state, borders),
            **_lines(state, borders),
            "rivers": {
                **_multiline(range(len(borders), len(borders) + len(courses))),
                "properties": {"last_zoom": _RIVERS_LAST_ZOOM},
            },
        },
        "arcs": [_delta_coded(arc) for arc in borders + courses],
    }


def _owner(county: Area, state: StateFacts, near: Bounds) -> str:
    """A county by itself where counties are shown; elsewhere it melts into its state."""
    if county.fips.startswith(state.fips) or _meets(county, near):
        return county.fips
    return county.fips[:2]


def _meets(area: Area, bounds: Bounds) -> bool:
    west, south, east, north = area.geometry.bounds
    return (
        west <= bounds.east
        and east >= bounds.west
        and south <= bounds.north
        and north >= bounds.south
    )


def _drawn(arc: Arc, state: StateFacts) -> Arc:
    if any(owner and owner.startswith(state.fips) for owner in arc.owners):
        tolerance = _HOME
    else:
        tolerance = _NEAR if any(_is_county(owner) for owner in arc.owners) else _FAR
    return on_grid(thinned(arc, tolerance), _PER_DEGREE)


def _is_speck(arc: Arc) -> bool:
    """A far island too small to be worth its bytes, or an arc thinned to a point."""
    if len(arc.vertices) < 2:
        return True
    first_x, first_y = arc.vertices[0]
    if arc.vertices[-1] != (first_x, first_y) or any(_is_county(owner) for owner in arc.owners):
        return False
    size = max(max(abs(x - first_x), abs(y - first_y)) for x, y in arc.vertices)
    return size < _SPECK * _PER_DEGREE


def _is_county(owner: str | None) -> bool:
    return owner is not None and len(owner) == 5


def _cut(rivers: list[LineString], bounds: Bounds) -> list[LineString]:
    box = shapely.box(bounds.west, bounds.south, bounds.east, bounds.north)
    parts = shapely.get_parts(shapely.intersection(rivers, box))
    return [part for part in parts if isinstance(part, LineString) and part.length > 0]


def _course(river: LineString) -> Arc:
    vertices = [(x, y) for x, y in shapely.get_coordinates(river).tolist()]
    return on_grid(thinned(Arc(frozenset(), vertices), _RIVERS), _PER_DEGREE)


def _delta_coded(arc: Arc) -> list[list[int]]:
    """Each vertex counted from the one before, as TopoJSON has it."""
    coded, x, y = [], 0, 0
    for lon, lat in arc.vertices:
        coded.append([int(lon) - x, int(lat) - y])
        x, y = int(lon), int(lat)
    return coded


def _areas(state: StateFacts, arcs: list[Arc]) -> dict[str, Any]:
    home = polygons_of(arcs, _parts(_is_in(state)))
    counties = [_county(county, arcs) for county in state.counties]
    return {
        "state": {"type": "MultiPolygon", "arcs": home},
        "counties": {"type": "GeometryCollection", "geometries": counties},
    }


def _county(county: CountyFacts, arcs: list[Arc]) -> dict[str, Any]:
    return {
        "type": "MultiPolygon",
        "id": county.fips,
        "properties": {"name": county.name, "lat": county.label.lat, "lon": county.label.lon},
        "arcs": polygons_of(arcs, lambda owners: county.fips in owners),
    }


def _is_in(state: StateFacts) -> Callable[[str | None], bool]:
    return lambda owner: owner is not None and owner.startswith(state.fips)


def _parts(ours: Callable[[str | None], bool]) -> Callable[[Owners], bool]:
    """Whether a border parts what is ours from what is not."""
    return lambda owners: len({ours(owner) for owner in owners}) == 2


def _lines(state: StateFacts, arcs: list[Arc]) -> dict[str, Any]:
    kinds: dict[str, list[int]] = {
        "state_line": [],
        "county_lines": [],
        "neighbor_county_lines": [],
        "neighbor_state_lines": [],
    }
    for n, arc in enumerate(arcs):
        kinds[_kind(arc.owners, state)].append(n)
    return {kind: _multiline(numbers) for kind, numbers in kinds.items()}


def _kind(owners: Owners, state: StateFacts) -> str:
    states = {owner[:2] if owner else None for owner in owners}
    if state.fips in states:
        return "county_lines" if len(states) == 1 else "state_line"
    return "neighbor_county_lines" if len(states) == 1 else "neighbor_state_lines"


def _multiline(numbers: Any) -> dict[str, Any]:
    return {"type": "MultiLineString", "arcs": [[n] for n in numbers]}
