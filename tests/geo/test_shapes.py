"""Areas as people draw and paste them: what is taken, what is refused, how large and how far."""

import json

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon, box

from geo import shapes
from geo.shapes import NotAShape
from geo.values import Bounds, Position

COLUMBIA = Position(38.95, -92.33)
EARTH = Geod(ellps="WGS84")
SQUARE = [[-92.4, 38.9], [-92.3, 38.9], [-92.3, 39.0], [-92.4, 39.0], [-92.4, 38.9]]
centers = st.builds(Position, st.floats(36, 40.5), st.floats(-95.7, -89.2))


def polygon(*rings: list) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def refused(given: object) -> NotAShape:
    with pytest.raises(NotAShape) as problem:
        shapes.from_geojson(given)
    return problem.value


@pytest.mark.parametrize(
    "given",
    [
        polygon(SQUARE),
        {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        {"type": "Feature", "properties": None, "geometry": polygon(SQUARE)},
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "geometry": polygon(SQUARE)}],
        },
        polygon([[*point, 210.5] for point in SQUARE]),
    ],
)
def test_the_same_area_in_every_form_of_geojson(given: dict):
    assert shapes.from_geojson(given).equals(Polygon(SQUARE))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "not GeoJSON"),
        ([], "not GeoJSON"),
        ({"type": "Point", "coordinates": [-92, 38]}, "Point is no area"),
        ({"type": "Polygon"}, "list of coordinates is missing"),
        (polygon(), "no area in it"),
        (polygon([[-92, 38], [-92, 38]]), "three corners"),
        (polygon([[-92, "38"]] * 4), "two numbers"),
        (polygon([[-92, True]] * 4), "two numbers"),
        (polygon([[38.9, -92.4], *SQUARE]), "puts longitude first"),
        (polygon([[float("nan"), 38.9], *SQUARE[1:]]), "not a longitude"),
        (polygon([[10**400, 38.9], *SQUARE[1:]]), "longitude first"),
        (polygon([[-92, 38], [-92, 38.00001], [-92.00001, 38], [-92, 38]]), "10 by 10 meters"),
        (polygon([*SQUARE[:-1]] * 2100 + [SQUARE[0]]), "8,401 points"),
    ],
)
def test_what_is_no_area_is_refused_in_words(given: object, words: str):
    assert words in str(refused(given))


def test_deep_nesting_is_refused_and_not_followed():
    nested: dict = polygon(SQUARE)
    for _ in range(100):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    assert "nested too deeply" in str(refused(nested))


def test_an_open_outline_comes_back_closed():
    problem = refused(polygon(SQUARE[:-1]))
    assert "ends at 39.00000, -92.40000" in str(problem)
    assert problem.at == Position(39.0, -92.4)
    assert problem.meant is not None
    assert problem.meant.equals(Polygon(SQUARE))


def test_a_crossing_is_told_with_its_place_and_the_shape_without_it():
    crossing = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    problem = refused(polygon(crossing))
    assert str(problem).startswith("The outline crosses itself at 38.95000, -92.35000.")
    assert problem.meant is not None
    assert problem.meant.is_valid
    assert len(problem.meant.geoms) == 2


def test_parts_that_overlap_are_one_when_mended():
    other = [[x + 0.05, y + 0.05] for x, y in SQUARE]
    problem = refused({"type": "MultiPolygon", "coordinates": [[SQUARE], [other]]})
    assert problem.meant is not None
    assert problem.meant.equals(Polygon(SQUARE).union(Polygon(other)))


@pytest.mark.parametrize(
    "text",
    [
        "38.9, -92.4\n38.9, -92.3\n39.0, -92.3\n39.0, -92.4",
        "38.9 -92.4; 38.9 -92.3; 39.0 -92.3; 39.0 -92.4;",
        "N38 54 W92 24\n\nN38 54 W92 18\nN39 00 W92 18\nN39 00 W92 24\n",
        json.dumps(polygon(SQUARE)),
    ],
)
def test_corners_are_pasted_in_any_notation(text: str):
    assert shapes.from_text(text).equals_exact(
        MultiPolygon([Polygon(SQUARE)]), 1e-9, normalize=True
    )


@pytest.mark.parametrize("text", ["", "38.9, -92.4\n38.9, -92.3", "{", "[1, 2]", "here", "\0"])
def test_text_that_is_no_area_is_refused(text: str):
    with pytest.raises(NotAShape):
        shapes.from_text(text)


@given(centers, st.floats(10, 200_000))
@settings(max_examples=40, deadline=None)
def test_a_circle_reaches_its_radius_everywhere(center: Position, radius: float):
    ring = shapes.circle(center, radius).geoms[0].exterior
    lons, lats = zip(*ring.coords, strict=True)
    _, _, away = EARTH.inv([center.lon] * len(lons), [center.lat] * len(lats), lons, lats)
    assert max(away) == pytest.approx(radius, rel=1e-6)
    assert min(away) == pytest.approx(radius, rel=1e-6)
    assert ring.is_ccw


@pytest.mark.parametrize("radius", [0, -5, float("nan"), float("inf"), 600_000])
def test_a_circle_has_a_sensible_radius(radius: float):
    with pytest.raises(NotAShape):
        shapes.circle(COLUMBIA, radius)


@given(centers, st.floats(500, 50_000), st.floats(100, 20_000))
@settings(max_examples=25, deadline=None)
def test_what_is_around_ends_at_the_distance(center: Position, radius: float, away: float):
    area = shapes.circle(center, radius)
    ring = shapes.around(area, away)
    lons, lats, _ = EARTH.fwd(
        [center.lon] * 8, [center.lat] * 8, list(range(0, 360, 45)), [radius + away * 0.98] * 8
    )
    just_within = shapely.points(lons, lats)
    assert shapely.covers(ring, just_within).all()
    lons, lats, _ = EARTH.fwd(
        [center.lon] * 8, [center.lat] * 8, list(range(0, 360, 45)), [radius + away * 1.01] * 8
    )
    assert not shapely.covers(ring, shapely.points(lons, lats)).any()
    assert not ring.intersects(shapely.Point(center.lon, center.lat))


def test_distances_are_from_the_edge_and_zero_inside():
    area = shapes.circle(COLUMBIA, 5_000)
    lon, lat, _ = EARTH.fwd(COLUMBIA.lon, COLUMBIA.lat, 90, 12_345)
    inside, outside = shapes.meters_from(area, [COLUMBIA, Position(lat, lon)])
    assert inside == 0
    assert outside == pytest.approx(7_345, rel=0.002)


@given(centers, st.floats(2_000, 80_000))
@settings(max_examples=15, deadline=None)
def test_pieces_are_small_and_make_up_the_whole(center: Position, radius: float):
    area = shapes.circle(center, radius, corners=1500)
    parts = list(shapes.pieces(area, corners=100))
    assert len(parts) > 10
    assert max(shapely.get_num_coordinates(parts)) <= 100
    assert shapely.area(parts).sum() == pytest.approx(area.area, rel=1e-9)


def test_shares_go_by_extent():
    west, whole = box(-93, 38, -92.5, 39), box(-93, 38, -92, 39)
    assert shapes.share(whole, MultiPolygon([west])) == pytest.approx(0.5)
    assert shapes.share(west, MultiPolygon([whole])) == 1.0
    assert shapes.share(whole, MultiPolygon([box(-80, 38, -79, 39)])) == 0.0


def test_the_corner_that_is_farthest_out_is_named():
    bounds = Bounds(-95, 36, -89, 41)
    area = MultiPolygon([Polygon([(-94, 37), (-93, 37), (-93, 45)])])
    assert shapes.outside(area, bounds) == Position(45, -93)
    assert shapes.outside(MultiPolygon([Polygon(SQUARE)]), bounds) is None
