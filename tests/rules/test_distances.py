"""Distances in words: one place for Python, in the units that the installation chose."""

from pathlib import Path

import pytest

from meris.distances import KILOMETERS, MILES
from meris.errors import Refused
from meris.settings import Settings
from meris.uploads.geocoder import home_of


def test_a_distance_has_as_many_figures_as_help():
    said = [MILES.say(meters) for meters in (0, 12, 304, 305, 3210, 15_990, 66_600, 2e6, None)]
    assert said == [
        *("10 ft", "40 ft", "1,000 ft", "0.2 mi", "2.0 mi", "9.9 mi", "41 mi", "1,243 mi"),
        "an unknown distance",
    ]
    said = [KILOMETERS.say(meters) for meters in (304, 994, 995, 3210, 9960, 41_400)]
    assert said == ["300 m", "990 m", "1.0 km", "3.2 km", "10 km", "41 km"]


def test_what_somebody_chose_is_said_as_they_would():
    assert [MILES.chosen(miles * 1609.344) for miles in (0.5, 2, 30)] == ["0.5 mi", "2 mi", "30 mi"]
    assert (MILES.speed(60), KILOMETERS.speed(60)) == ("37 mph", "60 km/h")


@pytest.mark.parametrize(("given", "code"), [("", "miles"), ("miles", "miles"), ("km", "km")])
def test_the_setting_reaches_the_rules(tmp_path: Path, given: str, code: str):
    env = {"MERIS_HOME": str(tmp_path), "MERIS_DISTANCES": given}
    assert home_of(Settings.from_environment(env)).distances.code == code


def test_other_units_are_refused(tmp_path: Path):
    with pytest.raises(Refused, match="Use miles or km"):
        Settings.from_environment({"MERIS_HOME": str(tmp_path), "MERIS_DISTANCES": "leagues"})
