"""What is asked for, and which of it the units sent already fill."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from meris import fields
from meris.errors import Invalid
from meris.fields.words import key
from meris.tables import Assignment, IncidentNeed, Resource, Unit

#: The database holds these too.
MOST_UNITS, LEVELS = 200, range(1, 6)
_MOST_NEEDS = 50

#: A unit as far as needs care: kind, NIMS type level, capabilities.
Able = tuple[str | None, int | None, Collection[str]]

#: Kinds of units as they are said in a sentence, where the title does not do: one, several.
_SAID = {
    "rescue": ("rescue", "rescues"),
    "ambulance_als": ("ALS ambulance", "ALS ambulances"),
    "ambulance_bls": ("BLS ambulance", "BLS ambulances"),
    "command": ("command unit", "command units"),
    "bus": ("bus", "buses"),
    "other": ("other unit", "other units"),
}


@dataclass(frozen=True)
class Need:
    """So many units of any of these kinds, of this NIMS type or better (1 is the best), that can
    all of this. `id` is that of the incident's need, where it is one's."""

    count: int
    unit_types: tuple[str, ...]
    type_level: int | None = None
    capabilities: tuple[str, ...] = ()
    id: int | None = None

    @property
    def text(self) -> str:
        """In words: "2 engines, type 3 or better, with swift water"."""
        return f"{self.count} {self.noun(self.count)}"

    def noun(self, count: int = 2) -> str:
        """What is asked for without its number."""
        parts = [kinds_said(self.unit_types, count)]
        if self.type_level is not None:
            parts.append(f"type {self.type_level}" + (" or better" if self.type_level > 1 else ""))
        if self.capabilities:
            parts.append("with " + " and ".join(self.capabilities))
        return ", ".join(parts)

    def fits(self, unit_type: str | None, level: int | None, able: Collection[str]) -> bool:
        """Whether such a unit fills a place of it. An untyped one does: somebody chose it."""
        return unit_type in self.unit_types and not self.outranks(level) and not self.lacking(able)

    def outranks(self, level: int | None) -> bool:
        """Whether a better type is asked for than the unit has."""
        return None not in (level, self.type_level) and (level or 0) > (self.type_level or 0)

    def lacking(self, able: Collection[str]) -> list[str]:
        """The capabilities asked for that are not among those of a unit."""
        if not self.capabilities:
            return []
        known = {key(word) for word in able}
        return [word for word in self.capabilities if key(word) not in known]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "count": self.count,
            "unit_types": list(self.unit_types),
            "type_level": self.type_level,
            "capabilities": list(self.capabilities),
            "text": self.text,
        }


def kinds_said(unit_types: Sequence[str], count: int) -> str:
    """Kinds of units in a sentence: "engines or rescues"; "ambulances" for all sorts of them."""
    heads = {head_of(kind) for kind in unit_types}
    if len(unit_types) > 1 and len(heads) == 1:
        (head,) = heads
        return head.lower() if count == 1 else f"{head.lower()}s"
    return " or ".join(said(kind)[count != 1] for kind in unit_types)


def head_of(kind: str) -> str:
    """What a kind is a sort of: "Ambulance" of "Ambulance, ALS"."""
    known = fields.types("unit")
    return known[kind].title.partition(",")[0] if kind in known else kind


def said(kind: str) -> tuple[str, str]:
    """A kind of unit in a sentence: one, several."""
    if kind in _SAID:
        return _SAID[kind]
    title = fields.types("unit")[kind].title if kind in fields.types("unit") else kind
    word = title if title[:2].isupper() else title[:1].lower() + title[1:]
    return word, f"{word}s"


def checked(needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs themselves, or `Invalid` with what is wrong about the first that cannot be met."""
    every = tuple(needs)
    if not 0 < len(every) <= _MOST_NEEDS:
        raise Invalid(f"Say what is needed: 1 to {_MOST_NEEDS} lines of units.")
    for need in every:
        _check(need)
    return every


def _check(need: Need) -> None:
    known = fields.types("unit")
    unknown = next((kind for kind in need.unit_types if kind not in known), None)
    if unknown is not None:
        raise Invalid(f'"{unknown}" is not a kind of unit. Use one of: {", ".join(known.by_code)}.')
    if not need.unit_types:
        raise Invalid("Say which kinds of units are needed.")
    if not 1 <= need.count <= MOST_UNITS:
        raise Invalid(f"{need.count} units cannot be asked for: 1 to {MOST_UNITS}.")
    if need.type_level is not None and need.type_level not in LEVELS:
        raise Invalid(f"NIMS type {need.type_level} is not known: 1 (the best) to {LEVELS[-1]}.")


def missing(needs: Sequence[Need], units: Sequence[Able]) -> list[int]:
    """How many units each need still lacks, in their order; the sum is the least there can be.

    Each unit counts once. A paramedics' ambulance may fill "any ambulance" and "an ALS ambulance":
    it moves over where another can take its place (augmenting paths), earlier needs first.
    """
    places = [number for number, need in enumerate(needs) for _ in range(need.count)]
    fitting = [[n for n, unit in enumerate(units) if need.fits(*unit)] for need in needs]
    place_of: dict[int, int] = {}

    def seated(place: int, tried: set[int]) -> bool:
        for unit in fitting[places[place]]:
            if unit in tried:
                continue
            tried.add(unit)
            if unit not in place_of or seated(place_of[unit], tried):
                place_of[unit] = place
                return True
        return False

    lacking = [0] * len(needs)
    for place, number in enumerate(places):
        lacking[number] += not seated(place, set())
    return lacking


def of_incident(session: Session, incident_id: int) -> tuple[Need, ...]:
    """Everything the incident asks for, in its order."""
    statement = (
        select(IncidentNeed)
        .where(IncidentNeed.incident_id == incident_id)
        .order_by(IncidentNeed.rank, IncidentNeed.id)
    )
    return tuple(
        Need(row.count, tuple(row.unit_types), row.type_level, tuple(row.capabilities), row.id)
        for row in session.scalars(statement)
    )


def still_open(session: Session, incident_id: int) -> tuple[Need, ...]:
    """What the incident asks for less what is sent or held for it; needs that lack something."""
    needs = of_incident(session, incident_id)
    left = missing(needs, sent_to(session, incident_id))
    return tuple(
        replace(need, count=count) for need, count in zip(needs, left, strict=True) if count
    )


def sent_to(session: Session, incident_id: int) -> list[Able]:
    """The units that an incident has now, held ones included and bookings not."""
    statement = (
        select(Resource.type, Unit.type_level, Unit.capabilities)
        .join(Assignment, Assignment.resource_id == Resource.id)
        .join(Unit, Unit.resource_id == Resource.id)
        .where(Assignment.incident_id == incident_id, ~Assignment.booked)
        .where(Assignment.status.not_in(("released", "cancelled")))
        .order_by(Assignment.id)
    )
    return [
        (row.type, row.type_level, row.capabilities or ()) for row in session.execute(statement)
    ]
