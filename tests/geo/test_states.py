from collections import Counter
from pathlib import Path

import pytest

from geo.states import StateFacts, UnknownStateError


@pytest.fixture(scope="module")
def missouri() -> StateFacts:
    return StateFacts.read("MO")


def test_missouri_has_its_115_county_equivalents(missouri: StateFacts) -> None:
    codes = [county.fips for county in missouri.counties]
    odd = {f"29{n:03}" for n in range(1, 230, 2)} - {"29191", "29193"}
    assert set(codes) == odd | {"29186", "29510"}
    assert len(codes) == 115
    assert [county.name for county in missouri.counties if county.kind == "city"] == [
        "St. Louis city"
    ]


def test_its_people_add_up(missouri: StateFacts) -> None:
    assert sum(county.population for county in missouri.counties) == 6_245_466


def test_region_schemes_hold_every_county_once(missouri: StateFacts) -> None:
    for scheme in missouri.schemes:
        members = [fips for region in scheme.regions for fips in region.counties]
        assert sorted(members) == [county.fips for county in missouri.counties]


def test_sema_regions_have_their_sizes(missouri: StateFacts) -> None:
    sema = next(scheme for scheme in missouri.schemes if scheme.code == "sema")
    sizes = Counter({region.code: len(region.counties) for region in sema.regions})
    assert sizes == {"A": 13, "B": 16, "C": 12, "D": 18, "E": 13, "F": 13, "G": 9, "H": 15, "I": 6}


def test_labels_lie_in_the_bounds(missouri: StateFacts) -> None:
    assert all(missouri.bounds.contains(county.label) for county in missouri.counties)
    assert missouri.bounds.contains(missouri.start)


def test_an_unknown_state_says_which_there_are() -> None:
    with pytest.raises(UnknownStateError, match=r"No facts for state 'XX' .* There: .*MO"):
        StateFacts.read("XX")


def test_a_state_needs_its_file(tmp_path: Path) -> None:
    (tmp_path / "MO").mkdir()
    with pytest.raises(UnknownStateError):
        StateFacts.read("MO", tmp_path)
