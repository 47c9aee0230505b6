"""What a person is shown of an upload until it is applied, kept beside it.

Checking a large file takes seconds. Its result is kept in `upload.summary`, so that the page that
shows it is instant, and what the person decided is kept with it: applying goes by that.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from meris.db import Actor
from meris.errors import Conflict, NotFound
from meris.fields import Home
from meris.tables import Account, Agency, Upload
from meris.uploads import store
from meris.uploads.claims import labels
from meris.uploads.decisions import Decisions, from_json
from meris.uploads.load import Examined, apply, examine
from meris.uploads.match import Match
from meris.uploads.read import sheet_names
from meris.uploads.sheet import Sheet
from meris.uploads.undo import Undone, undo

_EXAMPLES, _EXAMPLE_LENGTH = 3, 60
# Rows named one by one with a problem; its text tells their spans, and the journal stays small.
_ROWS_KEPT = 50


def decisions_of(upload: Upload) -> Decisions:
    """What was decided about an upload so far."""
    return from_json(upload.choices, upload.mapping)


def review(
    session: Session, actor: Actor, upload_id: int, home: Home, decisions: Decisions
) -> Upload:
    """Check a file as decided, and keep both the decisions and what was found.

    Raises `Conflict` once the upload is applied, `Refused` when it cannot be read as decided.
    """
    upload = session.get(Upload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None:
        raise NotFound("There is no such upload.")
    if upload.state != "received":
        raise Conflict(f"{upload.filename} was {upload.state} before; nothing more is decided.")
    seen = examine(session, actor, upload_id, home, decisions)
    upload.mapping, upload.choices = dict(decisions.confirmed) or None, decisions.as_json()
    upload.summary = _summary(session, upload, seen)
    session.flush()
    return upload


def apply_reviewed(
    session: Session,
    actor: Actor,
    upload_id: int,
    home: Home,
    *,
    only_valid: bool = False,
    public: bool = False,
) -> Upload:
    """Apply an upload as it was reviewed; see `meris.uploads.apply` for what is raised."""
    decided = decisions_of(store.find(session, upload_id))
    decided = replace(decided, only_valid=only_valid, public=public)
    done = apply(session, actor, upload_id, home, decided)
    upload = store.find(session, upload_id)
    upload.summary = _summary(session, upload, done)
    session.flush()
    return upload


def undo_applied(session: Session, actor: Actor, upload_id: int) -> Undone:
    """Undo an upload and keep what could not be put back; see `meris.uploads.undo`."""
    undone = undo(session, actor, upload_id)
    upload = store.find(session, upload_id)
    left = [{"id": one.resource_id, "name": one.name, "by": one.touched_by} for one in undone.left]
    counts = {"removed": undone.removed, "restored": undone.restored, "left": left}
    upload.summary = {**(upload.summary or {}), "undone": counts}
    session.flush()
    return undone


def _summary(session: Session, upload: Upload, seen: Examined) -> dict[str, Any]:
    """What the page shows: what was found, what each column is, what is still to be decided."""
    found = seen.as_json()
    for problem in found["problems"]:
        del problem["rows"][_ROWS_KEPT:]
    return found | {
        "at": datetime.now(UTC).isoformat(),
        "rows": seen.sheet.row_count,
        "header_row": seen.sheet.header_row,
        "sheet": seen.sheet.name,
        "sheets": _sheets(session, upload),
        "columns": _columns(seen.sheet, seen.match),
        "missing": [list(group) for group in seen.match.missing],
        "missing_text": seen.match.say_missing(),
    }


def _sheets(session: Session, upload: Upload) -> list[str]:
    """The worksheets to choose from; they are the same each time the file is looked at."""
    known = (upload.summary or {}).get("sheets")
    if known is not None:
        return list(known)
    return sheet_names(store.content_of(session, upload.id), upload.filename)


def _columns(sheet: Sheet, found: Match) -> list[dict[str, Any]]:
    """Every column with something in it, from left to right: what it is, or may be, and why."""
    read = {column.index: column for column in found.columns}
    why = {left.index: left.why for left in found.unmatched}
    maybe = {one.index: one.field for one in found.suggestions}
    rivals = {label: conflict for conflict in found.conflicts for label in conflict.labels[1:]}
    return [
        {
            "index": index,
            "label": label,
            "examples": _examples(sheet, index),
            "field": read[index].field.name if index in read else None,
            "title": read[index].field.title if index in read else None,
            "how": read[index].how if index in read else None,
            "warning": read[index].warning if index in read else why.get(index),
            "maybe": maybe[index].name if index in maybe else None,
            "rival": rivals[label].labels[0] if label in rivals else None,
            "rival_of": rivals[label].field.name if label in rivals else None,
        }
        for index, label in enumerate(labels(sheet))
        if sheet.used[index]
    ]


def _examples(sheet: Sheet, index: int) -> list[str]:
    """The first different values of a column, cut to what fits a line."""
    cells = (row.cells[index].strip() for row in sheet.sample if index < len(row.cells))
    different = dict.fromkeys(cell[:_EXAMPLE_LENGTH] for cell in cells if cell)
    return list(islice(different, _EXAMPLES))


class Line(NamedTuple):
    """An upload in a list: for whom, who sent it, and its counts where it was checked."""

    upload: Upload
    agency: str
    person: str | None
    counts: dict[str, int] | None
    outcome: dict[str, Any] | None


def listed(session: Session, *, agency_id: int | None = None, limit: int = 50) -> Sequence[Line]:
    """The latest uploads of an agency (None: of all), newest first."""
    # the rest of the summary stays where it is: that of a bad file is long
    slim = _lines().options(defer(Upload.summary), defer(Upload.mapping)).limit(limit)
    if agency_id is not None:
        slim = slim.where(Upload.agency_id == agency_id)
    return [Line(*row) for row in session.execute(slim)]


def line_of(session: Session, upload_id: int, *, agency_id: int | None = None) -> Line:
    """One upload as a list shows it; `agency_id` restricts it to that agency's.

    Raises `NotFound`.
    """
    store.find(session, upload_id, agency_id=agency_id)
    return Line(*session.execute(_lines().where(Upload.id == upload_id)).one())


def earlier(session: Session, upload: Upload) -> Line | None:
    """The last time that this very file was applied for the same agency, if it was."""
    same = _lines().where(
        Upload.agency_id == upload.agency_id,
        Upload.kind == upload.kind,
        Upload.sha256 == upload.sha256,
        Upload.state == "applied",
        Upload.id != upload.id,
    )
    row = session.execute(same.limit(1)).first()
    return Line(*row) if row else None


def _lines() -> Select[Any]:
    counts, outcome = Upload.summary["counts"], Upload.summary["outcome"]
    return (
        select(Upload, Agency.name, Account.name, counts, outcome)
        .join(Agency, Agency.id == Upload.agency_id)
        .join(Account, Account.id == Upload.account_id, isouter=True)
        .order_by(Upload.id.desc())
    )
