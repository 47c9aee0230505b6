"""The map of ICS 201, drawn by ourselves: borders, towns, areas, the incident, its units.

SVG with attributes only, so that neither a strict content policy nor the PDF maker loses a line.
In black, white and hatching, for a copier.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import shapely
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from geo.gazetteer import Gazetteer
from geo.values import METERS_PER_DEGREE, Bounds, NotAPlace, Position

WIDTH, HEIGHT = 720, 400
#: At least so much of the country is shown, in degrees of latitude.
_LEAST_SPAN = 0.06
_MARGIN = 0.18
_MOST_TOWNS, _LABEL = 14, 11
_NICE_KM = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Marked:
    """A point with its name."""

    position: Position
    name: str


@dataclass(frozen=True)
class Outlined:
    """An area with its name; `danger` ones are hatched."""

    shape: BaseGeometry
    name: str
    danger: bool


@dataclass(frozen=True)
class Scene:
    """What is drawn. `radius_m`: how far off the incident may be."""

    incident: Marked | None
    radius_m: int | None
    areas: Sequence[Outlined]
    units: Sequence[Marked]


class _Paper:
    """Degrees to paper: flat, with the longitude shrunk as it is in the middle."""

    def __init__(self, bounds: Bounds) -> None:
        self._middle = bounds.center
        self._shrink = math.cos(math.radians(self._middle.lat))
        tall = max(bounds.north - bounds.south, _LEAST_SPAN)
        wide = max((bounds.east - bounds.west) * self._shrink, _LEAST_SPAN)
        self.per_degree = min(WIDTH / wide, HEIGHT / tall) / (1 + 2 * _MARGIN)
        self._taken: list[tuple[float, float, float, float]] = []

    @property
    def bounds(self) -> Bounds:
        """What fits on the paper."""
        high = HEIGHT / 2 / self.per_degree
        wide = WIDTH / 2 / self.per_degree / self._shrink
        middle = self._middle
        return Bounds(middle.lon - wide, middle.lat - high, middle.lon + wide, middle.lat + high)

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """A place in units of the drawing."""
        x = WIDTH / 2 + (lon - self._middle.lon) * self._shrink * self.per_degree
        y = HEIGHT / 2 - (lat - self._middle.lat) * self.per_degree
        return round(x, 1), round(y, 1)

    def path(self, shape: BaseGeometry) -> str:
        """The outline of an area as the `d` of a path; empty where it is off the paper."""
        box = self.bounds.expanded(0.2)
        clipped = shapely.intersection(shape, shapely.box(box.west, box.south, box.east, box.north))
        simple = shapely.simplify(clipped, 1 / self.per_degree)
        return " ".join(self._rings(simple))

    def _rings(self, shape: BaseGeometry) -> Iterator[str]:
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                for ring in (part.exterior, *part.interiors):
                    points = (self.at(lat, lon) for lon, lat in ring.coords)
                    yield "M" + " L".join(f"{x:g} {y:g}" for x, y in points) + "Z"

    def free(self, x: float, y: float, text: str) -> bool:
        """Whether a label fits there; it then has the place."""
        box = (x, y - _LABEL, x + 0.6 * _LABEL * len(text), y + 3)
        off = box[0] < 2 or box[1] < 2 or box[2] > WIDTH - 2 or box[3] > HEIGHT - 2
        if off or any(_overlap(box, other) for other in self._taken):
            return False
        self._taken.append(box)
        return True


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def draw(scene: Scene, gazetteer: Gazetteer) -> Markup | None:
    """The drawing; None where nothing has a place."""
    bounds = _around(scene)
    if bounds is None:
        return None
    paper = _Paper(bounds)
    marks = [*_marks(scene, paper)]  # they have their places before towns and counties have theirs
    parts = [*_borders(paper, gazetteer), *_areas(scene, paper), *_places(paper, gazetteer), *marks]
    parts += [*_scale(paper)]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
        ' role="img" aria-label="{label}" font-family="sans-serif" font-size="{size}"'
        ' fill="#000">{defs}{body}</svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        size=_LABEL,
        label=_told(scene),
        defs=_HATCH,
        body=Markup("").join(parts),
    )


_HATCH = Markup(
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="8" stroke="#666"'
    ' stroke-width="1.5"/></pattern></defs>'
    '<rect width="720" height="400" fill="#fff"/>'
)


def _told(scene: Scene) -> str:
    """The drawing in words."""
    parts = [f"{len(scene.units)} units", f"{len(scene.areas)} areas"]
    name = scene.incident.name if scene.incident else "the incident, which has no place"
    return f"Sketch map: {name}, {', '.join(parts)}"


def _around(scene: Scene) -> Bounds | None:
    points = [unit.position for unit in scene.units]
    points += [scene.incident.position] if scene.incident else []
    for area in scene.areas:
        west, south, east, north = area.shape.bounds
        points += [Position(south, west), Position(north, east)]
    try:
        bounds = Bounds.around(points)
    except NotAPlace:
        return None
    return bounds.expanded(min(scene.radius_m or 0, 50_000) / METERS_PER_DEGREE)


def _borders(paper: _Paper, gazetteer: Gazetteer) -> Iterator[Markup]:
    box = paper.bounds
    for county in (*gazetteer.counties.values(), *gazetteer.neighbors.values()):
        there = county.bounds
        if _apart(there, box):
            continue
        if path := paper.path(county.geometry):
            yield Markup('<path d="{}" fill="none" stroke="#999" stroke-width="1"/>').format(path)


def _apart(one: Bounds, other: Bounds) -> bool:
    return (
        one.east < other.west
        or other.east < one.west
        or one.north < other.south
        or other.north < one.south
    )


def _areas(scene: Scene, paper: _Paper) -> Iterator[Markup]:
    for area in scene.areas:
        path = paper.path(area.shape)
        if not path:
            continue
        fill = "url(#hatch)" if area.danger else "none"
        yield Markup(
            '<path d="{}" fill="{}" stroke="#000" stroke-width="1.5" stroke-dasharray="6 3"/>'
        ).format(path, fill)
        middle = area.shape.representative_point()
        x, y = paper.at(middle.y, middle.x)
        yield from _label(paper, x, y, area.name, weight="bold")


def _places(paper: _Paper, gazetteer: Gazetteer) -> Iterator[Markup]:
    """Towns, the biggest first, and counties, as far as there is room for their names."""
    box, shown = paper.bounds, 0
    for town in gazetteer.towns:
        if shown == _MOST_TOWNS or not town.population:
            break
        if not box.contains(town.position):
            continue
        x, y = paper.at(town.position.lat, town.position.lon)
        name = [*_label(paper, x + 5, y + 4, town.name, color="#555")]
        if name:
            shown += 1
            yield Markup('<circle cx="{}" cy="{}" r="2" fill="#555"/>').format(x, y)
            yield from name
    for county in gazetteer.counties.values():
        x, y = paper.at(county.centroid.lat, county.centroid.lon)
        yield from _label(paper, x, y, county.full_name.upper(), color="#777")


def _marks(scene: Scene, paper: _Paper) -> Iterator[Markup]:
    if scene.incident:
        position = scene.incident.position
        x, y = paper.at(position.lat, position.lon)
        if scene.radius_m:
            reach = scene.radius_m / METERS_PER_DEGREE * paper.per_degree
            yield Markup(
                '<circle cx="{}" cy="{}" r="{}" fill="none" stroke="#000" stroke-dasharray="2 4"/>'
            ).format(x, y, round(reach, 1))
        yield Markup('<path d="M{} {} l9 9 l-9 9 l-9 -9 z" fill="#000"/>').format(x, y - 9)
        yield from _label(paper, x + 12, y + 4, scene.incident.name, weight="bold")
    for unit in _apiece(scene.units, paper):
        x, y = paper.at(unit.position.lat, unit.position.lon)
        yield Markup(
            '<circle cx="{}" cy="{}" r="4" fill="#fff" stroke="#000" stroke-width="1.5"/>'
        ).format(x, y)
        yield from _label(paper, x + 7, y + 4, unit.name)


def _apiece(units: Iterable[Marked], paper: _Paper) -> list[Marked]:
    """One mark for units that stand together, with all their names."""
    together: dict[tuple[int, int], list[Marked]] = {}
    for unit in units:
        x, y = paper.at(unit.position.lat, unit.position.lon)
        together.setdefault((round(x / 10), round(y / 10)), []).append(unit)
    return [Marked(group[0].position, _names(group)) for group in together.values()]


def _names(group: Sequence[Marked]) -> str:
    names = [unit.name for unit in group[:4]]
    return ", ".join(names) + (f" and {len(group) - 4} more" if len(group) > 4 else "")


def _label(
    paper: _Paper, x: float, y: float, text: str, *, weight: str = "normal", color: str = "#000"
) -> Iterator[Markup]:
    """The text where there is room for it: right of its point, else left, above or below."""
    wide = 0.6 * _LABEL * len(text)
    for left, low in ((x, y), (x - wide - 14, y), (x - wide / 2, y - 14), (x - wide / 2, y + 16)):
        if paper.free(left, low, text):
            yield Markup(
                '<text x="{}" y="{}" font-weight="{}" fill="{}" stroke="#fff" stroke-width="3"'
                ' paint-order="stroke">{}</text>'
            ).format(round(left, 1), round(low, 1), weight, color, text)
            return


def _scale(paper: _Paper) -> Iterator[Markup]:
    per_km = paper.per_degree * 1_000 / METERS_PER_DEGREE
    km = max((km for km in _NICE_KM if km * per_km <= WIDTH / 4), default=_NICE_KM[0])
    long = round(km * per_km, 1)
    x, y = 14, HEIGHT - 14
    yield Markup(
        '<path d="M{x} {up} v6 h{long} v-6" fill="none" stroke="#000" stroke-width="1.5"/>'
        '<text x="{x}" y="{text}">{km:g} km</text>'
        '<path d="M{n} 34 l0 -22 m-4 7 l4 -7 l4 7" fill="none" stroke="#000" stroke-width="1.5"/>'
        '<text x="{nx}" y="46">N</text>'
    ).format(x=x, up=y - 6, long=long, text=y - 10, km=km, n=WIDTH - 20, nx=WIDTH - 24)
