"""How a line may go on, and what in it was not understood."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from datetime import time
from functools import cache
from typing import Any

from meris import fields, wording
from meris.commands.answer import Understood
from meris.commands.chart import Bound, Chart
from meris.commands.forms import FORMS, Form
from meris.commands.pattern import AnyOrder, Either, Leaf, Many, Maybe, Sequence, Slot, Word
from meris.commands.slots import TITLES, Slots
from meris.commands.vocabulary import Moved, Wanted
from meris.distances import Distances
from meris.fields.words import closest, key, shown
from meris.tables import IncidentType
from meris.wording import listed

_MOST = 8
_SAY: dict[str, Callable[[Any], str]] = {
    "minutes": wording.minutes,
    "priority": lambda value: f"priority {value}",
    "level": lambda value: f"type {value} or better",
    "reason": lambda value: fields.CLOSE_REASON[value].title,
    "area_kind": lambda value: fields.AREA_KIND[value].title,
    "left": lambda value: fields.statuses("unit")[value].title,
    "incident_status": lambda value: fields.INCIDENT_STATUS[value].title,
    "unit_kinds": lambda value: listed((fields.types("unit")[code].title for code in value), "or"),
    "condition": lambda value: str(value).replace("_", " "),
}
#: Two letters of four changed places: "sned".
_ONE_SLIP = 0.74
#: A slot of free words says nothing of whether a line is a command.
_FREE = frozenset({"place", "words", "text", "number", "count", "incident", "condition"})


def completions(slots: Slots, chart: Chart, line: str) -> list[dict[str, str]]:
    """Whole lines that this one may become: `text` to type, `word` that is new, what it is."""
    found: dict[str, dict[str, str]] = {}
    for leaf, at in _sought(chart):
        start = chart.words[at].start if at < len(chart.words) else len(line)
        for word, about in _offers(slots, leaf, line, start):
            text = _joined(line, start, word)
            if text.strip().lower() != line.strip().lower():
                found.setdefault(text, {"text": text, "word": word, "about": about})
    return list(found.values())[:_MOST]


def _joined(line: str, start: int, word: str) -> str:
    before = line[:start]
    space = " " if before and not before.endswith((" ", ":")) else ""
    return f"{before}{space}{word} "


def _sought(chart: Chart) -> Iterator[tuple[Leaf, int]]:
    """What was looked for near the end of the line, in the order of the forms."""
    end = len(chart.words)
    for leaf, places in chart.sought.items():
        for at in sorted(places, reverse=True):
            if at >= end - 3:
                yield leaf, at


def _offers(slots: Slots, leaf: Leaf, line: str, start: int) -> Iterable[tuple[str, str]]:
    """What may stand from `start` on, given what stands there already."""
    typed = line[start:]
    fresh = not typed.strip()
    if fresh and (not line.strip() or line[-1:] not in " :"):
        return []  # the last word is still being typed
    if isinstance(leaf, Word):
        return _word(leaf, typed)
    if leaf.name == "unit" and not line[:start].strip():
        return []  # a search finds it already
    if fresh and leaf.name in ("unit", "place", "type", "short", "item"):
        return []
    if not fresh and typed.endswith(" ") and leaf.name != "place":
        typed = f"{typed.strip()} "
    return slots.completions(leaf.name, typed)


def _word(leaf: Word, typed: str) -> list[tuple[str, str]]:
    start = typed.lower().strip()
    goes_on = leaf.key.startswith(start) and not typed.endswith(" ") if start else True
    return [(leaf.shown, "")] if goes_on and leaf.key.isalnum() else []


def puzzle(answer: Understood, slots: Slots, chart: Chart, line: str) -> None:
    """Say of a line that is no command why not, if it began as one."""
    reach = _reach(chart)
    form, at = max(reach, key=lambda one: one[1], default=(None, 0))
    if form is None or at == 0 or not _commits(chart, form, at):
        return
    answer.intent = form.intent
    answer.guess = form.guess
    wanted = [leaf for leaf in chart.sought if at in chart.sought[leaf] and _of(form, leaf)]
    if at >= len(chart.words):
        answer.problems.append(problem(f"Go on with {_titles(wanted)}."))
        return
    word = chart.words[at]
    near = _nearest(slots, wanted, word.text)
    message = f"{shown(word.text)} is not understood here."
    if near is None:
        message += f" Expected: {_titles(wanted)}."
    answer.problems.append(
        problem(message, word=word.text, start=word.start, end=word.end, nearest=near)
    )
    if near is not None:
        text = f"{line[: word.start]}{near.lower()}{line[word.end :]}"
        offer = {"text": text, "word": near, "about": f"instead of {word.text}"}
        answer.completions = [offer, *answer.completions][:_MOST]


def _reach(chart: Chart) -> list[tuple[Form, int]]:
    """How far each form got: the farthest word at which it looked for something."""
    found = []
    for form in FORMS:
        leaves = [leaf for node in form.nodes for leaf in _leaves(node)]
        farthest = max((max(chart.sought.get(leaf, {0})) for leaf in leaves), default=0)
        found.append((form, farthest))
    return found


def _leaves(node: Any) -> Iterator[Leaf]:
    if isinstance(node, Word | Slot):
        yield node
        return
    for name in ("parts", "options", "clauses"):
        for part in getattr(node, name, ()):
            yield from _leaves(part)
    if hasattr(node, "part"):
        yield from _leaves(node.part)


def _of(form: Form, leaf: Leaf) -> bool:
    return any(one is leaf for node in form.nodes for one in _leaves(node))


def _commits(chart: Chart, form: Form, at: int) -> bool:
    """Whether what was read of a form can hardly be words to search for."""
    first = chart.skipped(0)
    return first < at and any(
        chart.ends(leaf, first)
        for node in form.nodes
        for leaf in _leaves(node)
        if first in chart.sought.get(leaf, ())
        and not (isinstance(leaf, Slot) and leaf.name in _FREE)
    )


def verb_like(word: str) -> str | None:
    """The word that begins a command and is most like one that begins none."""
    known = {leaf.key: leaf.shown for leaf in _verbs()}
    near = difflib.get_close_matches(key(word)[:20], known, n=1, cutoff=_ONE_SLIP)
    return known[near[0]] if near and near[0] != key(word) else None


@cache
def _verbs() -> tuple[Word, ...]:
    """The words that commands begin with."""
    first = (_first(node) for form in FORMS for node in form.nodes)
    return tuple(leaf for leaves in first for leaf in leaves if isinstance(leaf, Word))


def _first(node: Any) -> Iterator[Leaf]:
    """What a node may begin with."""
    match node:
        case Sequence(parts):
            for part in parts:
                yield from _first(part)
                if not isinstance(part, Maybe):
                    return
        case Word() | Slot():
            yield node
        case Either(several) | AnyOrder(several):
            for part in several:
                yield from _first(part)
        case Maybe(part) | Many(part):
            yield from _first(part)


def _titles(leaves: list[Leaf]) -> str:
    words = [leaf.shown for leaf in leaves if isinstance(leaf, Word)]
    titles = [TITLES[leaf.name] for leaf in leaves if isinstance(leaf, Slot)]
    return listed(list(dict.fromkeys([*titles, *words]))[:5], "or")


def _nearest(slots: Slots, leaves: list[Leaf], word: str) -> str | None:
    fixed = {leaf.key: leaf.shown for leaf in leaves if isinstance(leaf, Word)}
    return closest(word, fixed) or slots.nearest(
        [leaf.name for leaf in leaves if isinstance(leaf, Slot)], word
    )


def problem(
    message: str,
    *,
    word: str | None = None,
    start: int | None = None,
    end: int | None = None,
    nearest: str | None = None,
) -> dict[str, Any]:
    """Something that stands in the way, and the word it is about."""
    return {"message": message, "word": word, "start": start, "end": end, "nearest": nearest}


def meant(bound: Bound, distances: Distances) -> str | None:
    """What a value is, in words; None for words that mean themselves."""
    match bound.value:
        case IncidentType(title=title) | Wanted(title=title) | Moved(title=title):
            return str(title)
        case fields.Item(title=title):
            return title
        case time() as clock:
            return f"{clock:%H:%M}"
    if bound.slot == "distance":
        return distances.chosen(bound.value)
    say = _SAY.get(bound.slot)
    return say(bound.value) if say else None
