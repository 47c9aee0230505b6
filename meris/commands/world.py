"""What a line is read in: who types it, where they look, and the incident in their hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.columns import position_of
from geo.values import NotAPlace, Position
from meris.accounts import Policy, Viewer
from meris.commands import fleet
from meris.commands.fleet import Called
from meris.commands.phrases import Phrases
from meris.commands.tokens import Token
from meris.dispatch.travel import Router, StraightLine
from meris.fields import Home
from meris.fields.words import key
from meris.tables import Incident, IncidentType

#: Words of a unit's name at most.
_LONGEST_NAME = 6


@dataclass(frozen=True)
class Context:
    """What the page holds while somebody types: ids of an incident and a unit, the map's middle."""

    incident_id: int | None = None
    unit_id: int | None = None
    center: Position | None = None

    @classmethod
    def read(cls, given: object) -> "Context":
        """From a client; what is no id and no place is left out, for it is only a hint."""
        facts = given if isinstance(given, dict) else {}
        return cls(
            _id(facts.get("incident")), _id(facts.get("unit")), _position(facts.get("center"))
        )


def _id(given: object) -> int | None:
    is_id = isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**62
    return given if is_id and isinstance(given, int) else None


def _position(given: object) -> Position | None:
    if not isinstance(given, dict):
        return None
    try:
        return Position(given["lat"], given["lon"])
    except (KeyError, TypeError, ValueError, NotAPlace):
        return None


@dataclass
class World:
    """One line's surroundings; what it looks up is looked up once."""

    session: Session
    viewer: Viewer
    home: Home
    context: Context
    words: tuple[Token, ...] = ()
    router: Router = field(default_factory=StraightLine)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def policy(self) -> Policy:
        """What the viewer may see."""
        return self.viewer.policy

    @cached_property
    def types(self) -> Sequence[IncidentType]:
        """The installation's types of incident."""
        statement = select(IncidentType).where(IncidentType.active).order_by(IncidentType.rank)
        return self.session.scalars(statement).all()

    @cached_property
    def type_names(self) -> Phrases:
        """Each type under all its names."""
        return Phrases((one, one.title, (one.short, one.code, *one.words)) for one in self.types)

    @cached_property
    def type_shorts(self) -> Phrases:
        """Each type under what a dispatcher types for it."""
        return Phrases((one, one.short, ()) for one in self.types)

    @cached_property
    def in_hand(self) -> Incident | None:
        """The incident in hand, if there is one the viewer may see."""
        if self.context.incident_id is None:
            return None
        return self.incident(self.context.incident_id)

    def incident(self, incident_id: int) -> Incident | None:
        """An incident by id."""
        statement = select(Incident).where(Incident.id == incident_id, self.policy.incidents())
        return self.session.scalar(statement)

    def numbered(self, text: str) -> list[Incident]:
        """Incidents by number or the end of one; open ones first, then the newest."""
        year, _, number = text.rpartition("-")
        if not number.isdecimal():
            return []
        if year:
            condition: Any = Incident.number == f"{year}-{int(number):06}"
        else:
            condition = Incident.number.like(f"%-{int(number):06}")
        statement = (
            select(Incident)
            .where(condition, self.policy.incidents())
            .order_by(Incident.status == "closed", Incident.number.desc())
        )
        return list(self.session.scalars(statement.limit(5)))

    @property
    def here(self) -> Position | None:
        """Where "near" is when nobody says: at the incident in hand, else where the map looks."""
        place = position_of(self.in_hand.position) if self.in_hand else None
        return place or self.context.center

    @cached_property
    def stand(self) -> fleet.Standpoint:
        """From where "which one" is told."""
        incident = self.in_hand
        unit = self.context.unit_id
        if incident is None:
            return fleet.Standpoint(unit, near=self.here)
        return fleet.Standpoint(unit, incident.id, incident.county_fips, self.here)

    @cached_property
    def called(self) -> dict[str, list[Called]]:
        """The units that some words of the line call, by key."""
        spans = {
            "".join(word.key for word in self.words[at:end])
            for at in range(len(self.words))
            for end in range(at + 1, min(at + _LONGEST_NAME, len(self.words)) + 1)
            if not any(word.parts for word in self.words[at:end])
        }
        wanted = {span for span in spans if _may_call(span)}
        found: dict[str, list[Called]] = {}
        for unit in fleet.called(self.session, self.policy, wanted, self.stand):
            for name in unit.keys & wanted:
                found.setdefault(name, []).append(unit)
        return found

    def units_at(self, at: int) -> list[tuple[int, list[Called]]]:
        """Where the name of a unit that begins at a word can end, and the units of that name."""
        found = []
        name = ""
        for end in range(at, min(at + _LONGEST_NAME, len(self.words))):
            if self.words[end].parts:
                break
            name += self.words[end].key
            if name in self.called:
                found.append((end + 1, self.called[name]))
        return found

    def by_number(self, word: str) -> list[Called]:
        """The unit of an id, written "#4711" as choices write it."""
        number = word.removeprefix("#")
        if not (word.startswith("#") and number.isdecimal() and len(number) < 19):
            return []
        return fleet.by_ids(self.session, self.policy, [int(number)])

    def pick(self, units: Sequence[Called], *, working: bool = False) -> fleet.Picked:
        """Which of several units of a name is meant here."""
        return fleet.pick(units, self.stand, working=working)

    def names_of(self, units: Sequence[Called]) -> list[str]:
        """The shortest way to write each unit that means this very one here."""
        words = {key(name) for unit in units for name in (unit.short, unit.name)}
        alike = fleet.called(self.session, self.policy, words, self.stand)
        return [self._name(unit, alike) for unit in units]

    def _name(self, unit: Called, alike: Sequence[Called]) -> str:
        for name in (unit.short, unit.name):
            same = [other for other in alike if key(name) in other.keys]
            meant = self.pick(same).unit if same else None
            if meant is not None and meant.id == unit.id:
                return name
        return f"#{unit.id}"


def _may_call(span: str) -> bool:
    """Whether a key can be a unit's: a lone number below 100 is a count."""
    return len(span) > 1 and not (span.isdecimal() and len(span) < 3)
