"""What is known of an upload, as every machine is told it: by the API, the shell, a drop folder."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from meris.uploads import review
from meris.uploads.review import Line

#: What a check found; null where the file was not checked yet.
_FOUND = (
    "counts",
    "fates",
    "outcome",
    "rows",
    "columns",
    "missing_text",
    "notes",
    "proposals",
    "problems",
    "more_problems",
    "remembered",
    "stopped",
    "seconds",
    "undone",
)


def report(session: Session, upload_id: int, *, agency_id: int | None = None) -> dict[str, Any]:
    """State, counts, columns and the first problems of an upload, for JSON.

    `agency_id` restricts it to that agency's. Raises `NotFound`.
    """
    line = review.line_of(session, upload_id, agency_id=agency_id)
    upload = line.upload
    earlier = review.earlier(session, upload)
    before = earlier if earlier and earlier.upload.id < upload.id else None
    return {
        "id": upload.id,
        "url": f"/uploads/{upload.id}",
        "filename": upload.filename,
        "kind": upload.kind,
        "agency": line.agency,
        "by": line.by if line.person else None,
        "state": line.state,
        "received_at": _moment(upload.created_at),
        "applied_at": _moment(upload.applied_at),
        "undone_at": _moment(upload.undone_at),
        "applied_before": _reference(before) if before else None,
        **{name: (upload.summary or {}).get(name) for name in _FOUND},
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _reference(line: Line) -> dict[str, Any]:
    return {"id": line.upload.id, "at": _moment(line.upload.applied_at), "by": line.person}
