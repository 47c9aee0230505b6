import struct

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.columns import as_wkb, boundary_as_wkb, multipolygon_column, point_column, position_of
from geo.values import SRID, Position

positions = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


@given(positions)
def test_a_position_survives_the_way_into_a_row_and_out(position: Position) -> None:
    value = as_wkb(position)
    assert position_of(value) == position
    assert position_of(str(value)) == position
    assert position_of(bytes(value.data)) == position


def test_other_programs_read_what_is_written() -> None:
    point = shapely.from_wkb(bytes(as_wkb(Position(38.5, -92.25)).data))
    assert (point.x, point.y, shapely.get_srid(point)) == (-92.25, 38.5, SRID)


def test_plain_and_big_endian_points_are_read_too() -> None:
    assert position_of(struct.pack(">BIdd", 0, 1, -92.25, 38.5)) == Position(38.5, -92.25)


def test_null_is_no_position() -> None:
    assert position_of(None) is None


def test_an_area_in_a_column_of_points_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="geometry type 3 in a column of points"):
        position_of(shapely.to_wkb(shapely.box(0, 0, 1, 1)))


@pytest.mark.parametrize("area", [shapely.box(0, 0, 1, 1), shapely.MultiPolygon()])
def test_areas_are_stored_as_many(area: shapely.Polygon | shapely.MultiPolygon) -> None:
    stored = shapely.from_wkb(bytes(boundary_as_wkb(area).data))
    assert (stored.geom_type, shapely.get_srid(stored)) == ("MultiPolygon", SRID)
    assert stored.equals(area)


def test_columns_name_their_kind_and_system() -> None:
    assert (point_column().geometry_type, point_column().srid) == ("POINT", SRID)
    assert multipolygon_column(spatial_index=False).spatial_index is False
