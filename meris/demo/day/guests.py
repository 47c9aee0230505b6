"""People who need a place: found, beds held, and they come, or do not; and who phones around."""

from functools import partial
from typing import Any

from meris.demo.day.cast import ok
from meris.demo.day.run import Run

#: Who: how many, what they need, the hour when they ask, and the hour when they come, if they do.
_PARTIES: tuple[tuple[dict[str, Any], float, float | None], ...] = (
    ({"people": 3, "pets": 1}, 12.5, None),
    ({"people": 4, "wheelchair": 1}, 23.75, 23.9),
    ({"people": 6}, 23.85, None),
)
_TOO_MANY = 4_000


def begin(run: Run) -> None:
    """Put the parties and the calls on the clock."""
    for party, asked, comes in _PARTIES:
        run.later(asked, partial(_place, run, party, comes))
    run.later(23.95, partial(_phone_around, run))


def _place(run: Run, party: dict[str, Any], comes: float | None, hour: float) -> None:
    """Ask where they can go from where they are now, and hold their beds at the first offer."""
    console = run.people.dispatcher.console
    asked = party | {"resource_id": run.stage.shelters[-1].id}
    found = run.went(console.post("/api/places", asked), "places looked for")
    offers = [*found["sure"], *found["call_first"]] if found else []
    offer = next((one for one in offers if one["may_hold"] and one["free"]), None)
    if offer is None:
        run.wrong.append(f"Nobody has a place for {party}.")
        return
    at = run.at(hour).isoformat()
    body = {"people": party["people"], "at": at, "key": run.key("hold")}
    if "wheelchair" in party:
        body["wheelchair"] = party["wheelchair"]
    path = f"/api/shelters/{offer['id']}/holds"
    held = run.went(console.post(path, body), "beds held")
    too_many = {"people": _TOO_MANY, "at": at, "key": run.key("too many")}
    run.refused(console.post(path, too_many), "holding more beds than are free")
    if held is not None and comes is not None:
        run.later(comes, partial(_arrive, run, held["id"]))


def _arrive(run: Run, hold: int, hour: float) -> None:
    body = {"move": "arrived", "at": run.at(hour).isoformat()}
    answer = run.people.dispatcher.console.patch(f"/api/bed-holds/{hold}", body)
    run.went(answer, "parties arrived")


def _phone_around(run: Run, _hour: float) -> None:
    """The desk calls two shelters: one says that all is still true, one does not answer."""
    console = run.people.dispatcher.console
    first, second = run.stage.of("anchor")[0], run.stage.of("haven")[0]
    seen = ok(console.get(f"/api/resources/{first.id}"))
    said = {"outcome": "still_true", "version": seen["version"]}
    run.went(console.post(f"/api/resources/{first.id}/tries", said), "still true, by phone")
    said = {"outcome": "cannot_reach", "note": "No answer, twice"}
    run.went(console.post(f"/api/resources/{second.id}/tries", said), "not reached by phone")
