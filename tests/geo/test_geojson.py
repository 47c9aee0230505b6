import json

import shapely

from geo.geojson import feature, feature_collection, geometry
from geo.values import Bounds, Position


def test_longitude_comes_first() -> None:
    assert feature(Position(38.5, -92.123456789), {"name": "A"}, identity=7) == {
        "type": "Feature",
        "id": 7,
        "geometry": {"type": "Point", "coordinates": [-92.123457, 38.5]},
        "properties": {"name": "A"},
    }


def test_what_has_no_place_yet_is_still_a_feature() -> None:
    assert feature(None) == {"type": "Feature", "geometry": None, "properties": None}


def test_shells_run_counter_clockwise_and_holes_clockwise() -> None:
    clockwise = shapely.Polygon(
        [(0, 0), (0, 3), (3, 3), (3, 0)], holes=[[(1, 1), (2, 1), (2, 2), (1, 2)]]
    )
    shell, hole = (geometry(clockwise) or {})["coordinates"]
    assert shapely.is_ccw(shapely.LinearRing(shell))
    assert not shapely.is_ccw(shapely.LinearRing(hole))
    assert shell[0] == shell[-1]


def test_a_collection_carries_its_box_and_further_members_and_no_crs() -> None:
    collection = feature_collection(
        (feature(Position(lat, 0)) for lat in (1, 2)), bounds=Bounds(0, 1, 0, 2), links=[]
    )
    assert list(collection) == ["type", "links", "bbox", "features"]
    assert collection["bbox"] == [0, 1, 0, 2]
    assert len(collection["features"]) == 2


def test_shapes_become_plain_json() -> None:
    text = json.dumps(geometry(shapely.MultiPolygon([shapely.box(-92.1234567891, 38, -92, 39)])))
    assert "-92.123457" in text
    assert "-92.1234567" not in text
