"""What differs from kind to kind: the table, the allowed moves, the line in a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from meris import shelters, supplies, units
from meris.tables import Shelter, SupplySite, Unit


def _nothing_to_check(_status: str, _facts: Mapping[str, Any]) -> None:
    """Most kinds have no facts that could contradict one another."""


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    table: type[Shelter] | type[SupplySite] | type[Unit]
    transitions: Mapping[str, frozenset[str]]
    briefs: Callable[[Session, list[int]], dict[int, str]]
    check: Callable[[str, Mapping[str, Any]], None] = _nothing_to_check


KINDS: dict[str, Kind] = {
    "shelter": Kind(Shelter, shelters.TRANSITIONS, shelters.briefs, shelters.check),
    "supply_site": Kind(SupplySite, supplies.TRANSITIONS, supplies.briefs),
    "unit": Kind(Unit, units.TRANSITIONS, units.briefs),
}
