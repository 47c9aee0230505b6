import csv
import math
import random
import time
from pathlib import Path

import pytest
import shapely

from geo.gazetteer import Gazetteer, PlacesMissingError
from geo.states import STATES
from geo.values import Position

CAPITOL = Position(38.5791, -92.1729)
#: A file of somebody else's, which may lie beside the clone.
HOSPITALS = Path(__file__).parents[3] / "shared/data/csv/hifld_hospitals_national.csv"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load("MO")


def test_every_county_has_its_name_people_region_and_border(gazetteer: Gazetteer) -> None:
    boone = gazetteer.counties["29019"]
    assert (boone.name, boone.full_name, boone.state) == ("Boone", "Boone County", "MO")
    assert (boone.population, boone.regions) == (192_154, {"sema": "F", "nws": "LSX"})
    assert (boone.same_code, boone.ugc_code) == ("029019", "MOC019")
    assert boone.bounds.contains(boone.centroid)
    assert len(gazetteer.counties) == 115


def test_the_independent_city_is_no_county(gazetteer: Gazetteer) -> None:
    city = gazetteer.counties["29510"]
    assert (city.name, city.full_name) == ("St. Louis city", "City of St. Louis")


def test_each_county_holds_its_label(gazetteer: Gazetteer) -> None:
    astray = [
        county.full_name
        for county in gazetteer.counties.values()
        if gazetteer.county_at(county.centroid) != county
    ]
    assert astray == []


@pytest.mark.parametrize(
    ("position", "fips"),
    [
        (CAPITOL, "29051"),
        (Position(38.6270, -90.1994), "29510"),  # Gateway Arch
        (Position(38.6486, -90.3353), "29189"),  # Clayton, seat of St. Louis County
        (Position(39.0997, -94.5786), "29095"),  # Kansas City in Jackson
        (Position(39.2464, -94.4191), "29047"),  # Liberty in Clay
        (Position(37.0842, -94.5133), "29097"),  # Joplin in Jasper
        (Position(37.9814, -90.0476), "29186"),  # Ste. Genevieve, out of the odd sequence
        (Position(36.0556, -89.9083), "29155"),  # Hayti's south in the bootheel
    ],
)
def test_known_places_lie_in_their_county(
    gazetteer: Gazetteer, position: Position, fips: str
) -> None:
    county = gazetteer.county_at(position)
    assert county is not None
    assert county.fips == fips


@pytest.mark.parametrize(
    ("position", "name"),
    [
        (Position(39.9356, -91.4099), "Adams County"),  # Quincy, Illinois
        (Position(39.1141, -94.6275), "Wyandotte County"),  # Kansas City, Kansas
        (Position(35.1495, -90.0490), "Shelby County"),  # Memphis, Tennessee
    ],
)
def test_across_the_border_is_a_neighbors_county(
    gazetteer: Gazetteer, position: Position, name: str
) -> None:
    neighbor = gazetteer.neighbor_at(position)
    assert gazetteer.county_at(position) is None
    assert neighbor is not None
    assert neighbor.full_name == name


def test_far_away_is_no_county(gazetteer: Gazetteer) -> None:
    assert gazetteer.county_at(Position(0, 0)) is None
    assert gazetteer.neighbor_at(Position(0, 0)) is None


def test_neighbors_are_all_counties_of_the_eight_states(gazetteer: Gazetteer) -> None:
    states = {county.state for county in gazetteer.neighbors.values()}
    assert states == {"AR", "IL", "IA", "KS", "KY", "NE", "OK", "TN"}
    assert len(gazetteer.neighbors) == 75 + 102 + 99 + 105 + 120 + 93 + 77 + 95
    assert not gazetteer.neighbors.keys() & gazetteer.counties.keys()


def test_a_shared_corner_belongs_to_the_lowest_code(gazetteer: Gazetteer) -> None:
    """Every vertex of a border lies in two counties or more, and always in the same one of them."""
    cole = gazetteer.counties["29051"].geometry
    longitude, latitude = cole.exterior.coords[0]  # type: ignore[union-attr]
    corner = Position(latitude, longitude)
    point = shapely.Point(longitude, latitude)
    county = gazetteer.county_at(corner)
    meeting = [c.fips for c in gazetteer.counties.values() if c.geometry.touches(point)]
    assert county is not None
    assert len(meeting) >= 2
    assert county.fips == min(meeting)
    assert gazetteer.counties_at([latitude], [longitude]) == [min(meeting)]


def test_many_at_once_are_found_as_each_alone(gazetteer: Gazetteer) -> None:
    chance = random.Random(7)
    lats = [chance.uniform(35.9, 40.7) for _ in range(2_000)]
    lons = [chance.uniform(-95.9, -89.0) for _ in range(2_000)]
    alone = [gazetteer.county_at(Position(*place)) for place in zip(lats, lons, strict=True)]
    assert gazetteer.counties_at(lats, lons) == [county and county.fips for county in alone]
    assert {None} < set(gazetteer.counties_at(lats, lons))


def test_nowhere_is_in_no_county(gazetteer: Gazetteer) -> None:
    assert gazetteer.counties_at([math.nan, 38.58], [-92.17, math.nan]) == [None, None]
    assert gazetteer.counties_at([], []) == []


def test_a_hundred_thousand_lookups_take_less_than_two_seconds(gazetteer: Gazetteer) -> None:
    chance = random.Random(1)
    lats = [chance.uniform(36, 40.6) for _ in range(100_000)]
    lons = [chance.uniform(-95.7, -89.1) for _ in range(100_000)]
    begin = time.process_time()
    gazetteer.counties_at(lats, lons)
    assert time.process_time() - begin < 2


def test_loading_takes_less_than_half_a_second() -> None:
    begin = time.process_time()
    Gazetteer(Gazetteer.load("MO").facts, Path(STATES.parent / "data" / "MO"))
    assert time.process_time() - begin < 0.5


def test_a_gazetteer_is_loaded_once() -> None:
    assert Gazetteer.load("MO") is Gazetteer.load("MO")


def test_places_that_were_not_built_say_how(tmp_path: Path) -> None:
    with pytest.raises(PlacesMissingError, match=r"Run `make setup` or `python -m geo\.build`"):
        Gazetteer.load("MO", data=tmp_path)


def test_the_distance_to_a_county_is_nothing_inside(gazetteer: Gazetteer) -> None:
    assert gazetteer.meters_to_county(CAPITOL, "29051") == 0


def test_the_distance_to_a_county_is_that_to_its_border(gazetteer: Gazetteer) -> None:
    """The capitol stands on a bluff over the Missouri, whose other bank is Callaway County."""
    assert 100 < gazetteer.meters_to_county(CAPITOL, "29027") < 1_500
    # Columbia's center is 24 km from Cole County; measured on the ellipsoid along the meridian.
    assert gazetteer.meters_to_county(Position(38.9517, -92.3341), "29051") == pytest.approx(
        24_300, rel=0.02
    )
    with pytest.raises(KeyError):
        gazetteer.meters_to_county(CAPITOL, "99999")


@pytest.mark.parametrize(
    ("text", "fips"),
    [
        ("Boone", "29019"),
        ("boone county", "29019"),
        ("BOONE CO.", "29019"),
        ("Boone Cnty", "29019"),
        ("County of Boone", "29019"),
        ("Boone, MO", "29019"),
        ("Boone County, Missouri", "29019"),
        (" DeKalb ", "29063"),
        ("De Kalb", "29063"),
        ("mc donald", "29119"),
        ("New Madrid", "29143"),
        ("St. Louis County", "29189"),
        ("Saint Louis Co", "29189"),
        ("St Louis city", "29510"),
        ("St. Louis (City)", "29510"),
        ("City of Saint Louis", "29510"),
        ("St. Charles", "29183"),
        ("St.Francois", "29187"),
        ("SAINT CLAIR", "29185"),
        ("Ste. Genevieve", "29186"),
        ("Ste Genevieve County", "29186"),
        ("Sainte Genevieve", "29186"),
        ("19", "29019"),
        ("019", "29019"),
        ("7", "29007"),
        ("510", "29510"),
        ("29019", "29019"),
        ("29019.0", "29019"),
        ("19.", "29019"),
        ("029019", "29019"),
        ("329019", "29019"),
        ("MOC019", "29019"),
        ("moc510", "29510"),
    ],
)
def test_counties_are_known_by_every_name(gazetteer: Gazetteer, text: str, fips: str) -> None:
    match = gazetteer.county_named(text)
    assert match is not None
    assert (match.county.fips, match.warning) == (fips, None)


@pytest.mark.parametrize(
    ("text", "fips", "warning"),
    [
        ("St. Louis", "29189", "may be a city or a county; taken as St. Louis County"),
        ("saint louis", "29189", "Write City of St. Louis for the city"),
        ("St. Genevieve", "29186", "taken as Ste. Genevieve County"),
        ("Ste. Charles", "29183", "taken as St. Charles County"),
        ("29193", "29186", "29193 is an old code"),
        ("193", "29186", "29193 is an old code"),
        ("29", "29029", "29 is the code of Missouri too; taken as Camden County"),
    ],
)
def test_a_doubtful_name_is_taken_with_a_warning(
    gazetteer: Gazetteer, text: str, fips: str, warning: str
) -> None:
    match = gazetteer.county_named(text)
    assert match is not None
    assert match.county.fips == fips
    assert warning in (match.warning or "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2",
        "000",
        "17019",
        "29191",
        "999999",
        "IL",
        "ILC019",
        "city",
        "county",
        "Sangamon",
        "Boon",
        "Boone City",
        "Kansas City",
        "Washington, AR",
    ],
)
def test_what_names_no_county_is_not_guessed(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.county_named(text) is None


def test_every_county_is_found_by_its_own_names(gazetteer: Gazetteer) -> None:
    for county in gazetteer.counties.values():
        for text in (county.fips, county.full_name, county.same_code, county.ugc_code):
            match = gazetteer.county_named(text)
            assert match is not None, text
            assert match.county is county, text


def test_a_same_code_names_one_county_or_the_whole_state(gazetteer: Gazetteer) -> None:
    assert [county.name for county in gazetteer.counties_of_same("529051")] == ["Cole"]
    assert len(gazetteer.counties_of_same("029000")) == 115
    assert gazetteer.counties_of_same("017019") == []
    assert gazetteer.counties_of_same("29051") == []


def test_regions_group_counties(gazetteer: Gazetteer) -> None:
    assert [scheme.code for scheme in gazetteer.regions] == ["sema", "nws"]
    assert [county.name for county in gazetteer.in_region("nws", "DVN")] == ["Clark", "Scotland"]
    assert gazetteer.in_region("sema", "Z") == []


@pytest.mark.skipif(not HOSPITALS.exists(), reason="no file of hospitals on this machine")
def test_hospitals_lie_in_the_county_their_file_states(gazetteer: Gazetteer) -> None:
    """Somebody else's file: 170 rows. One gives St. Louis County for an address in the city."""
    with HOSPITALS.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["STATE"] == "MO"]
    found = gazetteer.counties_at(
        [float(row["LATITUDE"]) for row in rows], [float(row["LONGITUDE"]) for row in rows]
    )
    wrong = [
        row["NAME"] for row, fips in zip(rows, found, strict=True) if fips != row["COUNTYFIPS"]
    ]
    assert len(rows) == 170
    assert wrong == ["SHRINERS HOSPITAL FOR CHILDREN"]
