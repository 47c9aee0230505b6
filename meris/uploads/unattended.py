"""A file with no person beside it: kept, checked, applied and told about in one go.

The shell, the drop folder and `POST /api/uploads` with `apply` all go this way.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sqlalchemy.orm import Session

from meris.db import Actor, Database
from meris.errors import Conflict, Refused
from meris.fields import Home
from meris.uploads import keep, review, store
from meris.uploads import run as engine
from meris.uploads.decisions import Decisions
from meris.uploads.failed import failed_rows
from meris.uploads.kinds import guess_kind
from meris.uploads.read import read, shown_name
from meris.uploads.report import report

#: applied      every row is in MERIS now
#: unchanged    every row was there already, and nothing was written
#: partly       the valid rows are in MERIS, the others were left out
#: refused      nothing was changed, because of rows or columns
#: unreadable   nothing was changed, because the file is no table that MERIS can read
#: busy         nothing was changed, because somebody else is at it; worth trying again
Verdict = Literal["applied", "unchanged", "partly", "refused", "unreadable", "busy"]


@dataclass(frozen=True)
class Result:
    """What became of a file: a verdict, a sentence, and the report that the API gives.

    Without a report there is no upload either: the file was not kept.
    """

    verdict: Verdict
    message: str
    report: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The report with the verdict; where there is none, an error as the API words it."""
        said = {"verdict": self.verdict, "message": self.message}
        return {**self.report, **said} if self.report else {"error": self.verdict, **said}


class _OnlyLooked(Exception):  # noqa: N818  # never leaves this module
    """Ends a dry run, so that nothing of it is kept."""


def run(
    database: Database,
    actor: Actor,
    home: Home,
    *,
    agency_id: int,
    kind: str | None,
    filename: str,
    content: bytes,
    decisions: Decisions | None = None,
    only_valid: bool = False,
    dry_run: bool = False,
    own_county: bool = True,
    kept: Callable[[int], None] = lambda _upload_id: None,
) -> Result:
    """Take a file of an agency in: all of it, or (`only_valid`) its valid rows.

    Without `kind` it is told from the columns. `kept` is called with the upload's number before
    anything is changed. `dry_run` keeps nothing and says what would have become of the file. The
    caller has made sure that the actor may. A database that is away raises what SQLAlchemy raises.
    """
    decided = decisions or Decisions()
    given: dict[str, Any] = {"agency_id": agency_id, "filename": filename, "content": content}
    try:
        given["kind"] = kind or kind_of(content, filename, home, decided.sheet)
        if dry_run:
            look = partial(review.review, home=home, decisions=decided, own_county=own_county)
            return _rehearse(database, actor, given, look, only_valid=only_valid)
        with database.transaction(actor) as session:
            upload_id = store.receive(session, actor, **given).upload_id
    except Refused as refused:
        return Result("unreadable", refused.message)
    kept(upload_id)
    return finish(
        database,
        actor,
        home,
        upload_id,
        decisions=decided,
        only_valid=only_valid,
        own_county=own_county,
    )


def kind_of(content: bytes, filename: str, home: Home, sheet: str | None = None) -> str:
    """The kind of file, from its columns. Raises `Refused` when it could be several."""
    guess = guess_kind(read(content, filename, sheet), home)
    if guess is None:
        raise Refused(
            f"MERIS cannot tell from the columns of {shown_name(filename)} whether they are "
            "shelters, supplies or units. Say which."
        )
    return guess[0]


def finish(
    database: Database,
    actor: Actor,
    home: Home,
    upload_id: int,
    *,
    decisions: Decisions | None = None,
    only_valid: bool = False,
    own_county: bool = True,
) -> Result:
    """Check and apply an upload that is kept; one that was interrupted or applied goes on from
    there. Raises `NotFound`."""
    message = ""
    with database.reading() as session:
        state = store.find(session, upload_id).state
    limits = {"own_county": own_county}
    try:
        if state == "received":
            engine.check(database, actor, upload_id, home, decisions or Decisions(), **limits)
        if state in ("received", "applying"):
            engine.apply(database, actor, upload_id, home, only_valid=only_valid, **limits)
    except Conflict as conflict:
        return Result("busy", conflict.message, _report(database, upload_id))
    except Refused as refused:
        message = refused.message
    told = _report(database, upload_id)
    verdict = _verdict(told, applied=told["state"] == "applied")
    return Result(verdict, message or say(verdict, told), told)


def _report(database: Database, upload_id: int) -> dict[str, Any]:
    with database.reading() as session:
        return report(session, upload_id)


def _rehearse(
    database: Database,
    actor: Actor,
    given: dict[str, Any],
    look: Callable[[Session, Actor, int], object],
    *,
    only_valid: bool,
) -> Result:
    """Everything short of keeping it."""
    try:
        with database.transaction(actor) as session:
            upload_id = store.receive(session, actor, **given).upload_id
            look(session, actor, upload_id)
            told = report(session, upload_id) | {"id": None, "url": None}
            raise _OnlyLooked
    except _OnlyLooked:
        counts, wrong = told["counts"], left_out(told)
        would = counts["ready"] > 0 and (only_valid or not wrong)
        verdict = _verdict(told, applied=would)
        return Result(verdict, say(verdict, told, would=True), told)


def left_out(told: dict[str, Any]) -> int:
    """Rows that are not taken in: with errors, or held until somebody says what they are."""
    counts = told["counts"] or {}
    return int(counts.get("refused", 0) + counts.get("held", 0))


def _verdict(told: dict[str, Any], *, applied: bool) -> Verdict:
    if not applied:
        return "refused"
    if left_out(told):
        return "partly"
    return "applied" if _written(told) else "unchanged"


def _written(told: dict[str, Any]) -> int:
    """Records and stock lines that the file makes, changes or confirms."""
    outcome = told["outcome"] or {}
    names = ("new", "changed", "confirmed", "lines_new", "lines_changed")
    return sum(outcome.get(name, 0) for name in names)


def say(verdict: Verdict, told: dict[str, Any], *, would: bool = False) -> str:
    """One sentence on what became of a file, or would."""
    outcome, wrong = told["outcome"] or {}, left_out(told)
    if verdict == "refused":
        total = (told["counts"] or {}).get("total", 0)
        return told["missing_text"] or f"{wrong:,} of {total:,} rows have errors: nothing changes."
    if verdict == "unchanged":
        return "Everything in it is recorded already: nothing changes."
    names = {"new": "new", "changed": "changed", "confirmed": "confirmed", "unchanged": "unchanged"}
    counts = ", ".join(f"{outcome.get(name, 0):,} {word}" for name, word in names.items())
    lines = outcome.get("lines_new", 0) + outcome.get("lines_changed", 0)
    more = [f"{lines:,} stock lines new or changed"] if lines else []
    more += [f"{wrong:,} rows left out"] if wrong else []
    return f"{'Would be loaded' if would else 'Loaded'}: {'; '.join([counts, *more])}."


def refused_rows(session: Session, upload_id: int) -> Iterator[str] | None:
    """The rows left out, as CSV with the reason of each; None when there are none."""
    upload = store.find(session, upload_id)
    reasons = keep.reasons(session, upload_id)
    if not reasons:
        return None
    sheet = review.decisions_of(upload).sheet
    return failed_rows(read(store.content_of(session, upload_id), upload.filename, sheet), reasons)
