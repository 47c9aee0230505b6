"""The catalogue: every field of every kind, once, in the order a person fills them in."""

from functools import cache

from meris.errors import NotFound
from meris.fields import (
    common,
    lists_shelter,
    lists_supply,
    lists_unit,
    record,
    shelter,
    supply,
    unit,
)
from meris.fields.codes import CodeList
from meris.fields.field import KINDS, ROW_KINDS, Field

CATALOGUE: tuple[Field, ...] = (
    *common.IDENTITY,
    *common.NAMES,
    supply.SITE_NAME,
    *unit.IDENTITY,
    shelter.TYPE,
    supply.SITE_TYPE,
    unit.TYPE,
    shelter.STATUS,
    supply.SITE_STATUS,
    unit.STATUS,
    unit.STATUS_AT,
    *shelter.SHELTER,
    *supply.SUPPLY,
    *unit.UNIT,
    *supply.SITE,
    *supply.POD,
    *common.PLACE,
    unit.POSITION_AT,
    *common.CONTACT,
    *common.ABOUT,
    *record.RECORD,
)

#: Of each group one field at least has to be filled in; it stands for the others.
_ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "unit": (("call_sign", "unit_id", "name"),),
    "supply": (("item_name", "item_code"),),
}

#: The resource that a row of a file makes or changes.
RESOURCE_KIND = {"shelter": "shelter", "supply": "supply_site", "unit": "unit"}

_STATUSES = {
    "shelter": lists_shelter.STATUS,
    "supply_site": lists_supply.STATUS,
    "unit": lists_unit.STATUS,
}
_TYPES = {
    "shelter": lists_shelter.TYPE,
    "supply_site": lists_supply.SITE_TYPE,
    "unit": lists_unit.TYPE,
}


@cache
def of(kind: str) -> tuple[Field, ...]:
    """The fields of a kind of resource (`fields.KINDS`) or row (`fields.ROW_KINDS`)."""
    if kind not in KINDS and kind not in ROW_KINDS:
        raise NotFound(f"There is no kind {kind!r}. The kinds are {', '.join(KINDS)}.")
    return tuple(field for field in CATALOGUE if kind in field.kinds)


@cache
def by_name(kind: str) -> dict[str, Field]:
    """The fields of a kind by name."""
    return {field.name: field for field in of(kind)}


def field(kind: str, name: str) -> Field:
    """One field of a kind. Raises `NotFound`."""
    try:
        return by_name(kind)[name]
    except KeyError:
        raise NotFound(f"A {kind} has no field {name!r}.") from None


@cache
def needs(kind: str) -> tuple[tuple[str, ...], ...]:
    """What a row must have: of each group, one field. Most groups hold a single one."""
    groups = _ONE_OF.get(kind, ())
    grouped = {name for group in groups for name in group}
    alone = tuple((f.name,) for f in of(kind) if f.required and f.name not in grouped)
    return (*groups, *alone)


def statuses(kind: str) -> CodeList:
    """The statuses of a kind of resource."""
    return _STATUSES[kind]


def types(kind: str) -> CodeList:
    """What kinds of shelter, site or unit there are."""
    return _TYPES[kind]
