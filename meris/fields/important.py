"""What the scorecard asks of a record: the fields without which others cannot act on it.

Name and status are not among them, because no record is without, nor is the place, which the
scorecard counts by itself.
"""

from functools import cache

from meris.fields.catalogue import field
from meris.fields.field import Field

_IMPORTANT: dict[str, tuple[str, ...]] = {
    "shelter": (
        "evacuation_capacity",
        "shelter_type",
        "wheelchair_accessible",
        "pet_policy",
        "generator",
        "address_line1",
        "city",
        "contact_phone",
    ),
    "supply_site": ("site_type", "address_line1", "city", "contact_name", "contact_phone"),
    "unit": (
        "unit_type",
        "discipline",
        "personnel_count",
        "home_base",
        "radio_channel",
        "contact_phone",
    ),
}

#: Of these, what nobody can do without: how many people fit in, and what kind of unit it is.
_VITAL: dict[str, tuple[str, ...]] = {
    "shelter": ("evacuation_capacity",),
    "supply_site": (),
    "unit": ("unit_type",),
}


@cache
def important(kind: str) -> tuple[Field, ...]:
    """The fields of a kind of resource whose filled share is its completeness."""
    return tuple(field(kind, name) for name in _IMPORTANT[kind])


@cache
def vital(kind: str) -> tuple[Field, ...]:
    """Those of the important fields whose lack is a problem by itself."""
    return tuple(field(kind, name) for name in _VITAL[kind])
