"""/uploads: a county's spreadsheet, from the drop to the map and back."""

from contextlib import suppress

import structlog
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from meris import uploads
from meris.accounts import agencies
from meris.errors import NotFound, Refused
from meris.fields import ROW_KINDS
from meris.uploads import keep, review
from meris.uploads.read import FILE_ENDINGS
from meris.web import upload_words
from meris.web.context import context, viewer
from meris.web.errors import status_of
from meris.web.upload_forms import Sent, scope, sent
from meris.web.upload_page import page_of

pages = Blueprint("uploads", __name__)
log = structlog.get_logger(__name__)

_LINES = 50
# What is read of a body that is too large, so that the browser listens to the answer.
_DRAINED_BYTES, _DRAIN_STEP = 200_000_000, 1 << 20


@pages.get("/uploads")
def index() -> str:
    """The uploads of the agency, newest first, or those that the filters ask for."""
    own, given = scope(viewer()), request.args
    chosen = {
        "kind": given.get("kind") if given.get("kind") in ROW_KINDS else None,
        "state": given.get("state") if given.get("state") in upload_words.STATES else None,
    }
    with context().database.reading() as session:
        choosable = agencies.every(session) if own is None else []
        chosen_agency = _agency(given.get("agency", ""), {agency.id for agency in choosable})
        lines = review.listed(
            session,
            agency_id=own if own is not None else chosen_agency,
            before=_before(given.get("before", "")),
            limit=_LINES + 1,
            **chosen,
        )
    return render_template(
        "uploads/index.html",
        lines=lines[:_LINES],
        more=len(lines) > _LINES,
        words=upload_words,
        agencies=choosable,
        chosen=chosen | {"agency": chosen_agency},
        kept={name: value for name, value in given.items() if name in ("kind", "state", "agency")},
        filtered=bool(given),
    )


def _agency(text: str, known: set[int]) -> int | None:
    return int(text) if text.isdecimal() and int(text) in known else None


def _before(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


@pages.get("/uploads/new")
def new() -> str:
    """The form that takes a file."""
    return _new_page()


@pages.post("/uploads")
def create() -> ResponseReturnValue:
    """Keep a file, check it, and show what was found."""
    try:
        upload_id = keep_and_check(sent(request))
    except Refused as refused:
        return _new_page(problem=refused.message), status_of(refused)
    return redirect(url_for("uploads.show", upload_id=upload_id), 303)


def keep_and_check(file: Sent, *, later: bool = False) -> int:
    """Keep a file and, unless that is asked for `later`, check it; of a file that cannot be
    checked nothing is kept. The id of the upload."""
    parts, who = context(), viewer()
    with parts.database.transaction(who.actor) as session:
        upload_id = uploads.receive(session, who.actor, **file._asdict()).upload_id
        if not later:
            review.review(
                session,
                who.actor,
                upload_id,
                parts.home,
                uploads.Decisions(),
                own_county=parts.settings.upload_own_county,
            )
    log.info("upload received", who=who.account_id or who.name, upload=upload_id)
    return upload_id


@pages.get("/uploads/<int:upload_id>")
def show(upload_id: int) -> str:
    """What was found in a file and, once it is applied, what became of it."""
    with context().database.reading() as session:
        return render_template("uploads/show.html", **page_of(session, upload_id))


@pages.get("/uploads/<int:upload_id>/refused.csv")
def refused_rows(upload_id: int) -> Response:
    """The rows that were not loaded: the file's own columns, and why of each."""
    with context().database.reading() as session:
        upload = uploads.find(session, upload_id, agency_id=scope(viewer()))
        reasons = keep.reasons(session, upload_id)
        content = uploads.content_of(session, upload_id)
    if not reasons:
        raise NotFound(f"No row of {upload.filename} is refused.")
    sheet = uploads.read(content, upload.filename, review.decisions_of(upload).sheet)
    body = "".join(uploads.failed_rows(sheet, reasons))
    response = Response(body, content_type="text/csv; charset=utf-8")
    name = upload.filename.rpartition(".")[0] or upload.filename
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}-refused.csv")
    return response


@pages.get("/uploads/<int:upload_id>/file")
def file(upload_id: int) -> Response:
    """The file as it was received."""
    return original(upload_id)


def original(upload_id: int) -> Response:
    """The bytes of an upload under their own name; a browser keeps them and opens nothing."""
    with context().database.reading() as session:
        upload = uploads.find(session, upload_id, agency_id=scope(viewer()))
        content = uploads.content_of(session, upload_id)
    response = Response(content, content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=upload.filename)
    return response


@pages.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    """The form again, with the limit in words."""
    drain()
    return _new_page(problem=say_too_large()), 413


def say_too_large() -> str:
    """Plain words for a file beyond the limit."""
    limit = context().settings.upload_limit_mb
    return f"The file is larger than {limit} MB, which is the most that is accepted. Split it."


def drain() -> None:
    """Read on for a while: a browser that is cut off while sending never reads the answer."""
    stream, left = request.environ["wsgi.input"], _DRAINED_BYTES
    with suppress(OSError):
        while left > 0 and (piece := stream.read(min(left, _DRAIN_STEP))):
            left -= len(piece)


def _new_page(problem: str | None = None) -> str:
    """The form, with what was chosen before; a browser does not give a file back."""
    with context().database.reading() as session:
        choosable = agencies.every(session) if scope(viewer()) is None else []
    return render_template(
        "uploads/new.html",
        kinds=[(kind, upload_words.TITLES[kind]) for kind in ROW_KINDS],
        agencies=choosable,
        problem=problem,
        typed=_typed(),
        limit_mb=context().settings.upload_limit_mb,
        endings=FILE_ENDINGS,
    )


def _typed() -> dict[str, str]:
    """What was chosen before; nothing where the body was too large to be read."""
    with suppress(RequestEntityTooLarge):
        return request.values.to_dict()
    return {}
