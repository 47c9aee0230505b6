"""What a person is shown of an upload until it is applied, kept beside it.

Checking a large file takes seconds. Its result is kept in `upload.summary`, so that the page that
shows it is instant, and what the person decided is kept with it: applying goes by that.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, select
from sqlalchemy.orm import Session, aliased, defer

from meris.db import Actor
from meris.errors import Conflict, NotFound
from meris.fields import Home
from meris.tables import Account, Agency, Upload
from meris.uploads import absent, personal, store, turns
from meris.uploads.claims import labels
from meris.uploads.decisions import Decisions, from_json
from meris.uploads.keeping import OPEN
from meris.uploads.load import Examined, apply, apply_kept, examine
from meris.uploads.match import Match
from meris.uploads.progress import Telling
from meris.uploads.publish import publish, publishable
from meris.uploads.read import sheet_names
from meris.uploads.sheet import Sheet
from meris.uploads.store import Remembered
from meris.uploads.undo import DAYS, Undone, undo

__all__ = [
    "Line",
    "apply_reviewed",
    "decisions_of",
    "earlier",
    "line_of",
    "listed",
    "publish",
    "publishable",
    "review",
    "state_of",
    "undo_applied",
]

_EXAMPLES, _EXAMPLE_LENGTH = 3, 60
# Rows named one by one with a problem; its text tells their spans, and the journal stays small.
_ROWS_KEPT = 50


def decisions_of(upload: Upload) -> Decisions:
    """What was decided about an upload so far."""
    return from_json(upload.choices, upload.mapping)


def review(
    session: Session,
    actor: Actor,
    upload_id: int,
    home: Home,
    decisions: Decisions | Callable[[Upload], Decisions],
    *,
    telling: Telling | None = None,
    own_county: bool = True,
) -> Upload:
    """Check a file as decided, and keep both the decisions and what was found.

    Decisions that build on those before are a function of the upload: it is called while nobody
    else can decide anything. Raises `Conflict` once the upload is applied, `Refused` when it
    cannot be read as decided.
    """
    turns.allow_time(session)
    upload = session.get(Upload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None:
        raise NotFound("There is no such upload.")
    if upload.state not in OPEN or turns.is_being_applied(session, upload_id):
        raise Conflict(f"{upload.filename} is {_being(upload)}; nothing more is decided.")
    decided = decisions(upload) if callable(decisions) else decisions
    seen = examine(session, actor, upload_id, home, decided, telling=telling, own_county=own_county)
    upload.mapping = dict(seen.decisions.confirmed) or None
    upload.choices = seen.decisions.as_json()
    upload.summary = _summary(session, upload, seen)
    upload.state, upload.checked_at = "received", datetime.now(UTC)
    _count_absent(session, upload)
    session.flush()
    return upload


def _being(upload: Upload) -> str:
    return "being applied" if upload.state in OPEN else f"{upload.state} already"


def apply_reviewed(
    session: Session,
    actor: Actor,
    upload_id: int,
    home: Home,
    *,
    only_valid: bool = False,
    public: bool = False,
    telling: Telling | None = None,
    own_county: bool = True,
) -> Upload:
    """Apply an upload as it was reviewed; see `meris.uploads.apply` for what is raised.

    What the review kept is used where it still fits; else the file is checked again.
    """
    decided = decisions_of(store.find(session, upload_id))
    decided = replace(decided, only_valid=only_valid)
    telling = telling or Telling()
    if not apply_kept(
        session, actor, upload_id, home, decided, telling=telling, own_county=own_county
    ):
        done = apply(
            session, actor, upload_id, home, decided, telling=telling, own_county=own_county
        )
        upload = store.find(session, upload_id)
        upload.summary = _summary(session, upload, done)
    upload = store.find(session, upload_id)
    _count_absent(session, upload)
    if public:
        publish(session, actor, upload_id)
    session.flush()
    return upload


def undo_applied(session: Session, actor: Actor, upload_id: int, *, days: int = DAYS) -> Undone:
    """Undo an upload and keep what could not be put back; see `meris.uploads.undo`."""
    undone = undo(session, actor, upload_id, days=days)
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
    before = upload.summary or {}
    return found | {
        "remembered": _said(seen.understood.remembered) or before.get("remembered"),
        "at": datetime.now(UTC).isoformat(),
        "rows": seen.sheet.row_count,
        "header_row": seen.sheet.header_row,
        "sheet": seen.sheet.name,
        "sheets": _sheets(session, upload),
        "columns": _columns(seen.sheet, seen.match),
        "missing": [list(group) for group in seen.match.missing],
        "missing_text": seen.match.say_missing(),
    }


def _said(known: Remembered | None) -> dict[str, Any] | None:
    """What was taken over from the last such file, who decided it and when, for the page."""
    if known is None:
        return None
    kept = from_json(known.choices, known.mapping)
    what = {
        "columns": bool(known.mapping),
        "values": bool(kept.constants),
        "repairs": bool(kept.choices.repairs),
        "words": bool(kept.corrections.replaced),
        "other states": kept.choices.allow_out_of_state,
        "empty cells": kept.clear,
    }
    return {
        "at": known.at.isoformat(),
        "by": known.by,
        "what": [name for name, was in what.items() if was],
        "new": list(known.new),
    }


def _count_absent(session: Session, upload: Upload) -> None:
    """Say how many resources of the agency the file does not list."""
    session.flush()
    upload.summary = {**(upload.summary or {}), "absent": absent.count(session, upload.id)}


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
    hidden = personal.columns(sheet, found)
    return [
        {
            "index": index,
            "label": label,
            "examples": [] if index in hidden else _examples(sheet, index),
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
    """An upload in a list: for whom, who sent it, and its counts where it was checked.

    `state` is the upload's, or `applying` while somebody holds it, or `interrupted` where a server
    ended in the middle: nothing was changed then, and it may be applied again. `sender` is the
    agency of the person, where it is another one.
    """

    upload: Upload
    agency: str
    person: str | None
    counts: dict[str, int] | None
    outcome: dict[str, Any] | None
    state: str
    sender: str | None

    @property
    def by(self) -> str:
        """Who sent it: a person, and whose, where it was for another agency."""
        person = self.person or "MERIS"
        return f"{person} ({self.sender}) for {self.agency}" if self.sender else person


def state_of(session: Session, upload: Upload) -> str:
    """The state of an upload as `Line.state` says it."""
    return session.scalars(select(_state()).where(Upload.id == upload.id)).one()


def _state() -> ColumnElement[str]:
    return case(
        (and_(Upload.state.in_(OPEN), turns.held()), "applying"),
        (Upload.state == "applying", "interrupted"),
        else_=Upload.state,
    )


def listed(
    session: Session,
    *,
    agency_id: int | None = None,
    kind: str | None = None,
    state: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Line]:
    """The latest uploads of an agency (None: of all), newest first; those before upload `before`.

    `state` is one of `Line.state`.
    """
    # the rest of the summary stays where it is: that of a bad file is long
    slim = _lines().options(defer(Upload.summary), defer(Upload.mapping)).limit(limit)
    for column, value in ((Upload.agency_id, agency_id), (Upload.kind, kind), (_state(), state)):
        if value is not None:
            slim = slim.where(column == value)
    if before is not None:
        slim = slim.where(Upload.id < before)
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
    sender = aliased(Agency)
    whose = case((sender.id != Upload.agency_id, sender.name))
    return (
        select(Upload, Agency.name, Account.name, counts, outcome, _state(), whose)
        .join(Agency, Agency.id == Upload.agency_id)
        .join(Account, Account.id == Upload.account_id, isouter=True)
        .join(sender, sender.id == Upload.by_agency_id, isouter=True)
        .order_by(Upload.id.desc())
    )
