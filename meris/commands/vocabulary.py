"""The words of the catalogue as commands use them, with the short forms a dispatcher types."""

from collections.abc import Iterator
from typing import NamedTuple

from meris import fields
from meris.commands.phrases import Phrases


class Wanted(NamedTuple):
    """What to look for: a kind of resource, perhaps only some types of it."""

    kind: str
    types: tuple[str, ...]
    title: str


class Moved(NamedTuple):
    """A status that a unit may be said to have; `title` as the catalogue has it."""

    code: str
    title: str


#: What is typed for a status, beside the catalogue's own words.
_SHORT = {
    "acknowledged": ("ack", "roger"),
    "en_route": ("er", "rolling", "on the way"),
    "on_scene": ("os", "at scene", "there"),
    "transporting": ("tr", "txp"),
    "at_destination": ("ad", "ath"),
    "available": ("av", "avl", "clear", "free"),
    "staged": ("stg",),
    "returning": ("rtn", "rtb", "rq"),
    "out_of_service": ("oos", "out"),
    "off_duty": ("od",),
}
_PRIORITY = ("lifesaving", "life sustaining", "high", "normal")
_NUMBERS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]

#: Both kinds of ambulance do for who asks for "an ambulance".
_AMBULANCES = ("ambulance_als", "ambulance_bls")


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else f"{word}s"


def _statuses() -> Iterator[tuple[Moved, str, tuple[str, ...]]]:
    known: set[str] = set()
    for choices in (fields.ASSIGNMENT_STATUS, fields.statuses("unit")):
        for choice in choices:
            if choice.code in known or choice.code in ("reserved", "released", "cancelled"):
                continue
            known.add(choice.code)
            others = (*_SHORT.get(choice.code, ()), choice.code, *choice.synonyms)
            yield Moved(choice.code, choice.title), choice.title, others


def _unit_kinds() -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    yield _AMBULANCES, "Ambulance", ("ambulances", "ems", "medics")
    for choice in fields.types("unit"):
        names = [choice.title, choice.code, *choice.synonyms]
        if choice.code == "other":
            continue
        yield (choice.code,), choice.title, (*names[1:], *map(_plural, names))


def _wanted() -> Iterator[tuple[Wanted, str, tuple[str, ...]]]:
    yield Wanted("shelter", (), "shelters"), "shelters", ("shelter",)
    yield (
        Wanted("supply_site", (), "supply sites"),
        "supply sites",
        ("supply site", "sites", "site", "supplies"),
    )
    yield Wanted("unit", (), "units"), "units", ("unit", "responders")
    for codes, title, others in _unit_kinds():
        plural = _plural(title[:1].lower() + title[1:])
        plural = plural.replace("ambulance, ALSes", "ALS ambulances")
        plural = plural.replace("ambulance, BLSes", "BLS ambulances")
        yield Wanted("unit", codes, plural), plural, (title, *others)
    for kind in ("shelter", "supply_site"):
        for choice in fields.types(kind):
            if choice.code != "other":
                yield from _of_type(kind, choice)


def _of_type(kind: str, choice: fields.Choice) -> Iterator[tuple[Wanted, str, tuple[str, ...]]]:
    plural = _plural(choice.title[:1].lower() + choice.title[1:])
    plural = "points of distribution" if choice.code == "pod" else plural
    named = [word for word in choice.synonyms if (len(word) > 2 and " " in word) or word == "pod"]
    wanted = Wanted(kind, (choice.code,), plural)
    yield wanted, plural, (choice.title, *named, *map(_plural, named))


def _conditions() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Statuses of any kind, by code; which of them a kind has is told when it is known."""
    known: set[str] = set()
    for kind in fields.KINDS:
        for choice in fields.statuses(kind):
            if choice.code not in known:
                known.add(choice.code)
                yield choice.code, choice.title.lower(), (choice.code, *_words_of(choice))
    yield "available", "uncommitted", ("free", "idle")


def _words_of(choice: fields.Choice) -> Iterator[str]:
    """The other words of a status that are no letters of a form."""
    return (word for word in choice.synonyms if len(word) > 3)


STATUSES = Phrases(_statuses())
UNIT_KINDS = Phrases(_unit_kinds())
WANTED = Phrases(_wanted())
CONDITIONS = Phrases(_conditions())
AREA_KINDS = Phrases((c.code, c.title, (c.code, *c.synonyms)) for c in fields.AREA_KIND)
REASONS = Phrases((c.code, c.title, (c.code, *c.synonyms)) for c in fields.CLOSE_REASON)
INCIDENT_STATUSES = Phrases(
    (c.code, c.title, (c.code, *c.synonyms))
    for c in fields.INCIDENT_STATUS
    if c.code in ("active", "controlled")
)
LEFT = Phrases(
    (c.code, c.title, (c.code, *c.synonyms, *_SHORT.get(c.code, ())))
    for c in fields.statuses("unit")
    if c.code in ("available", "returning", "staged", "out_of_service")
)
PRIORITIES = Phrases(
    (n, f"Priority {n}", (f"p{n}", f"prio {n}", title)) for n, title in enumerate(_PRIORITY, 1)
)
FACILITIES = Phrases(
    (
        ("generator", "a generator", ("generator", "power")),
        ("kitchen", "a kitchen", ("kitchen",)),
        ("showers", "showers", ("shower",)),
        ("wheelchair_accessible", "wheelchair access", ("wheelchair", "wheelchairs", "ramp")),
        ("pets", "room for pets", ("pets", "animals", "pet")),
    )
)
ITEMS = Phrases(
    (i, i.title, (*i.synonyms, *map(_plural, (i.title, *i.synonyms)))) for i in fields.ITEMS
)


def title_of_status(kind: str, code: str) -> str:
    """A status in the middle of a sentence."""
    return fields.statuses(kind)[code].title.lower()


def number_of(word: str) -> int | None:
    """A whole number in digits or a small one in letters."""
    plain = word.replace(",", "")
    if plain.isascii() and plain.isdecimal() and len(plain) < 7:
        return int(plain)
    return _NUMBERS.index(word.lower()) + 1 if word.lower() in _NUMBERS else None
