"""What the scorecard's pages say: measures, figures, ages, and what is wrong with a record."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from meris import wording
from meris.scorecard import MEASURES, Card
from meris.scorecard.folder import Flawed
from meris.web.context import context


class Measure(NamedTuple):
    """A measure's name, and what it measures in a sentence."""

    code: str
    title: str
    about: str


_ABOUT = {
    "overall": (
        "Overall",
        "The lowest of complete, fresh and placed: a county is as good as its weakest part.",
    ),
    "complete": ("Complete", "Share of the important fields that are filled in."),
    "fresh": ("Fresh", "Share of the records confirmed as recently as their status asks for."),
    "placed": ("Placed", "Share of the records whose exact place is known."),
    "delivered": (
        "Last upload",
        "When a file of the county was last loaded: A within 7 days, B within 30, C within 90.",
    ),
    "problems": (
        "Problems",
        "Open shelters out of date, rows and uploads that wait, records without a place, capacity"
        " or kind: A none, B up to 5, C up to 20.",
    ),
}
MEASURE = {code: Measure(code, *_ABOUT[code]) for code in MEASURES}

#: What each letter stands for, by share; the other measures have limits of their own.
LETTERS = {
    "A": "90 % or more",
    "B": "75 to 89 %",
    "C": "50 to 74 %",
    "D": "below 50 %, or open shelter late",
}

#: What may be wrong with a record: the name of the list, and what to do about it.
FLAWS = {
    "open": ("Open and out of date", "Call the shelter: people may be in it."),
    "stale": ("Out of date", "Ask whether it is still so, and confirm it."),
    "unplaced": ("Not on the map", "Ask for the address or the coordinates."),
    "rough": ("Placed roughly", "Ask for the address or the coordinates."),
    "lacking": ("No capacity or kind", "Nobody can send people or a unit without it."),
    "missing": ("Fields missing", "Ask for what the record does not say."),
}
#: Which list settles what a county is asked for.
LIST_OF_ASK = {"stale_open": "open"} | {code: code for code in FLAWS if code != "open"}

KINDS = {"shelter": "Shelter", "supply_site": "Supply site", "unit": "Unit"}
_PLURALS = {"shelters": "shelter", "supply_sites": "supply site", "units": "unit"}
_DAY = timedelta(days=1)
_DIGITS = 10


def figure(card: Card, measure: str) -> str:
    """A measure as a short text: `86%`, `3 d`, `never`, `12`; a dash where nothing is known."""
    if measure == "problems":
        return "–" if card.silent and not card.problems else f"{card.problems:,}"
    if measure == "delivered":
        if card.delivered:
            return age(card.delivered.at, card.now)
        return "–" if card.silent else "never"
    share = card.overall if measure == "overall" else card.shares[measure]
    return "–" if share is None else f"{share}%"


def value(card: Card, measure: str) -> float | None:
    """What the list is sorted by: the lower, the sooner to call; None where nothing is known."""
    if measure == "problems":
        return None if card.silent and not card.problems else -card.problems
    if measure == "delivered":
        return card.delivered.at.timestamp() if card.delivered else None
    return card.overall if measure == "overall" else card.shares[measure]


def age(at: datetime, now: datetime) -> str:
    """How long ago, in one figure with its unit: `20 min`, `5 h`, `3 d`."""
    passed = max(now - at, timedelta())
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min"
    return f"{passed // timedelta(hours=1)} h" if passed < _DAY else f"{passed // _DAY} d"


def tel(number: str) -> str | None:
    """The address that makes a phone dial a number of this country; None for other texts."""
    main, _, extension = number.lower().partition("ext.")
    digits = "".join(re.findall(r"\d", main)).removeprefix("1")
    if len(digits) != _DIGITS:
        return None
    return f"tel:+1{digits}" + (f";ext={extension.strip()}" if extension.strip() else "")


def holdings(card: Card) -> str:
    """`14 shelters, 2 supply sites and 8 units`, or that there is nothing."""
    told = [
        f"{card.counts[name]:,} {one if card.counts[name] == 1 else name.replace('_', ' ')}"
        for name, one in _PLURALS.items()
        if card.counts[name]
    ]
    if not told:
        return "Nothing reported"
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def because(card: Card) -> str:
    """Why the county has its grade, in a few words."""
    if card.silent:
        return "Nothing reported"
    number = card.counts["stale_open"]
    if number:
        return f"{wording.plural(number, 'open shelter')} out of date"
    weakest = card.weakest or "complete"
    return f"{figure(card, weakest)} {MEASURE[weakest].title.lower()}"


def tags(record: Flawed) -> list[tuple[str, str]]:
    """What is wrong with a record: words, and the color of their tag."""
    found = []
    if record.stale and record.kind == "shelter" and record.sheltering:
        found.append(("Open and out of date", "bad"))
    elif record.unlisted:
        found.append(("No longer in its agency's file", "warn"))
    elif record.stale:
        found.append(("Out of date", "warn"))
    if record.placed == "nowhere":
        found.append(("Not on the map", "warn"))
    elif record.placed == "roughly":
        found.append((f"Placed within {context().home.distances.say(record.radius_m)}", ""))
    return found


def lacks(record: Flawed) -> str:
    """`Not said: capacity, pets`; empty where nothing is missing."""
    names = [title[:1].lower() + title[1:] for title in record.missing]
    return f"Not said: {', '.join(names)}" if names else ""
