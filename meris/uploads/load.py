"""Apply an upload: check it again, copy it aside, and merge it, all in one transaction.

The caller's transaction is everything: it commits the whole file or, on `Refused`, nothing of it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from meris.db import Actor, name_actor
from meris.errors import Conflict, Refused
from meris.fields import Home
from meris.tables import HeaderMapping, Upload
from meris.uploads import store
from meris.uploads.check import Checked, Checking
from meris.uploads.decisions import Decisions
from meris.uploads.match import Match, match
from meris.uploads.merge import Merge, Outcome
from meris.uploads.merge_lines import LineMerge
from meris.uploads.read import read
from meris.uploads.sheet import Sheet
from meris.uploads.sites import Sites
from meris.uploads.stage import Staging, copy

# First half of the advisory locks' keys: one upload, and one agency's uploads.
_LOCK_UPLOAD, _LOCK_AGENCY = 0x55504C44, 0x55504147
_LONGEST = "15min"


@dataclass(frozen=True)
class Examined:
    """A file looked at without changing anything: what it holds and what applying would do.

    `outcome` is None when no row could be loaded.
    """

    sheet: Sheet
    match: Match
    checked: Checked
    outcome: Outcome | None

    def as_json(self) -> dict[str, Any]:
        """What the upload keeps as its summary."""
        counts = asdict(self.outcome) if self.outcome else None
        return self.checked.as_json() | {"outcome": counts}


def examine(
    session: Session, actor: Actor, upload_id: int, home: Home, decisions: Decisions | None = None
) -> Examined:
    """A dry run: everything `apply` does short of writing. Needs a writing transaction, because
    the rows are copied aside to be compared. Raises `Refused` when the file cannot be read."""
    allow_time(session)
    upload = store.find(session, upload_id)
    return _run(session, actor, upload, home, decisions or Decisions(), write=False)


def apply(
    session: Session, actor: Actor, upload_id: int, home: Home, decisions: Decisions
) -> Examined:
    """Load an upload into the tables, whole or not at all, once.

    Raises `Conflict` when it is being applied or was applied, `Refused` when a row has an error
    and `only_valid` is not set, or when no row is left: there is no success without rows.
    """
    take_turn(session, upload_id)
    upload = store.find(session, upload_id)
    if upload.state not in ("received", "refused"):
        raise Conflict(
            f"{upload.filename} was {upload.state} before. Upload it again to repeat it."
        )
    name_actor(session, actor, upload_id=upload_id)
    done = _run(session, actor, upload, home, decisions, write=True)
    upload.state, upload.applied_at = "applied", datetime.now(UTC)
    upload.mapping, upload.choices = done.match.confirmed(), decisions.as_json()
    upload.summary = done.as_json()
    if decisions.confirmed:
        _remember(session, upload, done.match)
    session.flush()
    return done


def take_turn(session: Session, upload_id: int) -> None:
    """One at a time: this upload by nobody else, and its agency's uploads one after another.

    Raises `Conflict` while somebody else holds the upload; released with the transaction.
    """
    ours = func.pg_try_advisory_xact_lock(_LOCK_UPLOAD, upload_id)
    if not session.scalar(select(ours)):
        raise Conflict("This upload is being applied at this moment. Wait for its result.")
    allow_time(session)
    agency_id = store.find(session, upload_id).agency_id
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_AGENCY, agency_id)))
    session.expire_all()


def allow_time(session: Session) -> None:
    """A file of half a million rows may take minutes; other requests are cut off much sooner."""
    session.execute(text(f"SET LOCAL statement_timeout = '{_LONGEST}'"))


def is_being_applied(session: Session, upload_id: int) -> bool:
    """Whether somebody holds the lock of an upload at this moment; looking takes no lock."""
    held = text(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND classid = :lock AND objid = :upload AND objsubid = 2)"
    )
    return bool(session.scalar(held, {"lock": _LOCK_UPLOAD, "upload": upload_id}))


def _run(
    session: Session,
    actor: Actor,
    upload: Upload,
    home: Home,
    decisions: Decisions,
    *,
    write: bool,
) -> Examined:
    sheet = read(store.content_of(session, upload.id), upload.filename, decisions.sheet)
    matched = _matched(session, upload, sheet, home, decisions)
    checking = Checking(sheet, matched, home, decisions.choices)
    staging = Staging.of(
        upload.kind, {column.field.name for column in matched.columns} | set(matched.constants)
    )
    staging.make(session)
    _stage(session, staging, checking, decisions.as_of)
    staging.analyze(session)
    checked = checking.checked
    if write:
        _refuse_errors(upload, checked, decisions)
    merge = Merge(
        session,
        staging,
        actor,
        upload.agency_id,
        upload.filename,
        decisions.public,
        _cleared(matched) if decisions.clear else frozenset(),
    )
    outcome = _merge(merge, checked, decisions, upload, write=write) if checked.ready else None
    staging.drop(session)
    return Examined(sheet, matched, checked, outcome)


def _matched(
    session: Session, upload: Upload, sheet: Sheet, home: Home, decisions: Decisions
) -> Match:
    """The columns as a person confirmed them now, or for the last file with these headers."""
    plain = match(
        sheet,
        upload.kind,
        home,
        confirmed=decisions.confirmed,
        constants=decisions.constants,
    )
    if decisions.confirmed:
        return plain
    known = store.remembered_mapping(session, upload.agency_id, upload.kind, plain.fingerprint)
    if not known:
        return plain
    return match(sheet, upload.kind, home, confirmed=known, constants=decisions.constants)


def _stage(session: Session, staging: Staging, checking: Checking, as_of: datetime | None) -> None:
    """Copy the rows that may be loaded aside; problems collect in `checking` meanwhile."""
    columns = (*staging.common, *staging.part)
    if staging.lines is None:
        names = [staging.sources[column] for column in columns]
        copy(session, staging.rows, ("number", *columns), _rows(checking, names, as_of))
        return
    sites = Sites(staging, as_of)
    lines = ("number", "site", "as_of", *staging.line)
    copy(session, staging.lines, lines, sites.lines(checking))
    copy(session, staging.rows, ("number", *columns), sites.rows())


def _cleared(matched: Match) -> frozenset[str]:
    """The columns that the file really has; only they may be emptied."""
    return frozenset(column.field.column for column in matched.columns)


def _rows(checking: Checking, names: list[str], as_of: datetime | None) -> Iterator[list[Any]]:
    for record in checking:
        values = record.values
        if as_of is not None and values.get("as_of") is None:
            values["as_of"] = as_of
        yield [record.number, *map(values.get, names)]


def _refuse_errors(upload: Upload, checked: Checked, decisions: Decisions) -> None:
    """Whole or not at all: an error anywhere, or no row, ends the upload here."""
    problems = checked.as_json()["problems"]
    if checked.refused and not decisions.only_valid:
        raise Refused(
            f"{checked.refused:,} of {checked.total:,} rows of {upload.filename} have errors, so "
            "nothing was changed. Correct them, or load the valid rows only.",
            problems=problems,
        )
    if not checked.ready:
        raise Refused(
            f"No row of {upload.filename} can be loaded, so nothing was changed.",
            problems=problems,
        )


def _merge(
    merge: Merge, checked: Checked, decisions: Decisions, upload: Upload, *, write: bool
) -> Outcome:
    merge.compare()
    lines = None
    if merge.staging.lines is not None:
        lines = LineMerge(merge.session, merge.staging, merge.cleared)
        lines.find()
        _leave_overcommitted(lines, checked)
        lines.compare()
    outcome = merge.count()
    if lines is not None:
        lines.count(outcome)
    for number in outcome.older_rows:
        checked.problems.add(
            "note", number, None, "older than what is recorded; not used.", rule="older"
        )
    if write:
        _refuse_errors(upload, checked, decisions)
        if not outcome.used:
            raise Refused(
                f"Every row of {upload.filename} is older than what is recorded, so nothing was "
                "changed.",
                problems=checked.as_json()["problems"],
            )
        merge.write()
        if lines is not None:
            lines.write()
    return outcome


def _leave_overcommitted(lines: LineMerge, checked: Checked) -> None:
    """Goods that were promised since cannot be counted away."""
    over = lines.overcommitted()
    for number, amount in over:
        checked.problems.add(
            "error",
            number,
            None,
            f"{amount} are committed already, more than the file says are on hand. Release what "
            "was promised first, or correct the count.",
            rule="committed",
        )
    checked.ready -= len(over)
    checked.refused += len(over)
    lines.leave_out([number for number, _ in over])


def _remember(session: Session, upload: Upload, matched: Match) -> None:
    """Keep what a person decided for the next file with these headers."""
    values = {
        "agency_id": upload.agency_id,
        "kind": upload.kind,
        "fingerprint": matched.fingerprint,
        "mapping": matched.confirmed(),
    }
    session.execute(
        insert(HeaderMapping)
        .values(values)
        .on_conflict_do_update(
            index_elements=["agency_id", "kind", "fingerprint"],
            set_={"mapping": values["mapping"]},
        )
    )
