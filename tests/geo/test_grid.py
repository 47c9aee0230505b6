import math
import warnings

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo.grid import from_usng, to_usng
from geo.values import NotAPlace, Position

in_the_state = st.builds(Position, st.floats(35.99, 40.62), st.floats(-95.78, -89.09))
anywhere = st.builds(Position, st.floats(-79.9, 83.9), st.floats(-180, 179.99))

# Places of these references, to about a kilometer.
KNOWN = {
    "15S WC 72042 70394": Position(38.579, -92.173),  # Jefferson City, capitol
    "15S UD 63494 29026": Position(39.100, -94.579),  # Kansas City
    "15S YC 43798 79106": Position(38.627, -90.199),  # St. Louis
    "16S BG 76830 31781": Position(37.306, -89.518),  # Cape Girardeau
    "15T WE 35476 49461": Position(40.195, -92.583),  # Kirksville
    "15S UB 65496 05284": Position(37.084, -94.513),  # Joplin
}


def utm(position: Position, zone: int) -> tuple[float, float]:
    """Easting and northing by PROJ, which shares no code with what writes references."""
    easting, northing = Transformer.from_crs(4326, 32600 + zone, always_xy=True).transform(
        position.lon, position.lat
    )
    return easting, northing


@pytest.mark.parametrize(("reference", "place"), KNOWN.items())
def test_known_references(reference: str, place: Position) -> None:
    square = from_usng(reference)
    assert square.center.meters_to(place) < 100
    assert square.size_m == 1
    assert to_usng(square.center) == reference
    assert to_usng(square.southwest) == reference


@pytest.mark.parametrize("reference", KNOWN)
def test_spaces_and_case_do_not_matter(reference: str) -> None:
    square = from_usng(reference)
    assert from_usng(reference.replace(" ", "").lower()) == square
    zone, letters, easting, northing = reference.split()
    apart = f" {zone[:2]}  {zone[2]} {letters[0]}\t{letters[1]}  {easting}  {northing} "
    assert from_usng(apart) == square
    assert from_usng(f"{zone}{letters} {easting[:2]} {easting[2:]} {northing}") == square


@settings(deadline=None)
@given(in_the_state)
def test_digits_are_cut_off_and_never_rounded(position: Position) -> None:
    reference = to_usng(position)
    easting, northing = utm(position, int(reference[:2]))
    zone, square, east, north = reference.split()
    # GEOTRANS takes a point less than half a millimeter before a line for one on it.
    assert 0 <= easting % 100_000 + 0.001 - int(east) < 1.001
    assert 0 <= northing % 100_000 + 0.001 - int(north) < 1.001
    for digits in (1, 2, 3, 4):
        assert to_usng(position, digits) == f"{zone} {square} {east[:digits]} {north[:digits]}"


def test_a_point_just_before_a_line_belongs_to_the_square_before_it() -> None:
    """Rounding at 10 m would name the next square: 72049.9 is in 7204, not in 7205."""
    lon, lat = Transformer.from_crs(32615, 4326, always_xy=True).transform(572049.9, 4270399.9)
    assert to_usng(Position(lat, lon), 4) == "15S WC 7204 7039"


@settings(deadline=None)
@given(in_the_state, st.integers(1, 5))
def test_a_square_holds_the_position_it_was_made_from(position: Position, digits: int) -> None:
    square = from_usng(to_usng(position, digits))
    assert square.size_m == 10 ** (5 - digits)
    reach = square.size_m * math.sqrt(0.5) * 1.01 + 0.01
    assert square.center.meters_to(position) <= reach
    assert square.southwest.meters_to(square.center) == pytest.approx(
        square.size_m * math.sqrt(0.5), rel=0.01
    )


@settings(deadline=None)
@given(anywhere, st.integers(1, 5))
def test_references_come_back_from_the_middle_of_their_square(
    position: Position, digits: int
) -> None:
    reference = to_usng(position, digits)
    again = to_usng(from_usng(reference).center, digits)
    # A square that a zone or band cuts has its middle across the cut.
    assume(reference[:3] == again[:3])
    assert again == reference


@pytest.mark.parametrize(
    ("lat", "lon", "start"),
    [
        (38.5, -90.000001, "15S"),
        (38.5, -90.0, "16S"),
        (39.999999, -92.5, "15S"),
        (40.0, -92.5, "15T"),
        (39.999999, -89.999999, "16S"),
        (40.000001, -89.999999, "16T"),
    ],
)
def test_zones_and_bands_change_at_their_borders(lat: float, lon: float, start: str) -> None:
    reference = to_usng(Position(lat, lon))
    assert reference.startswith(start)
    assert from_usng(reference).center.meters_to(Position(lat, lon)) < 1


@pytest.mark.parametrize("text", ["15S TE 8 3", "15T TE 8 3"])
def test_a_square_that_a_band_cuts_goes_by_both_letters(text: str) -> None:
    """10 km around 40 degrees north: its southern part is S, its northern part T."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert from_usng(text).center.meters_to(Position(40.0378, -95.5200)) < 20


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not a US National Grid reference"),
        ("15S WC", "Write zone, square, easting and northing"),
        ("WC 7204 7039", "Write zone, square"),
        ("7204 7039", "Write zone, square"),
        ("61S WC 72 70", "is not a US National Grid reference"),
        ("00S WC 72 70", "is not a US National Grid reference"),
        ("15I WC 72 70", "is not a US National Grid reference"),
        ("15S WO 72 70", "is not a US National Grid reference"),
        ("15S WC 720 70", "as many digits each"),
        ("15S WC 72 0703", "as many digits each"),
        ("15S WC 72042 7039 4 1", "as many digits each"),
        ("15S WC 720421 703941", "at most 5"),
        ("15S AA 72 70", "zone 15 has no square AA"),
        ("15T WC 72042 70394", "T and WC are far apart"),
        ("15R WC 72042 70394", "R and WC are far apart"),
        ("15S WC 72042 70394 x", "is not a US National Grid reference"),
    ],
)
def test_what_is_no_reference_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(NotAPlace, match=why):
        from_usng(text)


@pytest.mark.parametrize("digits", [0, 6])
def test_other_counts_of_digits_do_not_exist(digits: int) -> None:
    with pytest.raises(ValueError, match="1 to 5 digits"):
        to_usng(Position(38.5, -92), digits)


@pytest.mark.parametrize("lat", [84.1, -80.1])
def test_the_grid_ends_near_the_poles(lat: float) -> None:
    with pytest.raises(NotAPlace, match="ends at 84 degrees"):
        to_usng(Position(lat, 0))
