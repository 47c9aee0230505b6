import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.build.topology import Arc, arcs_between, on_grid, polygons_of, thinned

LEFT = Polygon([(0, 0), (1, 0), (1, 1), (1, 2), (0, 2)])
RIGHT_BELOW = Polygon([(1, 0), (2, 0), (2, 1), (1, 1)])
RIGHT_ABOVE = Polygon([(1, 1), (2, 1), (2, 2), (1, 2)])


def lengths(arcs: list[Arc]) -> dict[frozenset[str | None], float]:
    found: dict[frozenset[str | None], float] = {}
    for arc in arcs:
        found[arc.owners] = found.get(arc.owners, 0) + shapely.LineString(arc.vertices).length
    return found


def test_each_border_is_there_once() -> None:
    arcs = arcs_between([("a", LEFT), ("b", RIGHT_BELOW), ("c", RIGHT_ABOVE)])
    assert lengths(arcs) == {
        frozenset({"a", None}): 4,
        frozenset({"b", None}): 2,
        frozenset({"c", None}): 2,
        frozenset({"a", "b"}): 1,
        frozenset({"a", "c"}): 1,
        frozenset({"b", "c"}): 1,
    }


def test_areas_of_one_owner_melt_together() -> None:
    arcs = arcs_between([("a", LEFT), ("b", RIGHT_BELOW), ("b", RIGHT_ABOVE)])
    assert lengths(arcs) == {
        frozenset({"a", None}): 4,
        frozenset({"b", None}): 4,
        frozenset({"a", "b"}): 2,
    }


def put_together(arcs: list[Arc], owner: str) -> MultiPolygon:
    def vertices(ring: list[int]) -> list[tuple[float, float]]:
        runs = [arcs[n].vertices if n >= 0 else arcs[~n].vertices[::-1] for n in ring]
        return [vertex for run in runs for vertex in run[1:]]

    polygons = polygons_of(arcs, lambda owners: owner in owners)
    return MultiPolygon([Polygon(vertices(s), [vertices(h) for h in hs]) for s, *hs in polygons])


def test_areas_come_back_from_their_borders() -> None:
    areas = {"a": LEFT, "b": RIGHT_BELOW, "c": RIGHT_ABOVE}
    arcs = arcs_between(areas.items())
    for owner, area in areas.items():
        assert put_together(arcs, owner).equals(area)


def test_a_city_inside_a_county_is_its_hole() -> None:
    city = Polygon([(3, 3), (4, 3), (4, 4), (3, 4)])
    county = Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [city.exterior.coords])
    island = Polygon([(20, 0), (21, 0), (21, 1)])
    arcs = arcs_between([("county", MultiPolygon([county, island])), ("city", city)])
    assert put_together(arcs, "county").equals(MultiPolygon([county, island]))
    assert put_together(arcs, "city").equals(city)
    for shell, *holes in polygons_of(arcs, lambda owners: "county" in owners):
        assert _is_ccw(arcs, shell)
        assert not any(_is_ccw(arcs, hole) for hole in holes)


def _is_ccw(arcs: list[Arc], ring: list[int]) -> bool:
    runs = [arcs[n].vertices if n >= 0 else arcs[~n].vertices[::-1] for n in ring]
    return bool(shapely.is_ccw(shapely.LinearRing([v for run in runs for v in run])))


def test_thinning_keeps_ends_and_leaves_the_line_by_less_than_allowed() -> None:
    wave = Arc(frozenset(), [(x / 10, (x % 3) * 0.01) for x in range(100)])
    line = thinned(wave, 0.05)
    assert (line.vertices[0], line.vertices[-1]) == (wave.vertices[0], wave.vertices[-1])
    assert len(line.vertices) < 10
    drift = shapely.LineString(line.vertices).hausdorff_distance(shapely.LineString(wave.vertices))
    assert drift <= 0.05


@pytest.mark.parametrize(
    ("vertices", "on_it"),
    [
        ([(0.00004, 0), (0.00012, 0), (0.0003, 0.1)], [(0, 0), (1, 0), (3, 1000)]),
        ([(0.00001, 0), (0.00002, 0), (0.00003, 0)], [(0, 0)]),
    ],
)
def test_the_grid_repeats_no_vertex(
    vertices: list[tuple[float, float]], on_it: list[tuple[float, float]]
) -> None:
    assert on_grid(Arc(frozenset(), vertices), 10_000).vertices == on_it
