"""What the page of one upload shows, put together from what the last check kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from meris.tables import Upload
from meris.uploads import review, same
from meris.uploads.undo import touched_since
from meris.web import upload_words
from meris.web.context import context, viewer
from meris.web.map import page_settings
from meris.web.upload_forms import scope
from meris.web.upload_listing import Listing, listing_of
from meris.web.upload_verdict import fates_of, verdict

#: A file with more rows is checked once for several decisions.
COLLECT_FROM_ROWS = 5_000
_MOST_PAIRS = 50
_FOR_SCRIPTS = (
    "state",
    "view",
    "bounds",
    "geo_url",
    "symbols_url",
    "tile_url",
    "tile_attribution",
    "pmtiles",
    "viewer",
    "urls",
)


def page_of(session: Session, upload_id: int) -> dict[str, Any]:
    """What `uploads/show.html` is given. Raises `NotFound`."""
    line = review.line_of(session, upload_id, agency_id=scope(viewer()))
    state = line.state
    reading = upload_words.reading(line.upload)
    found = reading["found"]
    fates = fates_of(found)
    checked = line.counts is not None and state not in ("applying", "interrupted")
    listing = listing_of(session, line.upload, fates, request.args) if checked else None
    return {
        "line": line,
        "upload": line.upload,
        "state": state,
        "stage": _stage(state, fates, listing),
        "earlier": review.earlier(session, line.upload) if state == "received" else None,
        "undo": _undo(session, line.upload) if state == "applied" else None,
        "publishable": review.publishable(session, upload_id) if state == "applied" else 0,
        "words": upload_words,
        "verdict": verdict(line.upload.kind, found) if line.counts else None,
        "fates": fates,
        "collects": (found.get("rows") or 0) > COLLECT_FROM_ROWS,
        "page_settings": map_settings(),
        "listing": listing,
        **_pairs(session, line.upload, state),
        **reading,
    }


def _stage(state: str, fates: Mapping[str, int], listing: Listing | None) -> str:
    """The state, but for a file that is to be checked first: because nobody did, or because the
    rows that the check kept were lost with the database's last crash."""
    if state != "received" or (
        listing and (listing.rows or listing.absent or listing.q or listing.after)
    ):
        return state
    lost = listing is None or fates.get(listing.show, 0) > 0
    return "unchecked" if lost else state


def _pairs(session: Session, upload: Upload, state: str) -> dict[str, Any]:
    """Look-alikes that wait for an answer, and those that have one."""
    if state != "received":
        return {"pairs": [], "pair_counts": {}, "more_pairs": False}
    found = same.pairs(session, upload.id, limit=_MOST_PAIRS + 1)
    return {
        "pairs": found[:_MOST_PAIRS],
        "pair_counts": same.counts(session, upload.id),
        "more_pairs": len(found) > _MOST_PAIRS,
    }


def _undo(session: Session, upload: Upload) -> dict[str, Any] | None:
    """Until when it can be undone, and what an undo would leave alone; None when it is too late."""
    assert upload.applied_at is not None
    until = upload.applied_at + timedelta(days=context().settings.upload_undo_days)
    if until < datetime.now(UTC):
        return None
    return {"until": until, "left": touched_since(session, upload.id)}


def map_settings() -> dict[str, Any]:
    """What the page's scripts need for their maps and for asking on the person's behalf."""
    whole = page_settings()
    marks = {fate: {"title": title, "path": path} for fate, (title, path) in _MARKS}
    return {name: whole[name] for name in _FOR_SCRIPTS} | {
        "fates": marks,
        "steps": upload_words.STEPS,
    }


_MARKS = tuple(upload_words.FATES.items())
