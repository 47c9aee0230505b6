"""What is wanted, read from what people type with a thumb."""

from decimal import Decimal

import pytest

from meris.errors import Invalid
from meris.fields import Home
from meris.requests import Want, read_text, read_want

HOME = Home.of()


@pytest.mark.parametrize(
    ("text", "code", "name", "quantity", "unit"),
    [
        ("cots 40", "COT-STD", "Cots, standard", "40", "EA"),
        ("40 cots", "COT-STD", "Cots, standard", "40", "EA"),
        ("Need 40 cots please", "COT-STD", "Cots, standard", "40", "EA"),
        ("water 12 pallets", "WATER-BTL", "Bottled water", "12", "PL"),
        ("12 pallets of water", "WATER-BTL", "Bottled water", "12", "PL"),
        ("water, 12 pallets", "WATER-BTL", "Bottled water", "12", "PL"),
        ("ice 200lb", "ICE", "Packaged ice", "200", "LB"),
        ("gas 30.5 gallons", "FUEL-GAS", "Gasoline", "30.5", "GAL"),
        ("1,200 meals", "MEAL-SS", "Shelf-stable meals", "1200", "ML"),
        ("N95 masks 500", "PPE-N95", "N95 respirators", "500", "EA"),
        ("blankets 80", "BLANKET", "Blankets", "80", "EA"),
        ("wheelchair ramp 1", None, "wheelchair ramp", "1", "EA"),
        ("3 boxes of crayons", None, "crayons", "3", "BX"),
    ],
)
def test_one_want_in_any_order(text, code, name, quantity, unit):
    assert read_text(text, HOME) == [Want(name, Decimal(quantity), unit, code)]


@pytest.mark.parametrize(
    "text",
    [
        "cots 40, blankets 80",
        "cots 40; blankets 80",
        "40 cots and 80 blankets",
        "cots 40\n80 blankets",
    ],
)
def test_several_wants_at_once(text):
    assert [(w.item_code, int(w.quantity)) for w in read_text(text, HOME)] == [
        ("COT-STD", 40),
        ("BLANKET", 80),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cots", "How many"),
        ("", "What is needed"),
        ("   ", "What is needed"),
        ("cots 0", "above zero"),
        ("cots 99999999999", "more than"),
        (", ".join(f"thing{i} {i + 1}" for i in range(30)), "20 at most"),
    ],
)
def test_what_cannot_be_read_is_said(text, says):
    with pytest.raises(Invalid, match=says):
        read_text(text, HOME)


@pytest.mark.parametrize(
    ("given", "want"),
    [
        (
            {"item_code": "COT-STD", "quantity": "40"},
            Want("Cots, standard", Decimal(40), "EA", "COT-STD"),
        ),
        (
            {"item_code": "WATER-BTL", "quantity": 12, "unit_of_issue": "pallet"},
            Want("Bottled water", Decimal(12), "PL", "WATER-BTL"),
        ),
        (
            {"item_name": "Crayons", "quantity": 3, "unit_of_issue": "BX"},
            Want("Crayons", Decimal(3), "BX"),
        ),
    ],
)
def test_field_by_field(given, want):
    assert read_want(given, HOME) == want


@pytest.mark.parametrize(
    "given",
    [
        {"item_code": "NOPE", "quantity": 1},
        {"quantity": 1},
        {"item_code": "COT-STD"},
        {"item_code": "COT-STD", "quantity": "some"},
        {"item_code": "COT-STD", "quantity": -1},
        {"item_code": "COT-STD", "quantity": 1, "unit_of_issue": "furlong"},
    ],
)
def test_a_bad_field_is_refused(given):
    with pytest.raises(Invalid):
        read_want(given, HOME)
