"""The slots of the patterns: what each can be, how it is read, and how it may go on."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from meris.commands import fleet, vocabulary
from meris.commands.chart import Reader
from meris.commands.phrases import Phrases
from meris.commands.tokens import Token
from meris.commands.vocabulary import number_of
from meris.commands.world import World
from meris.fields.words import closest, key

#: What a message calls a slot, and what help shows in its place.
TITLES: dict[str, str] = {
    "area_kind": "a kind of area (hazard, evacuation, exclusion, closure, staging)",
    "condition": "a status (open, available, full …)",
    "count": "how many",
    "distance": "a distance such as 2 miles or 3 km",
    "facility": "generator, kitchen, showers, wheelchair access or pets",
    "incident": "the end of an incident's number, such as 12",
    "incident_status": "active or under control",
    "item": "an item such as cots or bottled water",
    "left": "available, returning, staged or out of service",
    "level": "a NIMS type, 1 to 5",
    "minutes": "a time such as 20 min or 2 h",
    "number": "a number",
    "place": "a place: a town, an address, a grid reference, coordinates or the name of a site",
    "priority": "p1, p2, p3 or p4",
    "reason": "a reason: completed, false alarm, duplicate, transferred, cancelled or other",
    "short": "the short form of a type of incident",
    "status": "a status such as en route or on scene",
    "text": "the words to write down",
    "time": "a clock time such as 14:30",
    "type": "a type of incident",
    "unit": "a unit",
    "unit_kinds": "a kind of unit",
    "wanted": "shelters, sites, units or a kind of them",
    "words": "some words",
}
_MOST_OFFERED = 6
_MINUTES = {"min": 1, "mins": 1, "minute": 1, "minutes": 1} | dict.fromkeys(
    ("h", "hr", "hrs", "hour", "hours"), 60
)
_METERS = (
    dict.fromkeys(("km", "kms", "kilometer", "kilometers"), 1_000.0)
    | dict.fromkeys(("mi", "mile", "miles"), 1_609.344)
    | dict.fromkeys(("m", "meter", "meters"), 1.0)
    | dict.fromkeys(("ft", "foot", "feet"), 0.3048)
)
_FUSED = re.compile(r"(\d+(?:\.\d+)?)([a-z]+)\.?", re.IGNORECASE)
_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")
_INCIDENT = re.compile(r"(?:(?:19|20)\d\d-)?\d{1,6}")

Found = tuple[int, Any, int]


class Slots:
    """Readers and completions of one line."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.readers: Mapping[str, Reader] = {
            **{name: self._phrase_reader(phrases) for name, phrases in self._phrases()},
            "unit": self._units,
            "incident": self._incident,
            "count": self._numbers(1, 200),
            "level": self._numbers(1, 5),
            "number": self._numbers(0, 999_999),
            "minutes": self._measure(_MINUTES),
            "distance": self._measure(_METERS),
            "time": self._time,
            "place": self._free(2),
            "words": self._free(1),
            "text": self._rest,
        }

    def _phrases(self) -> Iterator[tuple[str, Phrases]]:
        yield "type", self._world.type_names
        yield "short", self._world.type_shorts
        yield from PHRASES.items()

    # reading

    @property
    def _words(self) -> tuple[Token, ...]:
        return self._world.words

    def _phrase_reader(self, phrases: Phrases) -> Reader:
        return lambda at: ((end, value, 1) for end, value in phrases.ends(self._words, at))

    def _units(self, at: int) -> Iterable[Found]:
        numbered = self._world.by_number(self._words[at].text)
        if numbered:
            return [(at + 1, numbered, 1)]
        return [(end, units, 1) for end, units in self._world.units_at(at)]

    def _incident(self, at: int) -> Iterable[Found]:
        text = self._words[at].text
        return [(at + 1, text, 1)] if _INCIDENT.fullmatch(text) else []

    def _numbers(self, least: int, most: int) -> Reader:
        def read(at: int) -> Iterable[Found]:
            number = number_of(self._words[at].text)
            return [(at + 1, number, 1)] if number is not None and least <= number <= most else []

        return read

    def _measure(self, units: Mapping[str, float]) -> Reader:
        """A number with its unit in one word or two; the value in minutes or meters."""

        def read(at: int) -> Iterable[Found]:
            text = self._words[at].text
            fused = _FUSED.fullmatch(text)
            if fused and fused[2].lower() in units:
                return _positive(at + 1, float(fused[1]) * units[fused[2].lower()])
            if at + 1 < len(self._words) and _DECIMAL.fullmatch(text):
                unit = units.get(self._words[at + 1].key)
                return _positive(at + 2, float(text) * unit) if unit else []
            return []

        return read

    def _time(self, at: int) -> Iterable[Found]:
        clock = _CLOCK.fullmatch(self._words[at].text)
        return [(at + 1, time(int(clock[1]), int(clock[2])), 1)] if clock else []

    def _free(self, cost: int) -> Reader:
        """Any words; the more of them, the less likely. A fixed word costs less than any."""

        def read(at: int) -> Iterable[Found]:
            for end in range(at + 1, len(self._words) + 1):
                if not self._words[end - 1].parts:
                    yield end, None, cost + 3 * (end - at)

        return read

    def _rest(self, at: int) -> Iterable[Found]:
        return [(len(self._words), None, 2 + len(self._words) - at)]

    # going on

    def completions(self, name: str, text: str) -> list[tuple[str, str]]:
        """What a slot that began with `text` may become: what to write, and what that is."""
        offer = self._offers().get(name)
        return list(offer(text))[:_MOST_OFFERED] if offer else []

    def _offers(self) -> dict[str, Callable[[str], Iterable[tuple[str, str]]]]:
        return {
            **{name: phrases.beginning for name, phrases in self._phrases()},
            "unit": self._offered_units,
            "place": self._offered_places,
            "minutes": _offered_measures("min", "of time"),
            "distance": _offered_measures(self._world.home.distances.unit, "of distance"),
        }

    def _offered_units(self, text: str) -> Iterator[tuple[str, str]]:
        incident = self._world.in_hand
        start = key(text)
        if not start:
            return
        county = incident.county_fips if incident else None
        found = fleet.beginning(
            self._world.session, self._world.policy, start, county, _MOST_OFFERED
        )
        # a unit of that very name is understood already
        found = [unit for unit in found if start not in unit.keys]
        for unit, name in zip(found, self._world.names_of(found), strict=True):
            yield name, f"{unit.name}, {unit.county or 'no county'}"

    def _offered_places(self, text: str) -> Iterator[tuple[str, str]]:
        wanted = key(text)
        for place in self._world.home.gazetteer.search(text, 4) if wanted else ():
            if key(place.title).startswith(wanted) and key(place.title) != wanted:
                yield place.title, place.what

    # mending

    def nearest(self, names: Iterable[str], word: str) -> str | None:
        """The known word of any of the slots that is most like one nobody knows."""
        known = {name: phrases for name, phrases in self._phrases() if name in names}
        titles = {k: k_title for one in known.values() for k, k_title in one.titles.items()}
        return closest(word, titles)


def _positive(end: int, value: float) -> list[Found]:
    return [(end, value, 1)] if 0 < value < 1e7 else []


def _offered_measures(unit: str, _: str) -> Callable[[str], Iterable[tuple[str, str]]]:
    """A lone number is offered its unit."""

    def offer(text: str) -> Iterable[tuple[str, str]]:
        return [(f"{text.strip()} {unit}", unit)] if _DECIMAL.fullmatch(text.strip()) else []

    return offer


#: The slots whose words are the same for everybody.
PHRASES: dict[str, Phrases] = {
    "area_kind": vocabulary.AREA_KINDS,
    "condition": vocabulary.CONDITIONS,
    "facility": vocabulary.FACILITIES,
    "incident_status": vocabulary.INCIDENT_STATUSES,
    "item": vocabulary.ITEMS,
    "left": vocabulary.LEFT,
    "priority": vocabulary.PRIORITIES,
    "reason": vocabulary.REASONS,
    "status": vocabulary.STATUSES,
    "unit_kinds": vocabulary.UNIT_KINDS,
    "wanted": vocabulary.WANTED,
}


def moment(clock: time, now: datetime, zone: Any, *, ahead: bool) -> datetime:
    """The last moment the clocks of the state showed a time, or with `ahead` the next one."""
    local = now.astimezone(zone)
    then = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    if ahead and then <= local:
        return then + timedelta(days=1)
    if not ahead and then > local:
        return then - timedelta(days=1)
    return then
