"""A request that the county cannot meet: up to the region and the state, or to somebody outside."""

from functools import partial
from typing import Any

from meris.demo.console import Answer
from meris.demo.day import story
from meris.demo.day.cast import Person, hours, ok
from meris.demo.day.run import Run

_TRIED = "Own warehouse, both neighbors and the utility were asked; none has one to spare."
_LEFT = "What is left runs the pumps of the hospital."
_GIVER = "Rental company in the next state"


def up(run: Run, wish: Any, hour: float) -> None:
    """County to region to state; without the authority of an elected official it stays there."""
    said: dict[str, Any] = {"tried": _TRIED, "left": _LEFT, "at": run.at(hour).isoformat()}
    _take(run, wish, said | {"to": "region"}, "requests taken to the region")
    run.refused(_level(wish, said | {"to": "state"}), "asking the state without authority")
    authority = {
        "authority_name": "J. Whitaker",
        "authority_title": "Presiding commissioner",
        "authority_at": run.at(hour).isoformat(),
    }
    _take(run, wish, said | authority | {"to": "state"}, "requests taken to the state")


def _take(run: Run, wish: Any, said: dict[str, Any], what: str) -> None:
    run.went(_level(wish, said), what)


def _level(wish: Any, said: dict[str, Any]) -> Answer:
    seen = ok(wish.desk.console.get(f"/api/requests/{wish.id}"))
    body = said | {"version": seen["version"]}
    answer: Answer = wish.desk.console.post(f"/api/requests/{wish.id}/level", body)
    return answer


def order(run: Run, wish: Any, hour: float) -> None:
    """Nobody in MERIS has it: ordered from outside, sent, and received by who asked."""
    due = run.at(hour) + hours(story.CAME)
    words = {"provider": _GIVER, "expected_at": due.isoformat()}
    if run.went(step(run, wish, wish.desk, "sourced", hour, **words), "ordered outside") is None:
        return
    for after, to, who in (
        (story.LEFT - story.PROMISED, "en_route", wish.desk),
        (story.CAME - story.PROMISED, "on_scene", wish.shelter.hands),
    ):
        run.later(hour + after, partial(_follow, run, wish, who, to))


def _follow(run: Run, wish: Any, who: Person, to: str, hour: float) -> None:
    run.went(step(run, wish, who, to, hour), f"from outside: {to.replace('_', ' ')}")


def step(run: Run, wish: Any, who: Person, to: str, hour: float, **said: str) -> Answer:
    """Move a line on, as it is seen now."""
    seen = ok(who.console.get(f"/api/requests/{wish.id}"))
    line = next(one for one in seen["lines"] if one["id"] == wish.line)
    body = {"to": to, "version": line["version"], "at": run.at(hour).isoformat(), **said}
    return who.console.post(f"/api/request-lines/{wish.line}/move", body)
