"""What a person does with an upload: check, fix, apply, undo. Each leads back to its page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from meris import uploads
from meris.errors import Conflict, Invalid, NotFound, Refused
from meris.tables import Upload
from meris.uploads import Decisions, absent, review, run
from meris.web.context import context, viewer
from meris.web.upload_fixes import by_form
from meris.web.upload_forms import from_form, scope
from meris.web.upload_pairs import answer_pairs
from meris.web.upload_words import count

pages = Blueprint("upload_steps", __name__)
log = structlog.get_logger(__name__)

# What the page lists stays so after a step.
_LISTED = ("show", "q", "after")


@pages.post("/uploads/<int:upload_id>/check")
def check(upload_id: int) -> ResponseReturnValue:
    """Read the file anew, by other columns or choices."""
    return _decide(upload_id, lambda upload: from_form(request.form, upload))


@pages.post("/uploads/<int:upload_id>/fix")
def fix(upload_id: int) -> ResponseReturnValue:
    """Correct cells, take offered fixes, answer for look-alikes, or take decisions back; then read
    the file anew."""
    with saying_why_not():
        admit(upload_id)
        if {"pair", "alike"} & request.form.keys():
            with context().database.transaction(viewer().actor) as session:
                answer_pairs(session, viewer().actor, upload_id, request.form)
    return _decide(upload_id, lambda upload: by_form(request.form, upload))


def _decide(upload_id: int, decisions: Callable[[Upload], Decisions]) -> ResponseReturnValue:
    """Decisions are a function: two browsers add to one another's."""
    with saying_why_not():
        admit(upload_id)
        check_anew(upload_id, decisions)
    return back_to(upload_id)


def admit(upload_id: int) -> None:
    """Raise `NotFound` for an upload that is not the viewer's to see."""
    with context().database.reading() as session:
        uploads.find(session, upload_id, agency_id=scope(viewer()))


def check_anew(upload_id: int, decisions: Decisions | Callable[[Upload], Decisions]) -> None:
    """Check the file as decided; raises what `meris.uploads.run.check` does."""
    parts = context()
    own_county = parts.settings.upload_own_county
    who = viewer().actor
    run.check(parts.database, who, upload_id, parts.home, decisions, own_county=own_county)


@pages.post("/uploads/<int:upload_id>/apply")
def apply(upload_id: int) -> ResponseReturnValue:
    """Load the file into the tables, once; a second press finds it done."""
    with saying_why_not():
        admit(upload_id)
        load(upload_id, only_valid=request.form.get("rows") == "valid")
    return back_to(upload_id)


def load(upload_id: int, *, only_valid: bool) -> None:
    """Apply an upload; raises what `meris.uploads.run.apply` does."""
    parts, who = context(), viewer()
    run.apply(
        parts.database,
        who.actor,
        upload_id,
        parts.home,
        only_valid=only_valid,
        own_county=parts.settings.upload_own_county,
    )
    log.info("upload applied", who=who.account_id or who.name, upload=upload_id)


@pages.post("/uploads/<int:upload_id>/undo")
def undo(upload_id: int) -> ResponseReturnValue:
    """Take back what the file did, wherever nobody changed it since."""
    with saying_why_not():
        admit(upload_id)
        take_back(upload_id)
    return back_to(upload_id)


def take_back(upload_id: int) -> None:
    """Undo an upload; raises what `meris.uploads.run.undo` does."""
    parts, who = context(), viewer()
    run.undo(parts.database, who.actor, upload_id, days=parts.settings.upload_undo_days)
    log.info("upload undone", who=who.account_id or who.name, upload=upload_id)


@pages.post("/uploads/<int:upload_id>/publish")
def publish(upload_id: int) -> ResponseReturnValue:
    """Show to everybody what the file added; until then only staff sees it."""
    with saying_why_not(), context().database.transaction(viewer().actor) as session:
        upload = uploads.find(session, upload_id, agency_id=scope(viewer()))
        shown = review.publish(session, viewer().actor, upload_id)
        flash(f"Everybody sees {count(shown, upload.kind)} of this file now.", "success")
        log.info("upload published", who=viewer().account_id, upload=upload_id)
    return back_to(upload_id)


@pages.post("/uploads/<int:upload_id>/absent")
def mark_absent(upload_id: int) -> ResponseReturnValue:
    """Mark what the file does not name as not reported."""
    ids = [int(text) for text in request.form.getlist("id") if text.isdecimal()]
    with saying_why_not(), context().database.transaction(viewer().actor) as session:
        upload = uploads.find(session, upload_id, agency_id=scope(viewer()))
        if not ids and "all" not in request.form:
            raise Invalid("Choose which ones to mark first.")
        chosen = None if "all" in request.form else ids
        marked = absent.mark(session, viewer().actor, upload_id, chosen)
        flash(f"Marked {count(marked, upload.kind)} as not reported.", "success")
    return back_to(upload_id)


@contextmanager
def saying_why_not() -> Iterator[None]:
    """Turn a refusal into a message on the page that follows."""
    try:
        yield
    except NotFound:
        raise
    except Refused as refused:
        flash(refused.message, "info" if isinstance(refused, Conflict) else "error")


def back_to(upload_id: int) -> ResponseReturnValue:
    """The page of an upload, as it is after a step."""
    listed: dict[str, Any] = {name: request.args[name] for name in _LISTED if name in request.args}
    return redirect(url_for("uploads.show", upload_id=upload_id, **listed), 303)
