"""/api/uploads/ID/…: how far the work on a file is, and what becomes of its rows one by one."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from meris import uploads
from meris.errors import Invalid
from meris.tables import Upload
from meris.uploads import absent, keep, progress, review, same
from meris.web.context import context, viewer
from meris.web.upload_forms import body_of, scope
from meris.web.upload_pairs import answer_by_json
from meris.web.upload_words import FATES

api = Blueprint("uploads_api_rows", __name__)

_MOST_ROWS, _ROWS = 1_000, 100


@api.get("/api/uploads/<int:upload_id>/progress")
def progress_of(upload_id: int) -> ResponseReturnValue:
    """How far the work on an upload is: its state, the step in hand, and rows where counted."""
    with context().database.reading() as session:
        state = review.state_of(session, _find(session, upload_id))
        step = progress.of(session, upload_id)
    if step is None:
        return jsonify(state=state, step=None, done=0, total=0)
    return jsonify(state=state, step=step.step, done=step.done, total=step.total)


@api.get("/api/uploads/<int:upload_id>/rows")
def rows(upload_id: int) -> ResponseReturnValue:
    """What becomes of the rows, by number; `next` is the `after` of the following page."""
    fate, limit = request.args.get("fate") or None, _number("limit", _ROWS, _MOST_ROWS)
    if fate is not None and fate not in FATES:
        raise Invalid(f'"fate" must be one of {", ".join(FATES)}.')
    with context().database.reading() as session:
        _find(session, upload_id)
        found = keep.rows(
            session,
            upload_id,
            fate=fate,
            q=request.args.get("q", ""),
            after=_number("after", 0),
            limit=limit,
        )
    last = found[-1].number if len(found) == limit else None
    return jsonify(rows=[asdict(row) for row in found], next=last)


@api.get("/api/uploads/<int:upload_id>/points")
def points(upload_id: int) -> ResponseReturnValue:
    """Where the rows lie, as columns; at most 20,000 of the `of` that have a place."""
    with context().database.reading() as session:
        _find(session, upload_id)
        return jsonify(keep.points(session, upload_id))


@api.get("/api/uploads/<int:upload_id>/pairs")
def pairs(upload_id: int) -> ResponseReturnValue:
    """Rows that look like a record or like another row, with score, reasons and the answer."""
    with context().database.reading() as session:
        _find(session, upload_id)
        found = same.pairs(session, upload_id, _number("after", 0), _number("limit", 50, _ROWS))
        counts = same.counts(session, upload_id)
    return jsonify(pairs=[asdict(pair) for pair in found], counts=counts)


@api.post("/api/uploads/<int:upload_id>/pairs")
def answer(upload_id: int) -> ResponseReturnValue:
    """Say whether two are the same: `same`, `different`, `merge` (fill gaps only).

    The answer is counted in by the next check, and holds for later files too.
    """
    with context().database.transaction(viewer().actor) as session:
        _find(session, upload_id)
        answer_by_json(session, viewer().actor, upload_id, body_of(request))
        return jsonify(counts=same.counts(session, upload_id))


@api.get("/api/uploads/<int:upload_id>/absent")
def not_in_file(upload_id: int) -> ResponseReturnValue:
    """What MERIS has of the agency and kind and the file does not name."""
    with context().database.reading() as session:
        _find(session, upload_id)
        limit = _number("limit", _ROWS, _MOST_ROWS)
        found = absent.listed(session, upload_id, after=_number("after", 0), limit=limit)
        total = absent.count(session, upload_id)
    last = found[-1].id if len(found) == limit else None
    return jsonify(absent=[_plain(one._asdict()) for one in found], total=total, next=last)


@api.post("/api/uploads/<int:upload_id>/absent")
def mark_absent(upload_id: int) -> ResponseReturnValue:
    """Mark what the file does not name as not reported: `ids`, a list of them or `"all"`."""
    ids = body_of(request).get("ids")
    good = ids == "all" or (
        isinstance(ids, list) and ids and all(type(one) is int and one > 0 for one in ids)
    )
    if not good:
        raise Invalid('"ids" must be "all" or a list of whole numbers.')
    with context().database.transaction(viewer().actor) as session:
        _find(session, upload_id)
        chosen = None if ids == "all" else ids
        return jsonify(marked=absent.mark(session, viewer().actor, upload_id, chosen))


def _find(session: Session, upload_id: int) -> Upload:
    return uploads.find(session, upload_id, agency_id=scope(viewer()))


def _number(name: str, default: int, most: int = 2**31 - 1) -> int:
    """A whole number of the query. Raises `Invalid` for anything else."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) > most:
        raise Invalid(f'"{name}" must be a whole number, {most:,} at most.')
    return int(text)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }
