"""Moving a line of a request on: who may, what must be said, and who was faster."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.errors import Conflict, Forbidden, Invalid
from meris.fields import LOG_TEXT, Home
from meris.fields.lists_request import LINE_STATUS
from meris.requests.read import find_line
from meris.requests.states import TRANSITIONS, WITH_PROVIDER, WITH_REASON, may_move
from meris.tables import RequestLine


def move(
    session: Session,
    viewer: Viewer,
    line_id: int,
    *,
    to: str,
    version: int,
    home: Home,
    reason: str | None = None,
    provider: str | None = None,
    expected_at: datetime | None = None,
) -> RequestLine:
    """Make one step of `TRANSITIONS`, seen at `version`; the journal keeps every one.

    Denying and cancelling need a reason, sourcing done needs who gives it. Raises `NotFound`,
    `Forbidden`, `Invalid`, or `Conflict` with the present state when somebody was faster.
    """
    line, request, site = find_line(session, viewer, line_id)
    if to not in TRANSITIONS:
        raise _refused("to", f"{to[:40]!r} is not a state of a request.")
    if not may_move(viewer, request, site, to):
        raise Forbidden(
            f"{viewer.name} may not make {request.number} {_title(to)}. Those who keep the"
            " agency's resources and the state's logistics do that."
        )
    if line.version != version:
        raise _faster(line)
    _require_allowed(line, to)
    words = LOG_TEXT.read(reason, home)
    giver = LOG_TEXT.read(provider, home)
    if to in WITH_REASON and not words:
        raise _refused("reason", f"Say why it is {_title(to)}.")
    if to in WITH_PROVIDER and not giver:
        raise _refused("provider", "Say who gives it.")
    values: dict[str, Any] = {
        "status": to,
        "status_at": datetime.now(UTC),
        "status_by": viewer.name,
        "status_reason": words,
    }
    if to in WITH_PROVIDER:
        values |= {"provider": giver, "expected_at": expected_at}
    elif to == "sourcing":
        values |= {"provider": None, "expected_at": None}
    elif expected_at is not None:
        values["expected_at"] = expected_at
    session.execute(
        update(RequestLine)
        .where(RequestLine.id == line.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(line)
    return line


def _require_allowed(line: RequestLine, to: str) -> None:
    allowed = TRANSITIONS[line.status]
    if to in allowed:
        return
    can = ", ".join(LINE_STATUS[one].title for one in allowed)
    raise _refused(
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


def _refused(field: str, message: str) -> Invalid:
    return Invalid(message, problems=[{"field": field, "message": message}])
