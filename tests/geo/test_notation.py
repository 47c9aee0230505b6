from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.notation import Numbers, read_numbers, read_position
from geo.values import NotAPlace, Position

DECIMAL = "decimal degrees"
MINUTES = "degrees and minutes"
SECONDS = "degrees, minutes, seconds"

CAPITOL = Position(38.57669, -92.17352)


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("38.57669, -92.17352", DECIMAL),
        ("38.57669,-92.17352", DECIMAL),
        ("  38.57669   -92.17352 ", DECIMAL),
        ("38.57669; -92.17352", DECIMAL),
        ("38.57669/-92.17352", DECIMAL),
        ("+38.57669 -92.17352", DECIMAL),
        ("(38.57669, -92.17352)", DECIMAL),
        ("38,57669; -92,17352", DECIMAL),
        ("38,57669 -92,17352", DECIMAL),
        ("POINT (-92.17352 38.57669)", DECIMAL),
        ("point z(-92.17352 38.57669 201.5)", DECIMAL),
        ("SRID=4326;POINT(-9.217352e1 38.57669)", DECIMAL),
        ('{"type": "Point", "coordinates": [-92.17352, 38.57669, 0]}', DECIMAL),
        ("201 W Capitol Ave\nJefferson City (MO)\n(38.57669, -92.17352)", DECIMAL),
        ("38.57669, −92.17352", DECIMAL),
        ("38.57669 N 92.17352 W", DECIMAL),
        ("38.57669N, 92.17352W", DECIMAL),
        ("N38.57669 W92.17352", DECIMAL),
        ("92.17352 W, 38.57669 N", DECIMAL),
        ("38.57669° -92.17352°", DECIMAL),
        ("lat 38.57669 lon -92.17352", DECIMAL),
        ("Latitude: 38.57669, Longitude: -92.17352", DECIMAL),
        ("lng=-92.17352; lat=38.57669", DECIMAL),
        ("Lat: 38.57669 N, Long: 92.17352 W", DECIMAL),
        ("38 34.6014 N 92 10.4112 W", MINUTES),
        ("38°34.6014', -92°10.4112'", MINUTES),
        ("N 38 34.6014 W 092 10.4112", MINUTES),
        ("38-34.6014N 092-10.4112W", MINUTES),
        ("38 34.6014 -92 10.4112", MINUTES),
        ("38 34 36.084 N 92 10 24.672 W", SECONDS),
        ("38°34'36.084\"N 92°10'24.672\"W", SECONDS),
        ("38º34’36.084”N, 92º10’24.672”W", SECONDS),
        ("38° 34′ 36.084″ n 92° 10′ 24.672″ w", SECONDS),
        ("38°34'36.084''N 92°10'24.672''W", SECONDS),
        ("38d34m36.084s N 92d10m24.672s W", SECONDS),
        ("38 deg 34 min 36.084 sec N 92 deg 10 min 24.672 sec W", SECONDS),
        ("38-34-36.084N 92-10-24.672W", SECONDS),
        ("38 34 36.084, -92 10 24.672", SECONDS),
    ],
)
def test_the_ways_people_write_one_place(text: str, notation: str) -> None:
    reading = read_position(text)
    assert reading.position.rounded(7) == CAPITOL
    assert reading.notation == notation


@pytest.mark.parametrize("text", ["15S WC 72042 70394", "15swc7204270394"])
def test_grid_references_are_read_as_the_middle_of_their_square(text: str) -> None:
    reading = read_position(text)
    assert reading.position.rounded(6) == Position(38.579097, -92.172906)
    assert (reading.notation, reading.precision_m) == ("USNG", 1)


@pytest.mark.parametrize(
    ("text", "meters"),
    [
        ("38.57669, -92.17352", 1.11),
        ("38.57669, -92.2", 11_120),
        ("38, -92", 111_195),
        ("38 34.60 N 92 10.41 W", 18.5),
        ("38 34 36 N 92 10 24 W", 30.9),
        ("38 34 36.1 N 92 10 24.7 W", 3.09),
        ("15S WC 72 70", 1_000),
    ],
)
def test_precision_is_what_the_last_digit_stands_for(text: str, meters: float) -> None:
    assert read_position(text).precision_m == pytest.approx(meters, rel=0.01)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "two coordinates are needed"),
        ("38.57669", "two coordinates are needed"),
        ("38 92", "two coordinates are needed"),
        ("65101", "two coordinates are needed"),
        ("38.5, 92.1, 12", "more than one comma"),
        ("38.5 N", "either both coordinates need a letter"),
        ("38.5 N 92.1", "either both coordinates need a letter"),
        ("38.5 N -92.1 W", "both a sign and the letter W"),
        ("38.5 N 39.5 N", "the same coordinate twice"),
        ("lat 38.5 W lon 92.1 N", "lat and W contradict each other"),
        ("38 75 N 92 10 W", "75 is no count of minutes or seconds"),
        ("38 34 60 N 92 10 10 W", "60 is no count of minutes or seconds"),
        ("38.5 30 N 92 10 W", "38.5 has decimals"),
        ("38°34\"N 92°10'W", '34" is out of order'),
        ("38 1 2 3 N 92 1 2 3 W", "a coordinate is degrees"),
        ("38,5 N 92,1,1 W", "a coordinate is degrees"),
        ("WC 7204 7039", "needs its zone, such as 15S"),
        ("15S WC 123", "as many digits each"),
        ("91.5, -91.5", "91.5 is not a latitude"),
        ("38.5, -192", "-192 is not a longitude"),
        ("Route 66", '"Route 66" does not belong'),
        ("St. Louis", "does not belong"),
        ("12 N Main St W", "does not belong"),
        ("nan, nan", "does not belong"),
        ("1e1, 1e1", "a coordinate is degrees"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    with pytest.raises(NotAPlace) as refusal:
        read_position(text)
    assert why in str(refusal.value)


def test_longitude_first_is_refused_and_the_place_it_means_is_named() -> None:
    with pytest.raises(NotAPlace, match=r"Did you mean 38\.57, -92\.17\?") as refusal:
        read_position("-92.17, 38.57")
    assert refusal.value.meant == Position(38.57, -92.17)


def test_a_long_text_is_quoted_short() -> None:
    with pytest.raises(NotAPlace) as refusal:
        read_position("The school behind the water tower " * 100)
    assert len(str(refusal.value)) < 250


positions = st.builds(
    Position,
    st.floats(-90, 90).map(lambda lat: round(lat, 6)),
    st.floats(-180, 180).map(lambda lon: round(lon, 6)),
)


def as_signed(value: float, _letters: str) -> str:
    return f"{value:.6f}"


def as_lettered(value: float, letters: str) -> str:
    return f"{abs(value):.6f} {letters[value < 0]}"


def as_minutes(value: float, letters: str) -> str:
    degrees, minutes = divmod(round(abs(value) * 60, 5), 60)
    return f"{degrees:.0f}°{minutes:.5f}'{letters[value < 0]}"


def as_seconds(value: float, letters: str) -> str:
    minutes, seconds = divmod(round(abs(value) * 3600, 3), 60)
    return f"{minutes // 60:.0f} {minutes % 60:.0f} {seconds:.3f} {letters[value < 0]}"


@settings(deadline=None)
@given(
    positions,
    st.sampled_from([as_signed, as_lettered, as_minutes, as_seconds]),
    st.sampled_from([", ", " ", "; ", ",", "  /  "]),
)
def test_what_is_written_is_read_back(position: Position, write, separator: str) -> None:  # type: ignore[no-untyped-def]
    text = write(position.lat, "NS") + separator + write(position.lon, "EW")
    assert read_position(text).position.meters_to(position) < 0.2


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,;- NSEW°'\"latonWC", max_size=30))
def test_any_text_is_a_position_or_is_refused_as_none(text: str) -> None:
    with suppress(NotAPlace):
        assert read_position(text).precision_m > 0


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("(-92.17352, 38.57669)", -92.17352, 38.57669),
        ("38.57669, 92.17352", 38.57669, 92.17352),
        ("POINT (572042.5 4270394)", 4270394, 572042.5),
        ("4270394, 572042.5", 4270394, 572042.5),
        ("lon 92.17352, lat 38.57669", 38.57669, 92.17352),
        ("0, 0", 0, 0),
    ],
)
def test_numbers_are_read_that_are_no_place(text: str, lat: float, lon: float) -> None:
    numbers = read_numbers(text)
    assert (numbers.lat, numbers.lon) == (lat, lon)


def test_numbers_know_what_their_last_digit_stands_for() -> None:
    assert read_numbers("38.5, -92.17352") == Numbers(38.5, -92.17352, 0.1)


@pytest.mark.parametrize("text", ["", "Gym", "38.5", "POINT EMPTY", "lat 1 lat 2", "[]", "1,2,3"])
def test_what_is_no_pair_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(NotAPlace, match="is not a position"):
        read_numbers(text)
