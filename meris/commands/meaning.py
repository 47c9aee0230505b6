"""What a line was read as, and what the bar says and does about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from meris.commands import vocabulary
from meris.commands.chart import Bound, Reading
from meris.commands.fleet import MOST_CHOICES, Called, Picked
from meris.commands.forms import Form
from meris.commands.world import World
from meris.errors import Invalid
from meris.incidents.places import Place, read_place
from meris.tables import Incident
from meris.wording import listed


class Puzzle(Exception):  # noqa: N818  # a noun: what is not clear yet
    """Why a line cannot be done as it stands. `bound` are the words it is about; `rows` choices."""

    def __init__(
        self, message: str, bound: Bound | None = None, rows: Sequence[dict[str, Any]] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.bound = bound
        self.rows = list(rows)


@dataclass
class Action:
    """A call of the API that does what was said."""

    method: str
    url: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass
class Meaning:
    """What will happen: a `sentence`, the `actions` to call in order, or what to `show`.

    `rows` are what it is about, `warnings` what somebody should have read before it is done.
    """

    sentence: str
    actions: list[Action] = field(default_factory=list)
    show: dict[str, Any] | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.warnings = [f"{words[:1].upper()}{words[1:]}" for words in self.warnings]


class Said:
    """A line read as a form: its words by slot, and what each was taken for."""

    def __init__(self, world: World, line: str, form: Form, reading: Reading) -> None:
        self.world = world
        self.line = line
        self.form = form
        self.bound = tuple(sorted(reading.bound, key=lambda one: one.start))
        self.means: dict[Bound, str] = {}
        #: Choices that were settled by themselves, to be changed by taking another.
        self.others: list[dict[str, Any]] = []

    def all(self, slot: str) -> list[Bound]:
        """Every reading of a slot, in order."""
        return [one for one in self.bound if one.slot == slot]

    def one(self, slot: str) -> Bound | None:
        """The reading of a slot, if it was there."""
        return next(iter(self.all(slot)), None)

    def value(self, slot: str) -> Any:
        """The value of a slot, None if it was not there."""
        bound = self.one(slot)
        return bound.value if bound else None

    def has(self, *words: str) -> bool:
        """Whether any of the fixed words was there."""
        return any(one.slot == "word" and one.value in words for one in self.bound)

    def text(self, bound: Bound) -> str:
        """The words as they were typed."""
        start, end = self.span(bound)
        return self.line[start:end].strip()

    def span(self, bound: Bound) -> tuple[int, int]:
        """Where the words stand in the line."""
        words = self.world.words
        return words[bound.start].start, words[bound.end - 1].end

    def after(self, word: str) -> str | None:
        """The free words that follow a fixed one: "note two cars"."""
        for first, second in zip(self.bound, self.bound[1:], strict=False):
            if first.slot == "word" and first.value == word and second.slot in ("words", "text"):
                return self.text(second)
        return None

    def instead(self, bound: Bound, text: str) -> str:
        """The line with other words in the place of some."""
        start, end = self.span(bound)
        return f"{self.line[:start]}{text}{self.line[end:]}"


def incident_of(said: Said, *, may_be_closed: bool = False) -> Incident:
    """The incident that is named, else the one in hand. Raises `Puzzle`."""
    bound = said.one("incident")
    incident = said.world.in_hand if bound is None else _numbered(said, bound)
    if incident is None:
        raise Puzzle(
            "No incident is in hand. Open one, or name it by the end of its number,"
            " such as 12 for 2026-000012."
        )
    if incident.status == "closed" and not may_be_closed:
        raise Puzzle(f"{incident.number} is closed. Reopen it first.", bound)
    return incident


def _numbered(said: Said, bound: Bound) -> Incident:
    found = said.world.numbered(bound.value)
    if not found:
        raise Puzzle(f"No incident's number ends with {bound.value}.", bound)
    said.means[bound] = called_incident(found[0])
    return found[0]


def called_incident(incident: Incident) -> str:
    """An incident in a sentence."""
    return f"{incident.number}, {incident.title}"


def place_of(said: Said, bound: Bound) -> Place:
    """The place that words mean. Raises `Puzzle`, with choices where there are several."""
    world = said.world
    text = said.text(bound)
    try:
        place = read_place(world.session, world.viewer, text, world.home)
    except Invalid as refusal:
        choices = refusal.details.get("choices", ())
        rows = [_place_row(said, bound, choice) for choice in choices]
        raise Puzzle(refusal.message, bound, rows) from refusal
    said.means[bound] = called_place(world, place)
    return place


def _place_row(said: Said, bound: Bound, choice: dict[str, Any]) -> dict[str, Any]:
    what = choice["what"].removeprefix(f"{choice['title']}, ")
    about = ", ".join(filter(None, (what, choice.get("county"))))
    position = f"{choice['lat']:.5f}, {choice['lon']:.5f}"
    return row(choice["title"], about, text=said.instead(bound, position))


def called_place(world: World, place: Place) -> str:
    """A place in a sentence: "Joplin (town, Jasper County)"."""
    gazetteer = world.home.gazetteer
    fips = place.county_fips or ""
    county = gazetteer.counties.get(fips) or gazetteer.neighbors.get(fips)
    where = county.full_name if county else ""
    if place.source == "place" and place.text == where:
        return where
    kind = {"place": "ZIP code" if place.text.isdecimal() else "town"}.get(place.source, "")
    about = ", ".join(filter(None, (kind, where)))
    return f"{place.text} ({about})" if about else place.text


def units_of(said: Said, *, working: bool = False) -> list[Called]:
    """The units that are named, each once. Raises `Puzzle` when one may be several."""
    units: dict[int, Called] = {}
    for bound in said.all("unit"):
        unit = unit_of(said, bound, working=working)
        units[unit.id] = unit
    return list(units.values())


def unit_of(said: Said, bound: Bound, *, working: bool = False) -> Called:
    """The unit that words mean; what else they may mean is offered beside."""
    picked: Picked = said.world.pick(cast(Sequence[Called], bound.value), working=working)
    rows = [_unit_row(said, bound, unit) for unit in picked.others[:MOST_CHOICES]]
    if picked.unit is None:
        text = said.text(bound)
        message = f"Several units are called {text}. Which one?"
        raise Puzzle(message, bound, rows)
    said.others += rows[:3]
    about = (picked.unit.name, county_of(said.world, picked.unit), picked.why)
    said.means[bound] = ", ".join(filter(None, about))
    return picked.unit


def _unit_row(said: Said, bound: Bound, unit: Called) -> dict[str, Any]:
    return unit_row(said.world, unit) | {"text": said.instead(bound, f"#{unit.id}")}


def unit_row(world: World, unit: Called) -> dict[str, Any]:
    """A unit as a line of a list: where, how far, what it does."""
    here = world.here
    away = unit.position.meters_to(here) if unit.position and here else None
    doing = vocabulary.title_of_status("unit", unit.status)
    if unit.incident_number:
        doing += f" at {unit.incident_number}"
    about = (county_of(world, unit), away is not None and world.home.distances.say(away), doing)
    return row(unit.title, ", ".join(word for word in about if word), resource=unit.id)


def county_of(world: World, unit: Called) -> str:
    """The county that a unit is recorded in, as it calls itself."""
    gazetteer, fips = world.home.gazetteer, unit.county_fips or ""
    county = gazetteer.counties.get(fips) or gazetteer.neighbors.get(fips)
    return county.full_name if county else "no county"


def row(title: str, about: str, **more: Any) -> dict[str, Any]:
    """A line of a list: `text` is a line to type instead, `resource` something to look at."""
    return {
        "title": title,
        "about": about,
        "text": None,
        "resource": None,
        "kind": None,
        "status": None,
        "reasons": [],
        "warnings": [],
        **more,
    }


def shorts(units: Sequence[Called], world: World | None = None) -> str:
    """Units in a sentence by their short names; with a world, those from elsewhere in full."""
    return listed([unit.title if _is_far(unit, world) else unit.short for unit in units])


def _is_far(unit: Called, world: World | None) -> bool:
    incident = world.in_hand if world else None
    if world is None or incident is None:
        return world is not None
    return unit.incident_id != incident.id and unit.county_fips != incident.county_fips
