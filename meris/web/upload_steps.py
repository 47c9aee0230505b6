"""What a person does with an upload: check, fix, apply, undo. Each leads back to its page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import uploads
from meris.errors import Conflict, NotFound, Refused
from meris.tables import Upload
from meris.uploads import Decisions, review
from meris.web.context import context, viewer
from meris.web.upload_fixes import by_form
from meris.web.upload_forms import from_form, scope

pages = Blueprint("upload_steps", __name__)
log = structlog.get_logger(__name__)


@pages.post("/uploads/<int:upload_id>/check")
def check(upload_id: int) -> ResponseReturnValue:
    """Read the file anew, by other columns or choices."""
    return _decide(upload_id, lambda upload: from_form(request.form, upload))


@pages.post("/uploads/<int:upload_id>/fix")
def fix(upload_id: int) -> ResponseReturnValue:
    """Correct cells, take offered fixes, or take decisions back; then read the file anew."""
    return _decide(upload_id, lambda upload: by_form(request.form, upload))


def _decide(upload_id: int, decisions: Callable[[Upload], Decisions]) -> ResponseReturnValue:
    with saying_why_not(), context().database.transaction(viewer().actor) as session:
        upload = locked(session, upload_id)
        review.review(session, viewer().actor, upload_id, context().home, decisions(upload))
    return back_to(upload_id)


def locked(session: Session, upload_id: int) -> Upload:
    """An upload that nobody else decides about meanwhile: two browsers add to one another's fixes.

    Raises `NotFound` for one that is not the viewer's to see.
    """
    upload = uploads.find(session, upload_id, agency_id=scope(viewer()))
    session.refresh(upload, with_for_update=True)
    return upload


@pages.post("/uploads/<int:upload_id>/apply")
def apply(upload_id: int) -> ResponseReturnValue:
    """Load the file into the tables, once; a second press finds it done."""
    with saying_why_not(), context().database.transaction(viewer().actor) as session:
        uploads.find(session, upload_id, agency_id=scope(viewer()))
        review.apply_reviewed(
            session,
            viewer().actor,
            upload_id,
            context().home,
            only_valid=request.form.get("rows") == "valid",
        )
        log.info("upload applied", who=viewer().account_id, upload=upload_id)
    return back_to(upload_id)


@pages.post("/uploads/<int:upload_id>/undo")
def undo(upload_id: int) -> ResponseReturnValue:
    """Take back what the file did, wherever nobody changed it since."""
    with saying_why_not(), context().database.transaction(viewer().actor) as session:
        uploads.find(session, upload_id, agency_id=scope(viewer()))
        review.undo_applied(session, viewer().actor, upload_id)
        log.info("upload undone", who=viewer().account_id, upload=upload_id)
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
    return redirect(url_for("uploads.show", upload_id=upload_id), 303)
