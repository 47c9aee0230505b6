"""From a line of text to what the bar says and does. Nothing is changed here, nothing is guessed:
the same line, read by the same person beside the same state, is always understood alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.commands import crews, going_on, incidents, placed, places, searches
from meris.commands.answer import Understood
from meris.commands.chart import Chart, Reading
from meris.commands.forms import FORMS, Form
from meris.commands.meaning import Meaning, Puzzle, Said
from meris.commands.slots import Slots
from meris.commands.tokens import tokens
from meris.commands.world import Context, World
from meris.dispatch.travel import Router, StraightLine
from meris.errors import Invalid, Refused
from meris.fields import Home
from meris.fields.words import key

#: Longer lines are refused; a narrative belongs in the log's own field.
LONGEST = 4_000

MEANINGS: Mapping[str, Callable[[Said], Meaning]] = {
    "create": incidents.create,
    "send": crews.send,
    "card": crews.card,
    "reserve": crews.reserve,
    "status": crews.status,
    "release": crews.release,
    "cancel": crews.cancel,
    "par": crews.check_in,
    "silence": crews.silence,
    "log": incidents.write,
    "priority": incidents.priority,
    "state": incidents.state,
    "close": incidents.close,
    "need": incidents.need,
    "area": places.area,
    "recommend": searches.recommended,
    "find": searches.find,
    "place": placed.place,
    "open": places.opened,
    "go": places.go,
}


def understand(
    session: Session,
    viewer: Viewer,
    text: str,
    context: Context,
    home: Home,
    *,
    router: Router | None = None,
) -> Understood:
    """What a line means to this person here. Raises `Invalid` only for one that is too long."""
    if len(text) > LONGEST:
        raise Invalid(f"The line is {len(text):,} characters long; {LONGEST:,} is the most.")
    line = text.replace("\x00", " ")
    router = router or StraightLine(distances=home.distances)
    world = World(session, viewer, home, context, tokens(line), router)
    if not world.words:
        return Understood(text)
    slots = Slots(world)
    chart = Chart(world.words, slots.readers)
    found = _likeliest(chart)
    answer = Understood(text)
    answer.reach = chart.reach
    if found is not None:
        _read(answer, Said(world, line, *found))
    answer.completions = going_on.completions(slots, chart, line)
    if found is None:
        going_on.puzzle(answer, slots, chart, line)
    if answer.intent is None:
        _mend_verb(answer, world, line)
    return answer


def _mend_verb(answer: Understood, world: World, line: str) -> None:
    """Offer the line with its first word as a command has it, where that makes it one."""
    first = world.words[0]
    verb = going_on.verb_like(first.text)
    if verb is None or len(world.words) < 2:
        return
    text = f"{line[: first.start]}{verb}{line[first.end :]}"
    mended = replace(world, words=tokens(text))
    if _likeliest(Chart(mended.words, Slots(mended).readers)) is not None:
        offer = {"text": text, "word": verb, "about": f"instead of {first.text}"}
        answer.completions = [offer, *answer.completions]


def _likeliest(chart: Chart) -> tuple[Form, Reading] | None:
    """The form that reads the whole line at the least cost; the first of equals."""
    readings = [
        (reading.cost, number, form, reading)
        for number, form in enumerate(FORMS)
        for node in form.nodes
        if (reading := chart.whole(node)) is not None
    ]
    best = min(readings, key=lambda one: one[:2], default=None)
    return best and best[2:]


def _read(answer: Understood, said: Said) -> None:
    form, world = said.form, said.world
    answer.intent = form.intent
    answer.guess = form.guess and not said.has("new", "open")
    if answer.guess and _is_a_name(world, said.line):
        answer.intent = None
        return
    try:
        _require(said)
        answer.meaning = MEANINGS[form.intent](said)
    except Puzzle as puzzle:
        answer.problems.append(_problem(said, puzzle))
        answer.others = puzzle.rows
    except Refused as refusal:
        answer.problems.append(_problem(said, Puzzle(refusal.message)))
    else:
        answer.others = said.others
    answer.parts = _parts(said)


def _require(said: Said) -> None:
    needs, viewer = said.form.needs, said.world.viewer
    if needs and not viewer.may(needs):
        raise Puzzle(
            f"{viewer.name} may search and find here. To {_verb(said.form)} takes a dispatcher."
        )


def _verb(form: Form) -> str:
    return form.title[:1].lower() + form.title[1:]


def _is_a_name(world: World, line: str) -> bool:
    """Whether a guess is, word for word, the beginning of a place's name: "st louis"."""
    wanted = key(line)
    return any(key(p.title).startswith(wanted) for p in world.home.gazetteer.search(line, 3))


def _problem(said: Said, puzzle: Puzzle) -> dict[str, Any]:
    start, end = said.span(puzzle.bound) if puzzle.bound else (None, None)
    word = said.text(puzzle.bound) if puzzle.bound else None
    return going_on.problem(puzzle.message, word=word, start=start, end=end)


def _parts(said: Said) -> list[dict[str, Any]]:
    """The line part by part: fixed words mean themselves."""
    parts = []
    for bound in said.bound:
        start, end = said.span(bound)
        means = said.means.get(bound) or going_on.meant(bound, said.world.home.distances)
        parts.append({"text": said.line[start:end], "means": means, "start": start, "end": end})
    return parts
