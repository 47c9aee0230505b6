import math
from decimal import Decimal

import pytest
from pyproj import Geod

from geo.values import Bounds, NotAPlace, Position

CAPITOL = Position(38.57910, -92.17291)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(90.01, 0), (-91, 0), (0, 180.5), (0, -181), (math.nan, 0), (0, math.nan), (math.inf, 0)],
)
def test_a_position_that_is_none_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(NotAPlace, match="is not a l"):
        Position(lat, lon)


def test_the_refusal_is_a_value_error_and_names_the_number() -> None:
    with pytest.raises(ValueError, match=r"92\.17 is not a latitude"):
        Position(92.17, 38.58)


def test_numbers_of_any_kind_become_floats() -> None:
    position = Position(Decimal("38.5"), -92)  # type: ignore[arg-type]
    assert (position, type(position.lon)) == (Position(38.5, -92.0), float)


def test_the_ends_of_the_earth_are_places() -> None:
    assert Position(90, -180).rounded() == Position(90, -180)


def test_rounding_keeps_five_decimals() -> None:
    assert Position(38.123456789, -92.987654321).rounded() == Position(38.12346, -92.98765)


@pytest.mark.parametrize(
    "other", [Position(38.627, -90.1994), Position(40.19, -92.58), Position(38.5792, -92.17291)]
)
def test_distances_agree_with_the_ellipsoid_within_half_a_percent(other: Position) -> None:
    _, _, truth = Geod(ellps="WGS84").inv(CAPITOL.lon, CAPITOL.lat, other.lon, other.lat)
    assert CAPITOL.meters_to(other) == pytest.approx(truth, rel=0.005)


def test_opposite_ends_of_the_earth_are_half_its_girth_apart() -> None:
    assert Position(0, 0).meters_to(Position(0, 180)) == pytest.approx(20_015_115, abs=1)


@pytest.mark.parametrize("text", ["-89,36,-95,40", "-95,40,-89,36"])
def test_a_swapped_box_is_refused(text: str) -> None:
    with pytest.raises(NotAPlace, match="the box is swapped"):
        Bounds.from_text(text)


@pytest.mark.parametrize("text", ["", "-95,36,-89", "-95,36,-89,40,1", "a,b,c,d", "-95;36;-89;40"])
def test_what_is_no_box_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(NotAPlace, match="Write west,south,east,north"):
        Bounds.from_text(text)


@pytest.mark.parametrize("text", ["-195,36,-89,40", "-95,36,-89,nan", "-95,-91,-89,40"])
def test_a_box_beyond_the_earth_is_refused(text: str) -> None:
    with pytest.raises(NotAPlace):
        Bounds.from_text(text)


def test_a_box_holds_its_edge_and_nothing_beyond() -> None:
    box = Bounds.from_text(" -95.5, 36, -89, 40.5 ")
    assert box.contains(Position(36, -89))
    assert not box.contains(Position(35.99999, -89))
    assert not box.contains(Position(36, -88.99999))


def test_a_box_around_positions_is_the_smallest() -> None:
    box = Bounds.around([Position(38, -92), Position(37, -90), Position(39, -91)])
    assert box.as_list() == [-92, 37, -90, 39]
    assert box.center == Position(38, -91)


def test_no_box_lies_around_nothing() -> None:
    with pytest.raises(NotAPlace, match="no positions"):
        Bounds.around([])


def test_a_box_grows_until_the_earth_ends() -> None:
    assert Bounds(-179, 80, 179, 89).expanded(2) == Bounds(-180, 78, 180, 90)
