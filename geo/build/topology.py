"""Lines that areas share, each once: a border is thinned, shipped and drawn a single time.

An arc is a run of border between the same two owners. Areas are put together from arcs again, so
that neighbors still fit after each arc has been thinned by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon

Vertex = tuple[float, float]
Segment = tuple[Vertex, Vertex]

#: The two areas that a border parts; the outside has no name.
Owners = frozenset[str | None]

#: A ring as TopoJSON writes it: numbers of arcs, ~n for arc n walked backward.
Ring = list[int]


@dataclass(frozen=True, slots=True)
class Arc:
    """A run of border, longitude first. It is closed when it ends where it began."""

    owners: Owners
    vertices: list[Vertex]


def arcs_between(areas: Iterable[tuple[str, Polygon | MultiPolygon]]) -> list[Arc]:
    """All borders between different owners, given each area with its owner.

    Areas of one owner melt together. They must fit: neighbors share the vertices of their border,
    as the Census Bureau's do.
    """
    borders = _borders(areas)
    ways: dict[Vertex, list[Vertex]] = defaultdict(list)
    for start, end in borders:
        ways[start].append(end)
        ways[end].append(start)
    nodes = {vertex for vertex in ways if _is_node(vertex, ways[vertex], borders)}
    return list(_walk(borders, ways, nodes))


def _borders(areas: Iterable[tuple[str, Polygon | MultiPolygon]]) -> dict[Segment, Owners]:
    sides: dict[Segment, list[str]] = defaultdict(list)
    for owner, area in areas:
        for start, end in _segments(area):
            sides[_key(start, end)].append(owner)
    owners = {
        segment: frozenset(names if len(names) > 1 else (*names, None))
        for segment, names in sides.items()
    }
    return {segment: pair for segment, pair in owners.items() if len(pair) > 1}


def _segments(area: Polygon | MultiPolygon) -> Iterator[Segment]:
    for part in shapely.get_parts(area):
        for ring in (part.exterior, *part.interiors):
            vertices = [(x, y) for x, y in shapely.get_coordinates(ring).tolist()]
            yield from pairwise(vertices)


def _key(start: Vertex, end: Vertex) -> Segment:
    return (start, end) if start < end else (end, start)


def _is_node(vertex: Vertex, ends: list[Vertex], borders: dict[Segment, Owners]) -> bool:
    return len(ends) != 2 or borders[_key(vertex, ends[0])] != borders[_key(vertex, ends[1])]


def _walk(
    borders: dict[Segment, Owners], ways: dict[Vertex, list[Vertex]], nodes: set[Vertex]
) -> Iterator[Arc]:
    """Follow every border once: those between nodes, then the closed ones that meet none."""
    left = dict(borders)
    for start in sorted(nodes):
        for toward in ways[start]:
            if _key(start, toward) in left:
                yield _follow(start, toward, left, ways, nodes)
    while left:
        start, toward = next(iter(left))
        yield _follow(start, toward, left, ways, nodes)


def _follow(
    start: Vertex,
    toward: Vertex,
    left: dict[Segment, Owners],
    ways: dict[Vertex, list[Vertex]],
    nodes: set[Vertex],
) -> Arc:
    owners = left.pop(_key(start, toward))
    vertices = [start, toward]
    while toward not in nodes and toward != start:
        first, second = ways[toward]
        onward = second if first == vertices[-2] else first
        del left[_key(toward, onward)]
        vertices.append(onward)
        toward = onward
    return Arc(owners, vertices)


def thinned(arc: Arc, tolerance: float) -> Arc:
    """The arc without vertices that lie within `tolerance` degrees of it; its ends stay."""
    line = LineString(arc.vertices).simplify(tolerance)
    return Arc(arc.owners, [(x, y) for x, y in shapely.get_coordinates(line).tolist()])


def on_grid(arc: Arc, per_degree: int) -> Arc:
    """The arc with its vertices on a grid of 1/`per_degree` degrees, repeated ones left out."""
    vertices: list[Vertex] = []
    for x, y in arc.vertices:
        vertex = (round(x * per_degree), round(y * per_degree))
        if not vertices or vertices[-1] != vertex:
            vertices.append(vertex)
    return Arc(arc.owners, vertices)


def polygons_of(arcs: list[Arc], bounds_it: Callable[[Owners], bool]) -> list[list[Ring]]:
    """The polygons that the arcs picked by `bounds_it` enclose: each a shell and its holes.

    Shells run counter-clockwise and holes clockwise, as GeoJSON asks.
    """
    rings = [(ring, _polygon(ring, arcs)) for ring in _rings(arcs, bounds_it)]
    rings.sort(key=lambda entry: -entry[1].area)
    shells: list[tuple[list[Ring], Polygon]] = []
    for ring, area in rings:
        inner = area.representative_point()
        around = next((shell for shell, outer in shells if outer.contains(inner)), None)
        if around is None:
            shells.append(([_turned(ring, area, counter_clockwise=True)], area))
        else:
            around.append(_turned(ring, area, counter_clockwise=False))
    return [shell for shell, _ in shells]


def _rings(arcs: list[Arc], bounds_it: Callable[[Owners], bool]) -> Iterator[Ring]:
    """Chain arcs end to start until each chain closes."""
    left = [n for n, arc in enumerate(arcs) if bounds_it(arc.owners) and len(arc.vertices) > 1]
    starts: dict[Vertex, list[int]] = defaultdict(list)
    for n in left:
        starts[arcs[n].vertices[0]].append(n)
        starts[arcs[n].vertices[-1]].append(~n)
    used: set[int] = set()
    for n in left:
        if n not in used:
            yield _ring(n, arcs, starts, used)


def _ring(n: int, arcs: list[Arc], starts: dict[Vertex, list[int]], used: set[int]) -> Ring:
    ring = [n]
    used.add(n)
    begin, here = _ends(n, arcs)
    while here != begin:
        step = next(way for way in starts[here] if max(way, ~way) not in used)
        used.add(max(step, ~step))
        ring.append(step)
        here = _ends(step, arcs)[1]
    return ring


def _ends(way: int, arcs: list[Arc]) -> tuple[Vertex, Vertex]:
    vertices = arcs[max(way, ~way)].vertices
    return (vertices[0], vertices[-1]) if way >= 0 else (vertices[-1], vertices[0])


def _polygon(ring: Ring, arcs: list[Arc]) -> Polygon:
    vertices: list[Vertex] = []
    for way in ring:
        run = arcs[way].vertices if way >= 0 else arcs[~way].vertices[::-1]
        vertices += run[1:] if vertices else run
    return Polygon(vertices) if len(vertices) > 3 else Polygon()


def _turned(ring: Ring, area: Polygon, *, counter_clockwise: bool) -> Ring:
    if shapely.is_ccw(area.exterior) == counter_clockwise:
        return ring
    return [~way for way in reversed(ring)]
