"""What dispatching starts with: types of incidents, run cards, how kinds of units travel.

The rows are in `dispatch.toml`; `meris.migrations.seed` plants them where a database has none yet.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("dispatch.toml")


@dataclass(frozen=True)
class Sent:
    """One line of a run card: how many units of any of the kinds."""

    count: int
    unit_types: tuple[str, ...]


@dataclass(frozen=True)
class IncidentType:
    """A type of incident; `overdue` and `par` in minutes, `send` its run card."""

    code: str
    title: str
    short: str
    category: str
    words: tuple[str, ...]
    priority: int
    overdue: int
    par: int | None
    send: tuple[Sent, ...]


@dataclass(frozen=True)
class UnitProfile:
    """How a kind of unit travels: km/h, minutes to turn out, hours until it should rest."""

    unit_type: str
    speed_kmh: float
    turnout_minutes: float
    rest_after_hours: float
    flies: bool


@cache
def incident_types() -> tuple[IncidentType, ...]:
    """In the order a person should see them."""
    return tuple(_type(**facts) for facts in _facts()["type"])


@cache
def unit_profiles() -> tuple[UnitProfile, ...]:
    """One for each kind of unit."""
    return tuple(_profile(kind, **facts) for kind, facts in _facts()["unit"].items())


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def _type(
    *, send: list[tuple[int, str]], words: list[str], par: int | None = None, **facts: Any
) -> IncidentType:
    lines = tuple(Sent(count, tuple(kinds.split())) for count, kinds in send)
    return IncidentType(**facts, words=tuple(words), par=par, send=lines)


def _profile(
    kind: str, *, speed: float, turnout: float, rest: float, flies: bool = False
) -> UnitProfile:
    return UnitProfile(kind, speed, turnout, rest, flies)
