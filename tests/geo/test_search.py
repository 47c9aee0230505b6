import pytest

from geo.gazetteer import Gazetteer
from geo.values import Position


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load("MO")


@pytest.mark.parametrize(
    ("text", "title", "what"),
    [
        ("boone", "Boone County", "County"),
        ("columbia", "Columbia", "County seat in Boone County"),
        ("Columbia, MO", "Columbia", "County seat in Boone County"),
        ("columbia il", "Columbia, IL", "Town in Monroe County"),
        ("columbia illinois", "Columbia, IL", "Town in Monroe County"),
        ("jefferson ci", "Jefferson City", "State capital in Cole County"),
        ("springfield gree", "Springfield", "County seat in Greene County"),
        ("st louis", "St. Louis County", "County"),
        ("city of saint louis", "City of St. Louis", "Independent city"),
        ("ofallon", "O'Fallon", "Town in St. Charles County"),
        ("O FALLON", "O'Fallon", "Town in St. Charles County"),
        ("lees s", "Lee's Summit", "Town in Jackson County"),
        ("girardeau", "Cape Girardeau County", "County"),
        ("dekalb", "DeKalb County", "County"),
        ("quincy ill", "Quincy, IL", "County seat in Adams County"),
        ("65101", "65101", "ZIP code of Jefferson City, Cole County"),
        ("65101-1234", "65101", "ZIP code of Jefferson City, Cole County"),
        ("rocheport", "Rocheport", "Place in Boone County"),
    ],
)
def test_the_first_answer_is_what_was_meant(
    gazetteer: Gazetteer, text: str, title: str, what: str
) -> None:
    first = gazetteer.search(text, 5)[0]
    assert (first.title, first.what) == (title, what)


def test_the_bigger_town_comes_first(gazetteer: Gazetteer) -> None:
    people = [place.population for place in gazetteer.search("spring", 3)]
    assert people == sorted(people, reverse=True)
    assert people[0] > 100_000


def test_home_comes_before_the_neighbors(gazetteer: Gazetteer) -> None:
    states = [place.state for place in gazetteer.search("kansas city", 5)]
    assert states[:2] == ["MO", "KS"]


def test_digits_find_zip_codes_in_order(gazetteer: Gazetteer) -> None:
    titles = [place.title for place in gazetteer.search("6510", 3)]
    assert titles == ["65101", "65102", "65103"]


@pytest.mark.parametrize("text", ["", "  ", "…", "xyzzy", "boone xyzzy", "99999"])
def test_nothing_is_found_for_nothing(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.search(text, 5) == []


def test_no_more_are_found_than_asked_for(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.search("s", 7)) == 7


def test_a_county_has_bounds_and_a_town_a_reach(gazetteer: Gazetteer) -> None:
    county = gazetteer.search("cole", 1)[0]
    town = gazetteer.search("columbia", 1)[0]
    assert county.bounds == gazetteer.counties["29051"].bounds
    assert town.bounds is None
    assert 4_000 < (town.radius_m or 0) < 9_000


def test_a_zip_code_lies_in_its_town(gazetteer: Gazetteer) -> None:
    place = gazetteer.zip(" 65101-0001 ")
    assert place is not None
    assert (place.title, place.county_fips) == ("65101", "29051")
    assert place.position.meters_to(Position(38.5767, -92.1735)) < 12_000
    assert gazetteer.zip("00000") is None


def test_most_zip_codes_of_the_state_are_in_the_state(gazetteer: Gazetteer) -> None:
    """Those of post boxes stand where their town is, so all should be."""
    first, last = gazetteer.facts.zip_prefixes
    codes = (f"{n:05}" for n in range(first * 100, last * 100 + 100))
    places = [place for place in map(gazetteer.zip, codes) if place]
    assert len(places) > 1_100
    assert all((place.county_fips or "").startswith("29") for place in places)


def test_towns_of_one_name_are_told_apart_by_their_county(gazetteer: Gazetteer) -> None:
    assert [town.title for town in gazetteer.town("o fallon")] == ["O'Fallon", "O'Fallon, IL"]
    assert [town.title for town in gazetteer.town("Columbia", "29019")] == ["Columbia"]
    assert gazetteer.town("Columbia", "29051") == []
    assert gazetteer.town("Saint Louis, MO")[0].county_fips == "29510"


def test_every_county_but_a_few_has_a_town_and_a_seat(gazetteer: Gazetteer) -> None:
    seats = {place.county_fips for place in gazetteer.towns if "seat" in place.what}
    assert len(seats & gazetteer.counties.keys()) >= 108
