"""The verdict of `fit`, need by need, said to the database: true is yes, false no, NULL unknown.

SQL's own three values: AND is false when anything is false, and else NULL when anything is. So the
walk outward meets only shelters that belong in the answer. `fit` still judges each of them and
words it; a test holds the two together.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, null, true

from meris import shelters
from meris.placing.fit import NO_BEDS
from meris.placing.party import Party
from meris.tables import Resource, Shelter


class Needs(NamedTuple):
    """Which needs a party has, and not how many people: what a statement is made for."""

    wheelchair: bool
    power: bool
    pets: bool
    medical: bool

    @classmethod
    def of(cls, party: Party) -> "Needs":
        """Those of a party."""
        return cls(party.wheelchair > 0, party.power, party.pets > 0, party.medical)


def verdict(
    needs: Needs,
    people: ColumnElement[int],
    pets: ColumnElement[int],
    *,
    stale: ColumnElement[bool],
    endangered: ColumnElement[bool],
) -> ColumnElement[bool]:
    """For queries on `Resource` and `Shelter`; so many people and pets come."""
    asked: list[tuple[bool, ColumnElement[Any]]] = [
        (True, _kind(medical=needs.medical)),
        (needs.wheelchair, Shelter.wheelchair_accessible.expression),
        (needs.power, _power()),
        (needs.pets, _pets(pets)),
        (True, _age(stale)),
        # what costs most is asked last
        (True, shelters.places_free() >= people),
        (True, ~endangered),
    ]
    return and_(*(rule for wanted, rule in asked if wanted))


def _kind(*, medical: bool) -> ColumnElement[bool]:
    return case(
        (Resource.type.in_(sorted(NO_BEDS)), false()),
        (Resource.type == "medical_needs", true() if medical else false()),
        (Resource.type.is_not(None), null() if medical else true()),
    )


def _power() -> ColumnElement[bool]:
    return case((Shelter.self_sufficient_electricity.is_(True), true()), else_=Shelter.generator)


def _pets(pets: ColumnElement[int]) -> ColumnElement[bool]:
    room = Shelter.pet_capacity - func.coalesce(Shelter.population_pets, 0)
    return case(
        (Shelter.pet_policy == "none", false()),
        (Shelter.pet_policy != "offsite", func.coalesce(room >= pets, true())),
    )


def _age(stale: ColumnElement[bool]) -> ColumnElement[bool]:
    """Never no: old figures are a reason to call."""
    at = func.coalesce(Shelter.counted_at, Resource.confirmed_at)
    return case((and_(at.is_not(None), ~stale), true()))
