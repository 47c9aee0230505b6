"""Weighing who could give: how much without going short, how soon, and the best together.

Everything is counted in the unit of the request's line. No database here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from meris.fields import BY_CODE
from meris.fields.items import base_size
from meris.requests.givers import Giver, Lot

#: Loading at the giver's dock before the wheels roll, and what a truck makes on the road.
LOADING = timedelta(minutes=30)
TRUCK_KMH = 60.0
#: What another pick-up costs: somebody has to be called, somebody has to load.
_ANOTHER = timedelta(minutes=20)
#: Decimals of what is measured, as the ledger keeps them.
_PLACES = 3
_MEASURED = frozenset({"L", "GAL", "LB", "KG"})
_NONE = Fraction(0)


@dataclass(frozen=True)
class Wanted:
    """What is missing, in the line's unit, and when. `needs`: of this item, what one person in a
    shelter needs, in the line's unit; None where nobody knows."""

    item_code: str | None
    unit: str
    missing: Decimal
    now: datetime
    needed_by: datetime | None
    detour: float
    need_each: Fraction | None = None

    def per(self, lot: Lot) -> Fraction | None:
        """How many of the line's unit one unit of a lot is; None where that is not known."""
        item = BY_CODE.get(self.item_code or "")
        if item is not None:
            mine = base_size(item, self.unit)
            theirs = base_size(item, lot.unit, lot.units_per_pack)
            if mine and theirs:
                return Fraction(theirs) / Fraction(mine)
        return Fraction(1) if lot.unit == self.unit else None


@dataclass(frozen=True)
class Take:
    """So much of one lot, in the lot's unit; `counts` in the line's."""

    lot: Lot
    quantity: Decimal
    counts: Fraction


@dataclass(frozen=True)
class Source:
    """A giver weighed. `free`: all that may be taken; `spare`: without going below what it keeps.

    `keeps` is that: its par levels, or what the people in a shelter need; None where nobody said.
    """

    giver: Giver
    free: Fraction
    spare: Fraction
    keeps: Fraction | None
    minutes: float | None
    arrives: datetime | None
    late: bool
    lots: tuple[tuple[Lot, Fraction], ...]
    why_not: str | None = None

    def takes(self, quantity: Fraction) -> list[Take]:
        """The lots to take it from, the first to expire first; packs and pieces whole."""
        found, rest = [], quantity
        for lot, per in self.lots:
            if rest <= 0:
                break
            much = _of_lot(lot, rest / per)
            if much > 0:
                found.append(Take(lot, much, Fraction(much) * per))
                rest -= Fraction(much) * per
        return found


@dataclass
class Plan:
    """The best together: what is taken from whom, and what nobody could give."""

    parts: list[tuple[Source, Fraction]] = field(default_factory=list)
    lacking: Fraction = _NONE


def weigh(wanted: Wanted, giver: Giver) -> Source:
    """How much and how soon a giver could bring it; `why_not` where it is passed over."""
    usable = [(lot, per) for lot in giver.lots if lot.usable and (per := wanted.per(lot))]
    lots = tuple((lot, per) for lot, per in usable if _of_lot(lot, Fraction(lot.free)) > 0)
    free = sum((Fraction(lot.free) * per for lot, per in lots), _NONE)
    keeps = _keeps(wanted, giver)
    spare = free if keeps is None else max(_NONE, _shelf(wanted, giver) - keeps)
    spare = min(free, spare)
    minutes = None
    if giver.meters is not None:
        minutes = giver.meters / 1000 * wanted.detour / TRUCK_KMH * 60 + LOADING.seconds / 60
    arrives = wanted.now + timedelta(minutes=minutes) if minutes is not None else None
    # whose drive nobody knows is not counted upon to be in time
    late = bool(wanted.needed_by and (arrives is None or arrives > wanted.needed_by))
    why_not = _why_not(giver, usable, free, spare, keeps)
    return Source(giver, free, spare, keeps, minutes, arrives, late, lots, why_not)


def _keeps(wanted: Wanted, giver: Giver) -> Fraction | None:
    """What the giver keeps for itself."""
    pars = [Fraction(lot.par) * per for lot in giver.lots if lot.par and (per := wanted.per(lot))]
    par = sum(pars, _NONE) if pars else None
    if not _houses(giver):
        return par
    if giver.people is None or wanted.need_each is None:
        return None
    return max(par or _NONE, giver.people * wanted.need_each)


def _shelf(wanted: Wanted, giver: Giver) -> Fraction:
    """What would stay usable and unpromised at the giver if it gave nothing."""
    return sum(
        (Fraction(lot.free) * per for lot in giver.lots if lot.usable and (per := wanted.per(lot))),
        _NONE,
    )


def _houses(giver: Giver) -> bool:
    return giver.kind == "shelter" and (giver.status in _IN_USE or bool(giver.people))


_IN_USE = ("open", "full", "consolidating")


def _why_not(
    giver: Giver,
    usable: Sequence[tuple[Lot, Fraction]],
    free: Fraction,
    spare: Fraction,
    keeps: Fraction | None,
) -> str | None:
    if giver.status == "retired":
        return "it is no longer kept as a shelter"
    if not any(lot.on_hand for lot in giver.lots):
        return "it has none left"
    if not any(lot.usable for lot in giver.lots if lot.on_hand):
        return "what it has is expired or not serviceable"
    if not usable:
        return "what it has is counted in a unit that does not compare"
    if not free:
        return "all that it has is promised"
    if _houses(giver) and giver.people is None:
        return "nobody counted its people, so what it needs itself is not known"
    if _houses(giver) and keeps is None:
        return "what its own people need of it is not known"
    if _houses(giver) and not spare:
        return "it needs what it has for the people in it"
    return None


def _of_lot(lot: Lot, quantity: Fraction) -> Decimal:
    """What to take of a lot to cover `quantity` of its unit: whole, or measured to the gram."""
    if lot.unit not in _MEASURED:
        return Decimal(min(floor(lot.free), ceil(quantity)))
    step = Decimal(10**_PLACES)
    return min(lot.free, Decimal(ceil(quantity * 10**_PLACES)) / step)


def ranked(sources: Iterable[Source], wanted: Wanted) -> list[Source]:
    """The best single giver first: in time, enough, without going short, the nearest."""
    missing = Fraction(wanted.missing)

    def key(one: Source) -> tuple[bool, bool, bool, bool, float, int]:
        return (
            one.late,
            one.spare < missing,
            one.free < missing,
            one.giver.status == "closed",
            one.minutes if one.minutes is not None else float("inf"),
            one.giver.id,
        )

    return sorted((one for one in sources if one.why_not is None), key=key)


def combine(sources: Sequence[Source], wanted: Wanted) -> Plan:
    """The least that covers what is missing: one giver where that is as good as several.

    First those who are in time and do not go short, then the late, then what strips a giver.
    """
    missing, can = Fraction(wanted.missing), [one for one in sources if one.minutes is not None]
    can += [one for one in sources if one.minutes is None]
    spared = [one for one in can if one.spare > 0]
    # where nobody can be in time, the nearest are still the best
    in_time = [one for one in spared if not one.late] or spared
    alone = [one for one in in_time if one.spare >= missing]
    best = _nearest_first(in_time, missing)
    if alone and (best.lacking > 0 or _cost(alone[:1]) <= _cost([one for one, _ in best.parts])):
        return Plan([(min(alone, key=_minutes), missing)])
    if best.lacking > 0:
        late = [one for one in can if one.late and one.spare > 0]
        best = _nearest_first([*in_time, *late], missing)
    if best.lacking > 0:
        best = _strip(best, can)
    return best


def _nearest_first(sources: Sequence[Source], missing: Fraction) -> Plan:
    """From the nearest on until it is enough; whoever turns out not to be needed is left out."""
    chosen: list[Source] = []
    have = _NONE
    for one in sorted(sources, key=lambda one: (one.late, _minutes(one))):
        if have >= missing:
            break
        chosen.append(one)
        have += one.spare
    some_late = any(one.late for one in chosen)
    for one in sorted(chosen, key=lambda one: one.spare):
        # what comes in time is not given up for more of what comes late
        if have - one.spare >= missing and one.late == some_late:
            chosen.remove(one)
            have -= one.spare
    return _shared(chosen, missing, {id(one): one.spare for one in chosen})


def _strip(plan: Plan, sources: Sequence[Source]) -> Plan:
    """What is still lacking from those who would go below what they keep, the nearest first."""
    gives = {id(one): one.spare for one, _ in plan.parts}
    chosen = [one for one, _ in plan.parts]
    lacking = plan.lacking
    for one in sorted(sources, key=lambda one: (one.late, _minutes(one))):
        more = one.free - gives.get(id(one), _NONE)
        if lacking <= 0 or more <= 0:
            continue
        if id(one) not in gives:
            chosen.append(one)
        gives[id(one)] = one.free
        lacking -= more
    total = sum((part for _, part in plan.parts), _NONE) + plan.lacking
    return _shared(chosen, total, gives)


def _shared(chosen: Sequence[Source], missing: Fraction, gives: Mapping[int, Fraction]) -> Plan:
    plan, rest = Plan(), missing
    for one in chosen:
        part = min(rest, gives[id(one)])
        if part > 0:
            plan.parts.append((one, part))
            rest -= part
    plan.lacking = max(_NONE, rest)
    return plan


def _cost(sources: Sequence[Source]) -> timedelta:
    """When the last arrives, and what each further pick-up costs."""
    last = max(_minutes(one) for one in sources)
    return timedelta(minutes=min(last, 1e6)) + _ANOTHER * (len(sources) - 1)


def _minutes(one: Source) -> float:
    return one.minutes if one.minutes is not None else float("inf")
