"""The board of requests: a column for each stage, in it the lines that are there, by urgency."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from meris import wording
from meris.fields.lists_request import LINE_STATUS
from meris.requests.states import ARRIVED

#: Each column: its title, the states in it, and what is said where nothing is.
_STAGES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("To approve", ("draft", "submitted"), "Nothing waits for approval."),
    ("To source", ("approved", "sourcing"), "Everything approved has its givers."),
    ("Ready to go", ("sourced", "assigned"), "Nothing stands ready."),
    ("On the way", ("en_route",), "Nothing is on the road."),
    ("Delivered", ("on_scene", "demobilizing"), "Nothing that comes back is in use."),
)
#: How long a line may stay where it is before the board says so, and says it louder.
_AGING, _OLD = timedelta(hours=4), timedelta(hours=12)


@dataclass
class Card:
    """One line of a request; `age`: fresh, aging or old, by how long it has been where it is."""

    request: dict[str, Any]
    line: dict[str, Any]
    age: str
    waits: str
    late: str | None


@dataclass
class Column:
    """One stage."""

    title: str
    empty: str
    states: str
    cards: list[Card] = field(default_factory=list)


def columns(requests: Sequence[dict[str, Any]], now: datetime) -> list[Column]:
    """The lines of the requests by stage, each in the order the requests came in."""
    found = [
        Column(title, empty, ", ".join(LINE_STATUS[one].title for one in states))
        for title, states, empty in _STAGES
    ]
    place = {state: n for n, (_, states, _) in enumerate(_STAGES) for state in states}
    for request in requests:
        for line in request["lines"]:
            if line["status"] in place:
                found[place[line["status"]]].cards.append(card(request, line, now))
    return found


def card(request: dict[str, Any], line: dict[str, Any], now: datetime) -> Card:
    """A line with its age in words."""
    length = now - datetime.fromisoformat(line["status_at"])
    age = "fresh" if length < _AGING else "aging" if length < _OLD else "old"
    if line["status"] in ARRIVED:
        age = "fresh"  # nobody waits for it any more
    late = None
    if line["overdue"]:
        needed = datetime.fromisoformat(request["needed_by"])
        late = f"late by {wording.span(now - needed)}"
    return Card(request, line, age, f"{_VERBS[age]} {wording.span(length)}", late)


_VERBS = {"fresh": "since", "aging": "waits", "old": "waits long:"}
