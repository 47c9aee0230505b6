"""Areas as people draw, paste and compute them: read from GeoJSON, checked, measured.

An area is a MultiPolygon of WGS 84 with longitude first, as shapely and the database hold it.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod, Proj
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.notation import read_position
from geo.values import Bounds, NotAPlace, Position

#: A whole state by its exact counties has some 3,000; more than this was traced by a machine.
MOST_POINTS = 8_000
#: Smaller than 10 by 10 meters is a slip of the hand.
LEAST_SQUARE_METERS = 100.0
#: Corners of a circle: with 72 of them its edge is at most 0.1 % of the radius off.
CORNERS = 72
_LARGEST_RADIUS_M = 500_000.0
#: A collection of features of collections is deep enough.
_DEEPEST = 4

Points = npt.NDArray[np.float64]

_EARTH = Geod(ellps="WGS84")
_REASON = re.compile(r"(?P<what>[^\[]+)\[(?P<lon>\S+) (?P<lat>[^\]]+)\]")
_IN_WORDS = {
    "Self-intersection": "The outline crosses itself",
    "Ring Self-intersection": "The outline touches itself",
    "Hole lies outside shell": "A hole lies outside of its outline",
    "Nested holes": "A hole lies within another",
    "Nested shells": "One part lies within another",
    "Interior is disconnected": "Holes cut the area in two",
    "Duplicate Rings": "Two outlines are the same",
}


class NotAShape(ValueError):  # noqa: N818  # a noun: what it is, not that it went wrong
    """What was given is no area. The message says why, in words for the person who drew it.

    `at` is where it is wrong, `meant` the area that was probably had in mind, where that can be
    told.
    """

    def __init__(
        self, message: str, *, at: Position | None = None, meant: MultiPolygon | None = None
    ) -> None:
        super().__init__(message)
        self.at = at
        self.meant = meant


def from_geojson(given: object) -> MultiPolygon:
    """The area that a Polygon or MultiPolygon says, or a Feature or collection of such.

    Raises NotAShape: for other types, open rings, numbers out of range, outlines that cross
    themselves, more than `MOST_POINTS`, or next to no extent.
    """
    polygons = [polygon for rings in _polygons(given) if (polygon := _polygon(rings))]
    if not polygons:
        raise NotAShape("There is no area in it. Give a Polygon or a MultiPolygon.")
    return checked(shapely.multipolygons(polygons))


def from_text(text: str) -> MultiPolygon:
    """The area pasted as GeoJSON or as its corners: one position a line, in any notation.

    Corners may be parted by semicolons too; the last joins the first. Raises NotAShape.
    """
    stripped = text.strip()
    if stripped[:1] in ("{", "["):
        return from_geojson(_json(stripped))
    corners = [_corner(line, n) for n, line in enumerate(_lines(stripped), start=1)]
    if len(corners) < 3:
        raise NotAShape(
            "An area needs three corners at least. Write one on each line, such as 38.95, -92.33."
        )
    points = [(corner.lon, corner.lat) for corner in corners]
    return checked(MultiPolygon([Polygon(points)]))


def circle(center: Position, radius_m: float, corners: int = CORNERS) -> MultiPolygon:
    """The area within `radius_m` meters of `center`, as a polygon on the ellipsoid."""
    if not (math.isfinite(radius_m) and 0 < radius_m <= _LARGEST_RADIUS_M):
        raise NotAShape(
            f"A circle's radius must be more than 0 and at most {_LARGEST_RADIUS_M / 1000:,.0f} km."
        )
    directions = np.linspace(0, -360, corners, endpoint=False)
    lons, lats, _ = _EARTH.fwd(
        np.full(corners, center.lon), np.full(corners, center.lat), directions,
        np.full(corners, radius_m),
    )  # fmt: skip
    return checked(MultiPolygon([Polygon(np.column_stack([lons, lats]))]))


def union(areas: Iterable[Polygon | MultiPolygon]) -> MultiPolygon:
    """Several areas as one, without the borders between them."""
    return checked(_only_areas(shapely.union_all(list(areas))))


def checked(area: MultiPolygon) -> MultiPolygon:
    """The area itself when it can be kept; raises NotAShape."""
    if (points := int(shapely.get_num_coordinates(area))) > MOST_POINTS:
        raise NotAShape(
            f"The area has {points:,} points; {MOST_POINTS:,} are the most. Draw it more simply."
        )
    if not area.is_valid:
        raise _crossed(area)
    if square_meters(area) < LEAST_SQUARE_METERS:
        raise NotAShape("The area has next to no extent. Make it larger than 10 by 10 meters.")
    return area


def square_meters(area: Polygon | MultiPolygon) -> float:
    """The extent of an area on the ellipsoid."""
    return abs(float(_EARTH.geometry_area_perimeter(shapely.orient_polygons(area))[0]))


def bounds_of(area: Polygon | MultiPolygon) -> Bounds:
    """The box around an area."""
    return Bounds(*area.bounds)


def outside(area: MultiPolygon, bounds: Bounds) -> Position | None:
    """The corner that lies farthest out of `bounds`; None when none does."""
    points = shapely.get_coordinates(area)
    low, high = (bounds.west, bounds.south), (bounds.east, bounds.north)
    beyond = np.maximum(low - points, points - high).max(axis=1)
    worst = int(beyond.argmax())
    return Position(points[worst, 1], points[worst, 0]) if beyond[worst] > 0 else None


def grown(area: MultiPolygon, meters: float) -> MultiPolygon:
    """The area and all within `meters` of it; its round corners are at most 0.5 % short."""
    there, back = _flat(area)
    wide = shapely.buffer(shapely.transform(area, there), meters, quad_segs=16)
    return _only_areas(shapely.transform(wide, back))


def around(area: MultiPolygon, meters: float) -> MultiPolygon:
    """All within `meters` of the area, without the area."""
    return _only_areas(grown(area, meters).difference(area))


def meters_from(area: MultiPolygon, positions: Sequence[Position]) -> list[float]:
    """How far each position is from the area's edge, within 0.1 % for places nearby; 0 inside."""
    there, _ = _flat(area)
    points = shapely.points([(position.lon, position.lat) for position in positions])
    flat = shapely.transform(area, there)
    return [float(d) for d in shapely.distance(flat, shapely.transform(points, there))]


def pieces(area: BaseGeometry, corners: int = 48) -> Iterator[BaseGeometry]:
    """The area in parts of at most so many corners, halved along its longer side again and again.

    A point is compared with a small part much faster than with a long outline, and each part has a
    box of its own for an index. A point where two parts meet is in both.
    """
    if area.is_empty or int(shapely.get_num_coordinates(area)) <= corners:
        if area.area > 0:
            yield area
        return
    west, south, east, north = area.bounds
    if east - west > north - south:
        middle = (west + east) / 2
        halves = (west, south, middle, north), (middle, south, east, north)
    else:
        middle = (south + north) / 2
        halves = (west, south, east, middle), (west, middle, east, north)
    for half in halves:
        yield from pieces(area.intersection(shapely.box(*half)), corners)


def share(part: Polygon | MultiPolygon, area: MultiPolygon) -> float:
    """How much of `part` the area covers, 0 to 1, by extent."""
    if not part.intersects(area):
        return 0.0
    if area.covers(part):
        return 1.0
    return float(_extent(part.intersection(area)) / _extent(part))


def _extent(shape: BaseGeometry) -> float:
    """Extent in a projection that keeps extents: longitude beside the sine of latitude."""
    return float(shapely.area(shapely.transform(shape, _equal_area)))


def _equal_area(points: Points) -> Points:
    return np.column_stack([points[:, 0], np.sin(np.radians(points[:, 1]))])


def _flat(area: MultiPolygon) -> tuple[Callable[[Points], Points], Callable[[Points], Points]]:
    """Ways to meters on a plane that touches the Earth in the middle of the area, and back."""
    middle = area.envelope.centroid
    plane = Proj(proj="aeqd", lat_0=middle.y, lon_0=middle.x, ellps="WGS84")

    def there(points: Points) -> Points:
        return np.column_stack(plane(points[:, 0], points[:, 1]))

    def back(points: Points) -> Points:
        return np.column_stack(plane(points[:, 0], points[:, 1], inverse=True))

    return there, back


def _polygons(given: object, depth: int = 0) -> Iterable[object]:
    """The rings of each polygon in a GeoJSON object."""
    if depth > _DEEPEST:
        raise NotAShape("This GeoJSON is nested too deeply. Give a Polygon or a MultiPolygon.")
    members: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    match members.get("type"):
        case "Feature":
            yield from _polygons(members.get("geometry"), depth + 1)
        case "FeatureCollection" | "GeometryCollection" as kind:
            for part in _list(members.get("features" if kind[0] == "F" else "geometries")):
                yield from _polygons(part, depth + 1)
        case "Polygon":
            yield members.get("coordinates")
        case "MultiPolygon":
            yield from _list(members.get("coordinates"))
        case str() as other:
            raise NotAShape(f"{other[:40]} is no area. Give a Polygon or a MultiPolygon.")
        case _:
            raise NotAShape("This is not GeoJSON: it has no type. Give a Polygon or MultiPolygon.")


def _polygon(rings: object) -> Polygon | None:
    read = [_ring(ring) for ring in _list(rings)]
    return Polygon(read[0], read[1:]) if read else None


def _ring(given: object) -> list[tuple[float, float]]:
    points = [_point(point) for point in _list(given)]
    if len(points) < 3 or (points[0] == points[-1] and len(points) < 4):
        raise NotAShape("An outline needs three corners at least, and its first one again.")
    if points[0] != points[-1]:
        where = Position(points[-1][1], points[-1][0])
        raise NotAShape(
            f"An outline is not closed: it ends at {_said(where)} and not where it began.",
            at=where,
            meant=_mended(MultiPolygon([Polygon(points)])),
        )
    return points


def _point(given: object) -> tuple[float, float]:
    pair = _list(given)[:2]
    if len(pair) < 2 or any(isinstance(n, bool) or not isinstance(n, int | float) for n in pair):
        raise NotAShape("A point of GeoJSON is two numbers: longitude, then latitude.")
    lon, lat = pair
    try:
        Position(lat, lon)
    except (NotAPlace, OverflowError) as problem:
        raise NotAShape(f"{problem} GeoJSON puts longitude first.") from problem
    return float(lon), float(lat)


def _list(given: object) -> list[Any]:
    if not isinstance(given, list | tuple):
        raise NotAShape("This is not GeoJSON: a list of coordinates is missing.")
    return list(given)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise NotAShape("This begins like GeoJSON and cannot be read as such.") from problem


def _lines(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;]", text) if line.strip()][: MOST_POINTS + 1]


def _corner(line: str, number: int) -> Position:
    try:
        return read_position(line).position
    except NotAPlace as problem:
        raise NotAShape(f"Line {number}: {problem}") from problem


def _crossed(area: MultiPolygon) -> NotAShape:
    found = _REASON.match(shapely.is_valid_reason(area))
    what = _IN_WORDS.get(found["what"], "The outline is not right") if found else "It is not right"
    at = Position(float(found["lat"]), float(found["lon"])) if found else None
    where = f" at {_said(at)}" if at else ""
    return NotAShape(f"{what}{where}. Move a corner, or take the mended shape.",
                     at=at, meant=_mended(area))  # fmt: skip


def _mended(area: MultiPolygon) -> MultiPolygon | None:
    """What the outline probably meant, when that is an area at all."""
    try:
        return checked(
            _only_areas(shapely.make_valid(area, method="structure", keep_collapsed=False))
        )
    except NotAShape:
        return None


def _only_areas(shape: Any) -> MultiPolygon:
    """The polygons of any geometry, in one."""
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if isinstance(p, Polygon)]
    if not parts:
        raise NotAShape("Nothing of it has an extent.")
    return shapely.multipolygons(parts)


def _said(position: Position) -> str:
    return f"{position.lat:.5f}, {position.lon:.5f}"
