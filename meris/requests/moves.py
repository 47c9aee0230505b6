"""Moving a line of a request on: who may, what must be said, and who was faster.

What is promised, on the way and received is said of the givers' parts, and the line follows from
them. By hand that is done here for givers outside MERIS; stock moves by shipment
(`meris.ledger`), units by their assignment (`meris.dispatch`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, refused
from meris.fields import LOG_TEXT, Home
from meris.fields.lists_request import LINE_STATUS
from meris.requests import letting_go, outside
from meris.requests.read import find_line
from meris.requests.states import DERIVED, TRANSITIONS, WITH_PROVIDER, WITH_REASON, may_move
from meris.requests.steps import Step
from meris.tables import RequestLine


def move(session: Session, viewer: Viewer, line_id: int, step: Step, *, home: Home) -> RequestLine:
    """Make one step of `TRANSITIONS`; the timeline keeps every one.

    Raises `NotFound`, `Forbidden`, `Invalid`, or `Conflict` with the present state when somebody
    was faster, or a shipment is in the way.
    """
    line, request, site = find_line(session, viewer, line_id, stock=step.to in letting_go.LETS_GO)
    to = step.to
    if to not in TRANSITIONS:
        raise refused("to", f"{to[:40]!r} is not a state of a request.")
    if not may_move(viewer, request, site, to):
        raise Forbidden(
            f"{viewer.name} may not make {request.number} {_title(to)}. Those who keep the"
            " agency's resources and the state's logistics do that."
        )
    if line.version != step.version:
        raise _faster(line)
    _require_allowed(line, to)
    step = _read(step, home)
    at = max(line.status_at, min(step.at or datetime.now(UTC), datetime.now(UTC)))
    _STEPS.get(to, _nothing)(session, viewer, line, step, at)
    values = _values(viewer, line, step, at)
    if values:
        session.execute(
            update(RequestLine)
            .where(RequestLine.id == line.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
    session.refresh(line)
    return line


def _read(step: Step, home: Home) -> Step:
    """The step with its words as they may be kept. Raises `Invalid`."""
    names = ("reason", "provider", "name", "title", "place")
    words: dict[str, Any] = {
        name: LOG_TEXT.read(getattr(step, name), home) or None for name in names
    }
    if step.to in WITH_REASON and not words["reason"]:
        raise refused("reason", f"Say why it is {_title(step.to)}.")
    if step.to in WITH_PROVIDER and not words["provider"]:
        raise refused("provider", "Say who gives it.")
    if step.disposition not in (None, "", "consumed", "returned"):
        raise refused("disposition", "It was consumed or returned.")
    return replace(step, disposition=step.disposition or None, **words)


def _values(viewer: Viewer, line: RequestLine, step: Step, at: datetime) -> dict[str, Any]:
    """What the line itself is told; a derived state is none of it."""
    values: dict[str, Any] = {}
    if step.to not in DERIVED:
        values = {
            "status": step.to,
            "status_at": at,
            "status_by": viewer.name,
            "status_reason": step.reason,
        }
    if step.to == "approved":
        values |= {
            "approved_by": step.name or viewer.name,
            "approved_title": step.title,
            "approved_at": at,
        }
    elif step.to == "on_scene":
        values["received_by"] = step.name or viewer.name
    elif step.to == "demobilizing":
        values["released_to"] = step.place
    elif step.to == "closed":
        usual = "consumed" if line.consumable else "returned"
        values |= {"disposition": step.disposition or usual, "cost": step.cost}
    return values


def _nothing(*_: object) -> None:
    """The state is all that changes."""


def _let_go(session: Session, viewer: Viewer, line: RequestLine, step: Step, _at: datetime) -> None:
    letting_go.all_of(session, viewer, line, step.reason or "sourced again")


_STEPS: dict[str, Callable[[Session, Viewer, RequestLine, Step, datetime], None]] = {
    "sourced": outside.order,
    "assigned": outside.confirm,
    "en_route": outside.depart,
    "on_scene": outside.receive,
    "sourcing": _let_go,
    "denied": _let_go,
    "cancelled": _let_go,
}


def _require_allowed(line: RequestLine, to: str) -> None:
    allowed = TRANSITIONS[line.status]
    if to in allowed:
        return
    can = ", ".join(LINE_STATUS[one].title for one in allowed)
    raise refused(
        "to",
        f"It is {_title(line.status)} and cannot become {_title(to)} from there."
        + (f" It can become {can}." if can else " That is the end of it."),
    )


def _faster(line: RequestLine) -> Conflict:
    return Conflict(
        f"{line.status_by} made it {_title(line.status)} meanwhile. Look again, then decide.",
        current={"id": line.id, "status": line.status, "version": line.version},
    )


def _title(status: str) -> str:
    return LINE_STATUS[status].title.lower()
