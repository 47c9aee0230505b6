"""Where an incident is: whatever a caller says, as a place, and whose that is."""

from dataclasses import replace

import pytest

from geo.geocoder import AddressSearch, Found
from geo.values import Position
from meris.errors import Invalid
from meris.fields import Home
from meris.incidents.places import at_area, at_click, read_place
from meris.tables import Area
from tests import makers

HOME = Home.of()
JOPLIN = Position(37.0842, -94.5133)


@pytest.fixture
def read(session, dana):
    def reading(text, home=HOME, viewer=dana):
        return read_place(session, viewer, text, home)

    return reading


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("37.0842, -94.5133", "coordinates"),
        ("37°05'03.1\"N 94°30'47.9\"W", "coordinates"),
        ("15SUB6549605284", "grid"),
        ("15S UB 65496 05284", "grid"),
        ("POINT (-94.5133 37.0842)", "coordinates"),
    ],
)
def test_a_position_in_any_notation(read, text, source):
    place = read(text)
    assert place.source == source
    assert place.position.meters_to(JOPLIN) < 150
    assert (place.county_fips, place.jurisdiction, place.radius_m) == ("29097", "Joplin", None)


def test_a_short_grid_reference_says_how_far_off_it_may_be(read):
    assert read("15SUA6505").radius_m == 500


@pytest.mark.parametrize("text", ["Joplin", "joplin", "Joplin, MO", "Joplin MO", " JOPLIN "])
def test_a_town(read, text):
    place = read(text)
    assert (place.text, place.county_fips, place.jurisdiction) == ("Joplin", "29097", "Joplin")
    assert place.radius_m == 4100
    assert "within 2.5 mi" in place.note


def test_a_town_of_another_state_says_so(read):
    assert read("Pittsburg, KS").jurisdiction == "Pittsburg, KS"


def test_a_zip_code(read):
    place = read("64801")
    assert (place.county_fips, place.text) == ("29097", "64801")
    assert "ZIP code 64801" in place.note


@pytest.mark.parametrize("text", ["Jasper County", "29097", "jasper co"])
def test_a_county(read, text):
    place = read(text)
    assert (place.text, place.county_fips, place.jurisdiction) == (
        "Jasper County", "29097", "Jasper County",
    )  # fmt: skip
    assert place.radius_m > 10_000


@pytest.mark.parametrize(
    "text",
    ["402 Main St, Joplin", "402 Main St Joplin", "402 Main St, Joplin, MO 64801",
     "Main & 4th, Joplin", "402 main st, joplin, Missouri"],
)  # fmt: skip
def test_an_address_is_placed_by_its_town_and_says_so(read, text):
    place = read(text)
    assert (place.source, place.text, place.jurisdiction) == ("address", text, "Joplin")
    assert place.radius_m == 4100
    assert place.note.startswith("The street is not known: in the middle of Joplin")


def test_an_address_with_nothing_but_a_zip_code_behind_it(read):
    place = read("402 Main St 64801")
    assert (place.source, place.county_fips) == ("address", "29097")


class Streets:
    """A geocoder that knows one address."""

    def __init__(self, lat=37.09, lon=-94.51):
        self.found, self.asked = Found(Position(lat, lon)), []

    def geocode(self, addresses):
        self.asked += addresses
        return [self.found if one.street == "402 Main St" else None for one in addresses]


def test_a_geocoder_that_is_configured_is_asked(read):
    streets = Streets()
    home = replace(HOME, geocoder=AddressSearch(streets))
    place = read("402 Main St, Joplin", home)
    assert place.position == Position(37.09, -94.51)
    assert (place.radius_m, place.note) == (None, None)
    assert (streets.asked[0].city, streets.asked[0].state) == ("Joplin", "MO")


def test_an_address_that_the_geocoder_does_not_know_falls_back_to_the_town(read):
    home = replace(HOME, geocoder=AddressSearch(Streets()))
    assert read("9 Elm Rd, Joplin", home).radius_m == 4100


def test_an_answer_outside_the_town_is_not_believed(read):
    far = Streets(39.1, -94.5)
    place = read("402 Main St, Joplin", replace(HOME, geocoder=AddressSearch(far)))
    assert (place.radius_m, place.source) == (4100, "address")


def test_the_name_of_a_site(session, read):
    site = makers.shelter(session, name="Blue River Gym", city="Columbia")
    for words in ("blue river gym", "Blue River Gym, Columbia"):
        place = read(words)
        assert (place.resource_id, place.source) == (site, "resource")
        assert place.position.meters_to(makers.COLUMBIA) < 1


def test_the_address_of_a_site_on_the_map_is_where_the_site_is(session, read):
    makers.shelter(session, name="Gym", address_line1="402 Main St", city="Joplin", at=JOPLIN)
    assert read("402 Main St, Joplin").position.meters_to(JOPLIN) < 1


def test_a_unit_is_where_its_device_says(session, read):
    unit = makers.unit(session, name="Engine 12", call_sign="E12")
    makers.fix(session, unit, JOPLIN)
    assert read("E12").position.meters_to(JOPLIN) < 1


def test_sites_that_the_viewer_may_not_see_are_no_places(session, cast, read):
    makers.shelter(session, name="Hidden House", sensitivity="confidential")
    with pytest.raises(Invalid, match="not a place"):
        read("Hidden House", viewer=cast.viewer("joe"))


def test_several_of_one_name_are_offered(session, read):
    makers.shelter(session, name="First Baptist", city="Columbia")
    makers.shelter(session, name="First Baptist", city="Joplin", at=JOPLIN)
    with pytest.raises(Invalid, match="Which one") as refused:
        read("First Baptist")
    choices = refused.value.details["choices"]
    assert {choice["what"] for choice in choices} == {
        "First Baptist, Columbia", "First Baptist, Joplin",
    }  # fmt: skip
    assert all(set(choice) >= {"title", "lat", "lon", "county"} for choice in choices)


def test_the_beginning_of_several_towns_offers_them(read):
    with pytest.raises(Invalid) as refused:
        read("Spring")
    assert "Springfield" in {choice["title"] for choice in refused.value.details["choices"]}


def test_towns_of_one_name_at_home_are_offered(read):
    with pytest.raises(Invalid) as refused:
        read("Riverside")
    assert len(refused.value.details["choices"]) >= 2


@pytest.mark.parametrize("text", ["95, -190", "15SUA6", "12.5 N 200 W"])
def test_a_position_that_is_none_is_told_why(read, text):
    with pytest.raises(Invalid) as refused:
        read(text)
    assert refused.value.details["problems"][0]["field"] == "place"


def test_a_click_in_the_fields_belongs_to_the_county():
    place = at_click(Position(38.80, -92.55), HOME)
    assert place.jurisdiction == place_county(place)


def place_county(place):
    return HOME.gazetteer.counties[place.county_fips].full_name


def test_a_click_across_the_state_line_names_the_state():
    assert at_click(Position(37.41, -94.70), HOME).jurisdiction == "Pittsburg, KS"
    assert at_click(Position(37.60, -94.80), HOME).jurisdiction == "Crawford County, KS"


def test_a_drawn_area_gives_a_point_in_it(session, dana):
    shape = "SRID={};MULTIPOLYGON(((-92.4 38.9,-92.3 38.9,-92.3 39.0,-92.4 39.0,-92.4 38.9)))"
    area = Area(kind="hazard", name="Path", shape=shape.format(Area.shape.type.srid),
                created_by="Dana")  # fmt: skip
    session.add(area)
    session.flush()
    place = at_area(session, dana, area.id, HOME)
    assert (place.source, place.text, place.area_id) == ("area", "Path", area.id)
    assert -92.4 < place.position.lon < -92.3
    assert 5_000 < place.radius_m < 6_000
