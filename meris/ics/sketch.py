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

from geo.counties import County
from geo.gazetteer import Gazetteer
from geo.values import METERS_PER_DEGREE, Bounds, NotAPlace, Position
from meris.distances import MILES, Distances

WIDTH, HEIGHT = 720, 340
#: At least so much of the country is shown, in degrees of latitude.
_LEAST_SPAN = 0.06
_MARGIN = 0.18
_MOST_TOWNS, _LABEL = 14, 11
#: How long the scale may be, in miles or kilometers.
_NICE = (0.5, 1, 2, 5, 10, 20, 50, 100, 200)


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
    """What is drawn. `radius_m`: how far off the incident may be; `parts`: what belongs to it."""

    incident: Marked | None
    radius_m: int | None
    areas: Sequence[Outlined]
    units: Sequence[Marked]
    parts: Sequence[Marked] = ()


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
        simple = shapely.simplify(self._clipped(shape, 0.2), 1 / self.per_degree)
        return " ".join(self._rings(simple))

    def seen(self, shape: BaseGeometry) -> BaseGeometry:
        """The part of an area that is on the paper."""
        return self._clipped(shape, 0)

    def _clipped(self, shape: BaseGeometry, beyond: float) -> BaseGeometry:
        box = self.bounds.expanded(beyond)
        return shapely.intersection(shape, shapely.box(box.west, box.south, box.east, box.north))

    def _rings(self, shape: BaseGeometry) -> Iterator[str]:
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                for ring in (part.exterior, *part.interiors):
                    points = (self.at(lat, lon) for lon, lat in ring.coords)
                    yield "M" + " L".join(f"{x:g} {y:g}" for x, y in points) + "Z"

    def take(self, left: float, top: float, right: float, bottom: float) -> None:
        """No label may stand there."""
        self._taken.append((left, top, right, bottom))

    def free(self, x: float, y: float, wide: float) -> bool:
        """Whether a label fits there; it then has the place."""
        box = (x, y - _LABEL, x + wide, y + 3)
        off = box[0] < 2 or box[1] < 2 or box[2] > WIDTH - 2 or box[3] > HEIGHT - 2
        if off or any(_overlap(box, other) for other in self._taken):
            return False
        self._taken.append(box)
        return True


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def draw(scene: Scene, gazetteer: Gazetteer, distances: Distances = MILES) -> Markup | None:
    """The drawing; None where nothing has a place."""
    bounds = _around(scene)
    if bounds is None:
        return None
    paper = _Paper(bounds)
    counties = _near(paper, gazetteer)
    scale = [*_scale(paper, distances)]
    # whoever comes first has the room for its name: what happens before where it happens
    marks = [*_marks(scene, paper)]
    parts = [
        *_borders(paper, counties),
        *_areas(scene, paper),
        *_towns(paper, gazetteer),
        *_names_of(paper, counties),
        *marks,
        *scale,
    ]
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
    '<rect width="100%" height="100%" fill="#fff"/>'
)


def _told(scene: Scene) -> str:
    """The drawing in words."""
    parts = [f"{len(scene.units)} units", f"{len(scene.areas)} areas", f"{len(scene.parts)} parts"]
    name = scene.incident.name if scene.incident else "the incident, which has no place"
    return f"Sketch map: {name}, {', '.join(parts)}"


def _around(scene: Scene) -> Bounds | None:
    points = [marked.position for marked in (*scene.units, *scene.parts)]
    points += [scene.incident.position] if scene.incident else []
    for area in scene.areas:
        west, south, east, north = area.shape.bounds
        points += [Position(south, west), Position(north, east)]
    try:
        bounds = Bounds.around(points)
    except NotAPlace:
        return None
    return bounds.expanded(min(scene.radius_m or 0, 50_000) / METERS_PER_DEGREE)


def _borders(paper: _Paper, counties: Sequence[County]) -> Iterator[Markup]:
    for county in counties:
        if path := paper.path(county.geometry):
            yield Markup('<path d="{}" fill="none" stroke="#999" stroke-width="1"/>').format(path)


def _near(paper: _Paper, gazetteer: Gazetteer) -> list[County]:
    """The counties that are on the paper, as far as their boxes tell."""
    every = (*gazetteer.counties.values(), *gazetteer.neighbors.values())
    return [county for county in every if not _apart(county.bounds, paper.bounds)]


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
        yield from _label(paper, x, y, 6, area.name, weight="bold")


def _towns(paper: _Paper, gazetteer: Gazetteer) -> Iterator[Markup]:
    """Towns, the biggest first, as far as there is room for their names."""
    shown = 0
    for town in gazetteer.towns:
        if shown == _MOST_TOWNS or not town.population:
            return
        if not paper.bounds.contains(town.position):
            continue
        x, y = paper.at(town.position.lat, town.position.lon)
        name = [*_label(paper, x, y, 3, town.name, color="#555")]
        if name:
            shown += 1
            yield Markup('<circle cx="{}" cy="{}" r="2" fill="#555"/>').format(x, y)
            yield from name


def _names_of(paper: _Paper, counties: Sequence[County]) -> Iterator[Markup]:
    """The names of counties, in the middle of what is seen of them."""
    for county in counties:
        seen = paper.seen(county.geometry)
        if not seen.is_empty:
            middle = seen.representative_point()
            x, y = paper.at(middle.y, middle.x)
            yield from _label(paper, x, y, 0, county.full_name.upper(), color="#777")


def _marks(scene: Scene, paper: _Paper) -> Iterator[Markup]:
    units = [(*paper.at(u.position.lat, u.position.lon), u) for u in _apiece(scene.units, paper)]
    for x, y, _ in units:
        paper.take(x - 5, y - 5, x + 5, y + 5)
    if scene.incident:
        yield from _incident(scene.incident, scene.radius_m, paper)
    for part in scene.parts:
        left, top = paper.at(part.position.lat, part.position.lon)
        yield Markup('<path d="M{} {} l6 6 l-6 6 l-6 -6 z" fill="#fff" stroke="#000"/>').format(
            left, top - 6
        )
        yield from _label(paper, left, top, 6, part.name)
    for x, y, unit in units:
        yield Markup(
            '<circle cx="{}" cy="{}" r="4" fill="#fff" stroke="#000" stroke-width="1.5"/>'
        ).format(x, y)
        yield from _label(paper, x, y, 5, unit.name)


def _incident(incident: Marked, radius_m: int | None, paper: _Paper) -> Iterator[Markup]:
    x, y = paper.at(incident.position.lat, incident.position.lon)
    if radius_m:
        reach = radius_m / METERS_PER_DEGREE * paper.per_degree
        yield Markup(
            '<circle cx="{}" cy="{}" r="{}" fill="none" stroke="#000" stroke-dasharray="2 4"/>'
        ).format(x, y, round(reach, 1))
    yield Markup('<path d="M{} {} l9 9 l-9 9 l-9 -9 z" fill="#000"/>').format(x, y - 9)
    paper.take(x - 9, y - 9, x + 9, y + 9)
    yield from _label(paper, x, y, 9, incident.name, weight="bold")


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
    paper: _Paper,
    x: float,
    y: float,
    off: float,
    text: str,
    *,
    weight: str = "normal",
    color: str = "#000",
) -> Iterator[Markup]:
    """The text beside its mark, which reaches `off` from its middle, where there is room."""
    wide = _wide(text, weight)
    for at, base in _around_mark(x, y, off, wide):
        if paper.free(at, base, wide):
            # not a halo of the letters: the PDF maker paints that over them
            yield Markup(
                '<rect x="{x}" y="{top}" width="{wide}" height="{high}" fill="#fff"'
                ' fill-opacity="0.8"/>'
                '<text x="{x}" y="{y}" font-weight="{weight}" fill="{color}">{text}</text>'
            ).format(
                x=round(at, 1),
                y=round(base, 1),
                top=round(base - _LABEL + 1, 1),
                wide=round(wide, 1),
                high=_LABEL + 1,
                weight=weight,
                color=color,
                text=text,
            )
            return


def _around_mark(x: float, y: float, off: float, wide: float) -> Iterator[tuple[float, float]]:
    """Where a text may begin: beside its mark, above, below, at its corners, a line farther."""
    high = _LABEL / 3
    if not off:
        yield x - wide / 2, y + high
        return
    right, left = x + off + 2, x - off - 2 - wide
    yield from ((right, y + high), (left, y + high))
    for far in (0, _LABEL + 3):
        above, below = y - off - 4 - far, y + off + _LABEL + far
        for at in (x - wide / 2, right, left):
            yield from ((at, above), (at, below))


def _wide(text: str, weight: str) -> float:
    """About how wide a text is."""
    return (0.72 if weight == "bold" else 0.63) * _LABEL * len(text)


def _scale(paper: _Paper, distances: Distances) -> Iterator[Markup]:
    per_unit = paper.per_degree * distances.unit_m / METERS_PER_DEGREE
    units = max((units for units in _NICE if units * per_unit <= WIDTH / 4), default=_NICE[0])
    long = round(units * per_unit, 1)
    x, y = 14, HEIGHT - 14
    paper.take(0, y - 26, max(x + long, 60), HEIGHT)
    paper.take(WIDTH - 34, 0, WIDTH, 50)
    yield Markup(
        '<path d="M{x} {up} v6 h{long} v-6" fill="none" stroke="#000" stroke-width="1.5"/>'
        '<text x="{x}" y="{text}">{units:g} {unit}</text>'
        '<path d="M{n} 34 l0 -22 m-4 7 l4 -7 l4 7" fill="none" stroke="#000" stroke-width="1.5"/>'
        '<text x="{nx}" y="46">N</text>'
    ).format(
        x=x,
        up=y - 6,
        long=long,
        text=y - 10,
        units=units,
        unit=distances.unit,
        n=WIDTH - 20,
        nx=WIDTH - 24,
    )
