"""Shelters open, fill, send people on and close: told by phone, at the hours of the day."""

from datetime import datetime
from functools import partial
from typing import Any

from meris.demo.console import Answer
from meris.demo.day import stock, story
from meris.demo.day.books import Books
from meris.demo.day.cast import Haven, ok
from meris.demo.day.run import Run
from meris.demo.day.story import Beat

_OPEN = ("open", "full")
_GROUPS = ("general", "medical_needs", "other", "pets")


def begin(run: Run, books: Books) -> None:
    """Put the day of every shelter on the clock; no two do the same in the same minute."""
    for number, shelter in enumerate(run.stage.shelters):
        books.open(shelter)
        late = 0.03 * number
        for beat in story.PARTS[shelter.part]:
            act = _count if beat.share is not None else _become
            run.later(beat.hour + late, partial(act, run, books, shelter, beat))


def _become(run: Run, books: Books, shelter: Haven, beat: Beat, hour: float) -> None:
    if beat.to == "closed" and shelter.people:
        stock.burn(run, books, shelter, hour)
        _try_to_close(run, shelter, hour)
    went = _leave(run, shelter, beat.to, hour)
    if went is None:
        return
    if beat.to == "open" and not shelter.told:
        shelter.burnt_at = hour
        run.done["shelters opened"] += 1
        for need in story.NEEDS:
            much = max(2, round(shelter.places * need.each * need.days))
            stock.receive(run, books, shelter, need.item, need.unit, much, hour)


def _leave(run: Run, shelter: Haven, to: str, hour: float) -> dict[str, Any] | None:
    """Become `to`; where people leave with it, say where they went."""
    went = _ways(run, shelter, to)
    body: dict[str, Any] = {"status": to} | ({"went": went} if went else {})
    told = run.went(_report_status(run, shelter, hour, body), f"told {to}")
    if told is None or not went:
        return told
    gone = sum(one["people"] for one in went)
    shelter.people -= gone
    shelter.told.append({"total": shelter.people})
    run.done["people sent on"] += sum(one["people"] for one in went if "to" in one)
    run.done["people gone home"] += sum(one["people"] for one in went if "to" not in one)
    return told


def _ways(run: Run, shelter: Haven, to: str) -> list[dict[str, Any]]:
    """Where the people go: a bus to the shelter with most room, the others home."""
    if to not in ("closed", "consolidating") or not shelter.people:
        return []
    leaving = round(shelter.people * story.FIRST_BUS) if to == "consolidating" else shelter.people
    others = [one for one in run.stage.shelters if one is not shelter]
    room = {one.id: _room(run, one) for one in others}
    goal = max(others, key=lambda one: room[one.id])
    bus = min(leaving, room[goal.id])
    if to == "closed":
        bus = min(bus, round(leaving * story.MOVES_ON))
    went: list[dict[str, Any]] = [{"to": goal.id, "people": bus}] if bus > 0 else []
    if leaving > bus:
        went.append({"people": leaving - bus, "words": story.WORDS_HOME})
    return went


def _room(run: Run, other: Haven) -> int:
    """Places that are free there, with those that are on their way."""
    if other.shown["status"] != "open":
        return 0
    told = ok(run.people.state.console.get(f"/api/shelters/{other.id}/counts?most=1"))
    coming = sum(int(one["people"]) for one in told["on_the_way"])
    return max(0, other.places - other.people - coming)


def _try_to_close(run: Run, shelter: Haven, hour: float) -> None:
    """Nobody closes a shelter with people in it without a word of where they go."""
    answer = _report_status(run, shelter, hour, {"status": "closed"})
    run.refused(answer, "closing with people in it")


def _report_status(run: Run, shelter: Haven, hour: float, body: dict[str, Any]) -> Answer:
    answer = shelter.hands.report("shelter_status", shelter.id, run.at(hour), shelter.shown, **body)
    shelter.shown = answer.body.get("state") or shelter.shown
    return answer


def _count(run: Run, books: Books, shelter: Haven, beat: Beat, hour: float) -> None:
    """Count the people, after handing out what those of the hours before used up."""
    stock.burn(run, books, shelter, hour)
    seen = ok(run.people.state.console.get(f"/api/shelters/{shelter.id}/counts?most=1"))
    came = sum(one["people"] for one in seen["on_the_way"])
    share = (beat.share or 0) * (1 if beat.share == 1 else run.chance.uniform(0.96, 1.04))
    people = min(shelter.places, round(share * shelter.places) + came)
    figures = _groups(people)
    base = {"at": seen["counts"][0]["at"] if seen["counts"] else None}
    body = figures | {"period": _period(run.local_hour(hour))}
    answer = shelter.hands.report("shelter_count", shelter.id, run.at(hour), base, **body)
    if run.went(answer, "counts") is not None:
        shelter.people = people
        shelter.told.append(figures | {"total": people})
        run.done["most people"] = max(
            run.done["most people"], sum(one.people for one in run.stage.shelters)
        )


def _groups(people: int) -> dict[str, int]:
    medical, other = round(people * 0.04), round(people * 0.02)
    rest = people - medical - other
    return dict(zip(_GROUPS, (rest, medical, other, round(people * 0.07)), strict=True))


def _period(hour: int) -> str:
    """Which count of the day it is, by the clock on the wall."""
    return "midday" if 11 <= hour < 15 else "overnight" if hour >= 22 or hour < 6 else "adhoc"


def faults(run: Run) -> list[str]:
    """Every shelter whose record says something else than was told."""
    found = []
    for shelter in run.stage.shelters:
        told = ok(run.people.state.console.get(f"/api/shelters/{shelter.id}/counts?most=100"))
        kept = sorted(told["counts"], key=lambda row: datetime.fromisoformat(row["at"]))
        said = [one["total"] for one in shelter.told]
        if [row["total"] for row in kept] != said:
            totals = [row["total"] for row in kept]
            found.append(f"{shelter.name}: counts are {totals}, and {said} were told")
    return found
