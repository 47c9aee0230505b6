"""What the page of one upload shows, put together from what the last check kept."""

from typing import Any

from sqlalchemy.orm import Session

from meris import uploads
from meris.tables import Upload
from meris.uploads import review
from meris.web import upload_words
from meris.web.context import viewer
from meris.web.map import page_settings
from meris.web.upload_forms import scope
from meris.web.upload_verdict import fates_of, verdict

#: A file with more rows is checked once for several decisions.
COLLECT_FROM_ROWS = 5_000
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
    state = state_of(session, line.upload)
    reading = upload_words.reading(line.upload)
    found = reading["found"]
    return {
        "line": line,
        "upload": line.upload,
        "state": state,
        "stage": "unchecked" if state == "received" and not line.counts else state,
        "earlier": review.earlier(session, line.upload) if state == "received" else None,
        "words": upload_words,
        "verdict": verdict(line.upload.kind, found) if line.counts else None,
        "fates": fates_of(found),
        "collects": (found.get("rows") or 0) > COLLECT_FROM_ROWS,
        "page_settings": _settings(),
        "listing": None,
        **reading,
    }


def state_of(session: Session, upload: Upload) -> str:
    """The state in words of `upload_words.STATES`: one that somebody works on is being applied,
    and one that should be but is not was interrupted."""
    if upload.state not in ("received", "applying"):
        return upload.state
    if uploads.is_being_applied(session, upload.id):
        return "applying"
    return "interrupted" if upload.state == "applying" else "received"


def _settings() -> dict[str, Any]:
    """What the page's scripts need for their maps and for asking on the person's behalf."""
    whole = page_settings()
    marks = {fate: {"title": title, "path": path} for fate, (title, path) in _MARKS}
    return {name: whole[name] for name in _FOR_SCRIPTS} | {
        "fates": marks,
        "steps": upload_words.STEPS,
    }


_MARKS = tuple(upload_words.FATES.items())
