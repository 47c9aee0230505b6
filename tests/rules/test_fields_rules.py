"""How cells are read: every way people write things, and what they are told when it fails."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from geo.values import Position
from meris import fields
from meris.errors import Invalid
from meris.fields import Home

HOME = replace(Home.of(), now=lambda: datetime(2026, 3, 15, 18, 0, tzinfo=UTC))
UNKNOWN_WORDS = [
    "",
    "  ",
    "N/A",
    "na",
    "NULL",
    "-",
    "tbd",
    "NOT AVAILABLE",
    "-999",
    "-9999",
    "unknown",
]


def rule(name, kind="shelter"):
    return fields.field(kind, name).rule


def read(name, raw, kind="shelter"):
    return rule(name, kind).read(raw, HOME)


def refusal(name, raw, kind="shelter"):
    with pytest.raises(Invalid) as refused:
        read(name, raw, kind)
    return refused.value


def warning(name, raw, kind="shelter"):
    return rule(name, kind).judge(raw, HOME).warning


@pytest.mark.parametrize("raw", UNKNOWN_WORDS)
@pytest.mark.parametrize(
    "name", ["evacuation_capacity", "name", "zip", "generator", "latitude", "opened_at", "notes"]
)
def test_words_for_not_known_are_never_zero_or_no(name, raw):
    assert read(name, raw) is None


@pytest.mark.parametrize("raw", ["u", "UNK"])
def test_letters_for_not_known_count_only_outside_free_text(raw):
    assert read("generator", raw) is None
    assert read("lot", raw, "supply") == raw


@pytest.mark.parametrize("raw", ["y", "Yes", "TRUE", "t", "1", "x", "✓", True])
def test_yes(raw):
    assert read("generator", raw) is True


@pytest.mark.parametrize("raw", ["n", "No", "FALSE", "f", "0", "none", False])
def test_no(raw):
    assert read("generator", raw) is False


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("Open", "open"),
        ("opened", "open"),
        ("ACTIVATED", "open"),
        ("o", "open"),
        ("Close", "closed"),
        ("inactive", "closed"),
        ("c", "closed"),
        ("Stand by", "standby"),
        ("on-call", "standby"),
        ("alerted", "alert"),
        ("At Capacity", "full"),
        ("UNK", "unknown"),
        ("", None),
    ],
)
def test_shelter_status(raw, code):
    assert read("status", raw) == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("avail", "available"),
        ("10-8", "available"),
        ("In Service", "available"),
        ("Busy", "dispatched"),
        ("committed", "dispatched"),
        ("EnRoute", "en_route"),
        ("responding", "en_route"),
        ("arrived", "on_scene"),
        ("O/S", "out_of_service"),
        ("O/S Mech", "out_of_service"),
        ("10-7", "out_of_service"),
        ("off duty", "off_duty"),
    ],
)
def test_unit_status(raw, code):
    assert read("status", raw, "unit") == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [("NONE", "none"), ("no", "none"), ("yes", "onsite"), ("Cohab", "cohabit"), (" ", None)],
)
def test_pets(raw, code):
    assert read("pet_policy", raw) == code


def test_a_wrong_word_is_told_with_the_words_and_the_nearest():
    refused = refusal("status", "Opn")
    assert refused.message == (
        '"Opn" is not a status. Use Closed, Alert, Standby, Open, Full, Consolidating, or Retired.'
        " Did you mean Open?"
    )
    assert refused.details["value"] == "Opn"
    assert refused.details["fix"].endswith("Did you mean Open?")


def test_a_word_that_is_like_nothing_gets_no_guess():
    assert "Did you mean" not in refusal("status", "purple").message


@pytest.mark.parametrize(
    ("raw", "value"), [("200", 200), ("1,200", 1200), ("1 200", 1200), ("250.0", 250), (7.0, 7)]
)
def test_whole_numbers(raw, value):
    assert read("evacuation_capacity", raw) == value


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("200+", "Did you mean 200?"),
        ("~200", "Did you mean 200?"),
        ("150-200", "for example 150 or 200"),
        ("2 dozen", "Write a single number without words or signs, or leave it empty."),
        ("250.5", "MERIS does not round"),
        ("-5", "is below zero"),
        ("25000", "more than 20,000 people"),
        ("1E+05", "plain number"),
        ("12,34", "is not one whole number"),
        (True, "is not one whole number"),
    ],
)
def test_numbers_are_never_guessed(raw, words):
    assert words in refusal("evacuation_capacity", raw).message


def test_quantities_are_exact():
    assert read("quantity_on_hand", "1,000.25", "supply") == Decimal("1000.25")
    assert read("quantity_on_hand", 0.1 + 0.2, "supply") == Decimal("0.3")
    assert "decimal places" in refusal("quantity_on_hand", "0.12345", "supply").message


@pytest.mark.parametrize(
    ("raw", "level"), [("Type II", 2), ("2", 2), ("iv", 4), ("NIMS Type 1", 1)]
)
def test_nims_types(raw, level):
    assert read("type_level", raw, "unit") == level


def test_a_nims_type_that_does_not_exist():
    assert "Write 1, 2, 3, 4 or 5" in refusal("type_level", "7", "unit").message


@pytest.mark.parametrize(
    "raw",
    [
        "2025-07-04T17:00:00Z",
        "2025-07-04 12:00",
        "7/4/2025 12:00",
        "7/4/2025 12:00 PM",
        "07/04/25 12:00:00",
        "4 July 2025 12:00",
        "July 4, 2025 12:00 PM",
        "2025/07/04 12:00:00",
        "2025-07-04 13:00 EDT",
        "1751648400",
        "1751648400000",
        "45842.5",
    ],
)
def test_one_moment_in_many_ways(raw):
    assert read("opened_at", raw) == datetime(2025, 7, 4, 17, 0, tzinfo=UTC)


def test_clocks_that_change_are_told():
    assert "did not exist" in warning("opened_at", "2025-03-09 02:30")
    assert "happened twice" in warning("opened_at", "2025-11-02 01:30")
    assert warning("opened_at", "2025-11-02 01:30 CST") is None


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("31/12/2024", "Did you mean 12/31/2024?"),
        ("2025-02-30", "Write it like"),
        ("yesterday", "Write it like"),
        ("2026-04-01", "lies in the future"),
        ("7/4/2025 25:00", "Write it like"),
    ],
)
def test_moments_that_cannot_be(raw, words):
    assert words in refusal("opened_at", raw).message


def test_an_expiry_may_lie_ahead_and_name_only_its_month():
    assert read("expires_on", "2030-06-30", "supply") == date(2030, 6, 30)
    assert read("expires_on", "02/2028", "supply") == date(2028, 2, 29)
    assert "names no day" in warning("expires_on", "02/2028", "supply")


@pytest.mark.parametrize(
    "raw", ["573-555-0100", "5735550100", "(573) 555-0100", "+1 573.555.0100", 5735550100.0]
)
def test_one_phone_number_in_many_ways(raw):
    assert read("contact_phone", raw) == "(573) 555-0100"


def test_a_phone_number_keeps_its_extension():
    assert read("contact_phone", "573-555-0100 x12") == "(573) 555-0100 ext. 12"


@pytest.mark.parametrize(
    ("raw", "words"),
    [("5.73555E+09", "Format the column as text"), ("911", "ten digits"), ("n/a x", "ten digits")],
)
def test_what_is_no_phone_number(raw, words):
    assert words in refusal("contact_phone", raw).message


@pytest.mark.parametrize(
    ("raw", "value"),
    [("65101", "65101"), ("65101.0", "65101"), ("657111600", "65711-1600"), ("1606", "01606")],
)
def test_zip_codes(raw, value):
    assert read("zip", raw) == value


def test_doubtful_zip_codes_are_told():
    assert "leading zero" in warning("zip", "1606")
    assert "not a ZIP code of Missouri" in warning("zip", "72941")
    assert warning("zip", "65101") is None


@pytest.mark.parametrize("raw", ["MO", "mo", "Missouri", "29", "US-MO"])
def test_the_state_in_many_ways(raw):
    assert read("state", raw) == "MO"


@pytest.mark.parametrize(
    ("raw", "fips"),
    [
        ("Boone", "29019"),
        ("BOONE COUNTY", "29019"),
        ("Boone Co.", "29019"),
        ("019", "29019"),
        ("29051.0", "29051"),
        ("De Kalb", "29063"),
        ("Saint Charles", "29183"),
        ("Ste. Genevieve", "29186"),
        ("St. Louis City", "29510"),
        ("City of St. Louis", "29510"),
        ("29193", "29186"),
    ],
)
def test_counties(raw, fips):
    assert read("county", raw) == fips


def test_saint_louis_alone_is_the_county_with_a_warning():
    assert read("county", "St. Louis") == "29189"
    assert "city" in warning("county", "St. Louis")


def test_a_county_of_elsewhere_is_told_with_the_nearest():
    assert "Did you mean Boone?" in refusal("county", "Bone").message


@pytest.mark.parametrize(
    "raw", ["38.57669", "38 34 36.1 N", "38°34'36.1\"N", "N 38 34 36.1", 38.57669]
)
def test_one_latitude_in_many_ways(raw):
    assert read("latitude", raw) == pytest.approx(38.57669, abs=1e-5)


def test_minutes_with_decimals():
    assert read("latitude", "38°34.6'") == pytest.approx(38.576667, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("latitude", "3857.67", "Missouri lies between 35.99 and 40.62. Did you mean 38.5767?"),
        ("latitude", "-92.17", "are the two columns swapped?"),
        ("latitude", "-38 N", "not both"),
        ("latitude", "38 75 00 N", "is not a latitude"),
        ("latitude", "92 W", "is not a latitude"),
        ("longitude", "-9217352", "Did you mean -92.17352?"),
        ("longitude", "west", "for example -92.17352"),
    ],
)
def test_coordinates_that_cannot_be(name, raw, words):
    assert words in refusal(name, raw).message


def test_coarse_coordinates_are_told():
    assert "two decimal places or fewer" in warning("latitude", "38.5")
    assert warning("latitude", "38.57669") is None


@pytest.mark.parametrize(
    "raw",
    ["38.57669, -92.17352", "12 Oak St\nJefferson City, MO\n(38.57669, -92.17352)"],
)
def test_coordinates_in_one_cell(raw):
    assert read("coordinates", raw) == Position(38.57669, -92.17352)


def test_grid_references_keep_their_precision():
    assert read("usng", "15swc7204270394") == "15S WC 72042 70394"
    assert read("usng", "15S WC 72 70") == "15S WC 72 70"
    assert "15S WC 72042 70394" in refusal("usng", "WC 72 70").message


def test_lists_keep_their_order_and_say_nothing_twice():
    assert read("capabilities", "swift water; drone;Swift Water", "unit") == [
        "swift water",
        "drone",
    ]


@pytest.mark.parametrize("raw", ["Resident 123-45-6789", "Smith, John; Doe, Jane; Roe, Ann"])
def test_notes_about_persons_are_refused_and_not_repeated(raw):
    refused = refusal("notes", raw)
    assert "Smith" not in refused.message
    assert "6789" not in refused.message


def test_invisible_characters_go():
    assert read("name", "\ufeffNorth\u200b  Gym\x00 ") == "North Gym"
