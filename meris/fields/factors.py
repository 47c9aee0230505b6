"""Planning factors: what people use up where nobody has measured it (domain §3.2).

They are only what a new installation begins with; the table `planning_factor` is what counts, and
`/rules/supplies` is where it is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

_FEMA = "FEMA planning figures for commodities"
_OURS = "MERIS"


@dataclass(frozen=True)
class Factor:
    """One planning factor. `least` and `most`: between which it is believed to lie.

    `item_code` is what is asked for when it runs low; `also` serves the same need and is counted
    with it. `per`: used up by each person every day ("person_day"), one for each person who stays
    ("person"), or a plain "number" that a calculation needs. `expected`: a place without any of it
    on record is told. `verified`: whether the source was read, or it is only customary.
    """

    code: str
    title: str
    quantity: Decimal
    least: Decimal
    most: Decimal
    unit: str
    source: str
    place: str | None = None
    item_code: str | None = None
    also: Sequence[str] = field(default_factory=tuple)
    per: str = "number"
    expected: bool = False
    verified: bool = False


def _used(
    code: str,
    title: str,
    numbers: str,
    unit: str,
    items: str,
    source: str,
    *,
    per: str = "person_day",
    expected: bool = True,
    verified: bool = False,
) -> Factor:
    quantity, least, most = map(Decimal, numbers.split())
    item, *also = items.split()
    place = code.rpartition("_")[2]
    return Factor(
        code=code,
        title=title,
        quantity=quantity,
        least=least,
        most=most,
        unit=unit,
        source=source,
        place=place,
        item_code=item,
        also=also,
        per=per,
        expected=expected,
        verified=verified,
    )


def _number(
    code: str, title: str, numbers: str, unit: str, source: str, *, verified: bool = False
) -> Factor:
    quantity, least, most = map(Decimal, numbers.split())
    return Factor(code, title, quantity, least, most, unit, source, verified=verified)


_WATER = "WATER-BTL WATER-BULK"
_KITS = "KIT-HYG KIT-COMFORT"

#: Quantity, least and most; where a source gives only one number, the range is MERIS's own.
FACTORS: tuple[Factor, ...] = (
    _used("water_shelter", "Drinking water", "1 0.75 1.5", "GAL", _WATER, _FEMA, verified=True),
    _used("water_pod", "Drinking water", "1 0.75 1.5", "GAL", _WATER, _FEMA, verified=True),
    _used("meals_shelter", "Meals", "3 2.5 3.5", "ML", "MEAL-SS", "customary: 3 meals, a snack"),
    _used("meals_pod", "Meals", "2 1.5 2.5", "ML", "MEAL-SS", "customary: 2 shelf-stable meals"),
    _used("ice_pod", "Ice", "8 5 10", "LB", "ICE", "customary: a bag"),
    _used("ice_shelter", "Ice", "8 5 10", "LB", "ICE", "customary: a bag", expected=False),
    _used(
        "cots_shelter",
        "Cots, standard",
        "0.9 0.8 1",
        "EA",
        "COT-STD",
        "customary: a cot for every resident, one in ten accessible",
        per="person",
    ),
    _used(
        "cots_accessible_shelter",
        "Cots, accessible",
        "0.1 0.05 0.2",
        "EA",
        "COT-ACC",
        "customary: one cot in ten",
        per="person",
    ),
    _used("blankets_shelter", "Blankets", "2 1 2", "EA", "BLANKET", "customary", per="person"),
    _used(
        "kits_shelter", "Hygiene kits", "1 1 1", "EA", _KITS, "customary: on entry", per="person"
    ),
    _number("people_per_vehicle", "People in a vehicle", "3 2 4", "people", "USACE", verified=True),
    _number("pod_hours", "A point of distribution is open", "12 8 12", "h", "USACE", verified=True),
    _number("lead_days", "A delivery takes", "1 0.5 2", "days", _OURS),
    _number("safety_days", "Kept in reserve", "1 0.5 2", "days", _OURS),
    _number("supply_days", "A delivery is to last", "3 1 7", "days", _OURS),
)
