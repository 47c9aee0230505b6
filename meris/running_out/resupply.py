"""The ready-made request that fills a place up again: asked once, however often it is pressed."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.db import take_turns
from meris.errors import Conflict, Forbidden, Invalid
from meris.fields import BY_CODE, Home
from meris.requests import Asked, Want, ask
from meris.running_out import estimate
from meris.running_out.listing import of_site
from meris.running_out.telling import asked_words
from meris.tables import Request

#: The kind of advisory lock that lets one person at a time fill up one need of one place.
_TURN = 18
#: Nothing arrives sooner.
_SOONEST = timedelta(hours=1)


def order(
    session: Session,
    viewer: Viewer,
    site_id: int,
    need: str,
    home: Home,
    *,
    key: str | None = None,
    source: str = "web",
) -> Request:
    """Ask for what a place is short of: quantity, place, time and priority filled in.

    `need` is as `listed` names it. Raises `NotFound`, `Forbidden`, `Invalid` where it is not
    short, or `Conflict` when it has been asked for and is waited for, with that request.
    """
    take_turns(session, f"{site_id} {need}", _TURN)
    line = _line(session, viewer, site_id, need, home)
    if line["requests"]:
        waiting = line["requests"][0]
        raise Conflict(f"It has been asked for: {asked_words(waiting)}.", request=waiting)
    wanted = line["order"]
    if wanted is None:
        raise _why_not(line, viewer)
    now = home.now()
    asked = Asked(
        deliver_to=site_id,
        lines=[_want(line, wanted)],
        priority=estimate.priority(line["left"], line["category"]),
        needed_by=_needed_by(line, now),
        note=_note(line),
        source=source,
    )
    return ask(session, viewer, asked, home=home, key=key)


def _line(session: Session, viewer: Viewer, site_id: int, need: str, home: Home) -> dict[str, Any]:
    told = of_site(session, viewer, site_id, home)
    found: dict[str, Any] | None = next((one for one in told["lines"] if one["need"] == need), None)
    if found is None:
        raise Invalid(f"{told['site']['name']} has no such item on record.", field="need")
    return found


def _why_not(line: dict[str, Any], viewer: Viewer) -> Exception:
    if line["low"] and not line["may_ask"]:
        name = line["site"]["name"]
        return Forbidden(f"{viewer.name} may not ask for {name}. It belongs to another agency.")
    return Invalid(
        f"{line['item']} is not low at {line['site']['name']}. Ask for more on the page of requests"
        " if it is needed all the same."
    )


def _want(line: dict[str, Any], wanted: dict[str, Any]) -> Want:
    code = line["need"] if line["need"] in BY_CODE else None
    name = BY_CODE[code].title if code else line["item"]
    return Want(name, Decimal(wanted["quantity"]), wanted["unit"], code)


def _needed_by(line: dict[str, Any], now: datetime) -> datetime:
    """When it may be gone, should it go fast; what is missing is needed now."""
    earliest = now + _SOONEST
    if line["may_run_out_at"] is None:
        return earliest
    return max(earliest, datetime.fromisoformat(line["may_run_out_at"]))


def _note(line: dict[str, Any]) -> str:
    """What the figure is from, for the desk that approves it."""
    if line["left"] is None:
        return f"By what runs out first: {line['why']}."
    least, left, most = (round(line[name]) for name in ("left_least", "left", "left_most"))
    return f"By what runs out first: lasts about {left} h ({least}-{most}), {line['why']}."
