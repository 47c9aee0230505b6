"""Minimum cover: how many units must stay free in a county or region, and where too few are.

A unit counts for the county it is recorded in while it is available or staged and nobody holds it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from meris.accounts import Policy, Viewer
from meris.dispatch.candidates import READY
from meris.dispatch.prepared import Prepared, given
from meris.needs.need import kinds_said
from meris.tables import Assignment, County, CoverRule, Region, Resource
from meris.tables.places import region_county

#: What MERIS itself sees, where no viewer asks.
_EVERYTHING = Policy(everything=True)


@dataclass(frozen=True)
class Hole:
    """A rule that is not kept: `available` units where `minimum` must be; `title` says where.

    `before` is how many there are now, where a dispatch is only thought of.
    """

    rule_id: int
    title: str
    county_fips: tuple[str, ...]
    unit_types: tuple[str, ...]
    minimum: int
    available: int
    before: int | None = None
    note: str | None = None

    @property
    def text(self) -> str:
        """In words: "Boone County: 1 of 2 engines"."""
        kinds = kinds_said(self.unit_types, self.minimum)
        return f"{self.title}: {self.available} of {self.minimum} {kinds}"

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "rule_id": self.rule_id,
            "where": self.title,
            "counties": list(self.county_fips),
            "unit_types": list(self.unit_types),
            "minimum": self.minimum,
            "available": self.available,
            "before": self.before,
            "note": self.note,
            "text": self.text,
        }


def holes(session: Session, viewer: Viewer | None = None) -> list[Hole]:
    """Where cover is short now, the worst first; counted from the units that the viewer may see."""
    found = [rule.hole() for rule in _rules(session, _policy(viewer)) if rule.short_by(0)]
    return sorted(found, key=lambda hole: (hole.available - hole.minimum, hole.title, hole.rule_id))


def minimums(session: Session) -> int:
    """How many rules say that something must stay: without any, no hole says nothing."""
    return session.scalar(select(func.count()).select_from(CoverRule)) or 0


def stripped_by(
    session: Session, unit_ids: Collection[int], viewer: Viewer | None = None
) -> list[Hole]:
    """The holes that sending these units would open or deepen."""
    policy = _policy(viewer)
    units = session.execute(
        select(Resource.county_fips, Resource.type)
        .where(Resource.id.in_(unit_ids), Resource.kind == "unit")
        .where(policy.condition(), *free())
    ).all()
    counties = {unit.county_fips for unit in units if unit.county_fips}
    about = About(sorted(counties), sorted({unit.type for unit in units if unit.type}))
    rules = _rules(session, policy, about, beyond=len(units))
    for unit in units:
        for rule in rules:
            rule.taken += rule.concerns(unit.county_fips, unit.type)
    return [rule.hole() for rule in rules if rule.taken and rule.short_by(0)]


@dataclass
class Rule:
    """A rule with how many units there are for it; `taken` are those that are thought of."""

    id: int
    title: str
    counties: frozenset[str]
    unit_types: tuple[str, ...]
    minimum: int
    available: int
    note: str | None
    taken: int = 0

    def concerns(self, county_fips: str | None, unit_type: str | None) -> bool:
        """Whether such a unit counts for it."""
        return county_fips in self.counties and unit_type in self.unit_types

    def short_by(self, more: int) -> int:
        """How many would lack if so many more were taken."""
        return max(0, self.minimum - (self.available - self.taken - more))

    def hole(self) -> Hole:
        """What is left of it."""
        return Hole(
            self.id,
            self.title,
            tuple(sorted(self.counties)),
            self.unit_types,
            self.minimum,
            max(0, self.available - self.taken),
            self.available if self.taken else None,
            self.note,
        )


@dataclass
class Ledger:
    """The rules about some kinds of units that a recommendation may break, loaded county by county
    as it meets them.

    `most` is how many units it takes at the most: no more than that above a minimum is counted.
    """

    session: Session
    policy: Policy
    kinds: Sequence[str]
    most: int
    _seen: set[str] = field(default_factory=set)
    _rules: dict[int, Rule] = field(default_factory=dict)
    _of_county: dict[str, list[Rule]] = field(default_factory=dict)

    def meet(self, counties: Iterable[str | None]) -> None:
        """Load the rules of counties not met before."""
        fresh = {fips for fips in counties if fips} - self._seen
        if not fresh:
            return
        self._seen |= fresh
        concerned = About(sorted(fresh), self.kinds)
        for rule in _rules(self.session, self.policy, concerned, beyond=self.most):
            if rule.id not in self._rules:
                self._rules[rule.id] = rule
                for fips in rule.counties:
                    self._of_county.setdefault(fips, []).append(rule)

    def broken_by(self, county_fips: str | None, unit_type: str) -> Rule | None:
        """The rule that sending one more such unit would leave unkept the worst."""
        broken = [rule for rule in self._of(county_fips, unit_type) if rule.short_by(1)]
        return max(broken, key=lambda rule: (rule.short_by(1), -rule.id), default=None)

    def take(self, county_fips: str | None, unit_type: str) -> None:
        """Such a unit is to be sent."""
        for rule in self._of(county_fips, unit_type):
            rule.taken += 1

    def holes(self) -> list[Hole]:
        """What all that was taken leaves unkept."""
        every = sorted(self._rules.values(), key=lambda rule: rule.id)
        return [rule.hole() for rule in every if rule.taken and rule.short_by(0)]

    def _of(self, county_fips: str | None, unit_type: str) -> Sequence[Rule]:
        rules = self._of_county.get(county_fips or "", ())
        return [rule for rule in rules if unit_type in rule.unit_types]


def held() -> ColumnElement[bool]:
    """Whether somebody holds the resource, for queries on `Resource`."""
    return exists().where(
        Assignment.resource_id == Resource.id,
        Assignment.status == "reserved",
        ~Assignment.booked,
        func.upper(Assignment.during) > func.now(),
    )


def free() -> tuple[ColumnElement[bool], ...]:
    """What makes a unit one that counts, for queries on `Resource`."""
    return Resource.status.in_(READY), ~held()


def _policy(viewer: Viewer | None) -> Policy:
    return _EVERYTHING if viewer is None else viewer.policy


class About(NamedTuple):
    """Which rules: those of any of the counties about any of the kinds."""

    counties: Sequence[str]
    kinds: Sequence[str]


def _rules(
    session: Session, policy: Policy, about: About | None = None, *, beyond: int = 0
) -> list[Rule]:
    """The rules (of some counties) with their counts, to `beyond` above the minimum at the most."""
    if about is not None and not about.counties:
        return []
    told = () if about is None else about
    rows = _statement(policy, some=about is not None).rows(session, beyond, *told)
    return [_rule(row) for row in rows]


@lru_cache(maxsize=200)
def _statement(policy: Policy, *, some: bool) -> Prepared:
    """The rules, or `some` of them by counties and kinds; kept, since it is long to make."""
    rules = _with_counties()
    free_now = _count(policy, rules)
    statement = (
        select(
            rules.c.id,
            rules.c.title,
            rules.c.counties,
            rules.c.unit_types,
            rules.c.minimum,
            free_now.c.available,
            rules.c.note,
        )
        .join_from(rules, free_now, literal_column("true"))
        .order_by(rules.c.id)
    )
    if some:
        for number, listed in enumerate((rules.c.counties, rules.c.unit_types), start=2):
            statement = statement.where(listed.bool_op("&&")(given(number, "text[]")))
    return Prepared(statement)


def _rule(row: tuple[Any, ...]) -> Rule:
    number, title, counties, kinds, *rest = row
    return Rule(number, title, frozenset(counties or ()), tuple(kinds), *rest)


def _with_counties() -> Subquery:
    """Every rule with what its place is called, and the counties in it as an array."""
    of_region = (
        select(func.array_agg(cast(region_county.c.county_fips, Text), type_=ARRAY(Text)))
        .where(region_county.c.region_id == CoverRule.region_id)
        .scalar_subquery()
    )
    single = cast(array([CoverRule.county_fips]), ARRAY(Text))
    counties = case((CoverRule.county_fips.is_not(None), single), else_=of_region)
    return (
        select(
            CoverRule.id,
            func.coalesce(County.full_name, Region.title).label("title"),
            counties.label("counties"),
            CoverRule.unit_types,
            CoverRule.minimum,
            CoverRule.note,
        )
        .outerjoin(County, County.fips == CoverRule.county_fips)
        .outerjoin(Region, Region.id == CoverRule.region_id)
        .subquery("rules")
    )


def _count(policy: Policy, rules: Subquery) -> FromClause:
    enough: Select[Any] = (
        select(literal_column("1"))
        .select_from(Resource)
        .where(Resource.kind == literal_column("'unit'"))
        .where(Resource.county_fips == func.any(rules.c.counties))
        .where(Resource.type == func.any(rules.c.unit_types))
        .where(and_(*free()), policy.condition())
        .limit(rules.c.minimum + given(1, "integer", Integer()))
        .correlate(rules)
    )
    return select(func.count().label("available")).select_from(enough.subquery()).lateral("free")
