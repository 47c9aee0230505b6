"""Examine an upload, or apply it: whole or not at all, in the caller's transaction.

The caller's transaction is everything: it commits the whole file or, on `Refused`, nothing of it.
What a check found is kept (`meris.uploads.keep`), and applying goes by it where nothing that the
check depends on has changed since: what it reads and judges is not read and judged twice.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from meris.db import Actor, name_actor
from meris.errors import Conflict, Refused
from meris.fields import ROW_KINDS, Home, of
from meris.tables import Upload
from meris.uploads import authority, keeping, store, turns
from meris.uploads.after import PASSED_OVER
from meris.uploads.check import Checked
from meris.uploads.decisions import Decisions
from meris.uploads.job import Compared, Job, Understood, cleared
from meris.uploads.keeping import OPEN
from meris.uploads.match import Match
from meris.uploads.merge import Outcome
from meris.uploads.problems import Problems
from meris.uploads.progress import Telling
from meris.uploads.sheet import Sheet
from meris.uploads.stage import Staging
from meris.version import VERSION

# Said anew whenever rows are compared with what is recorded.
_FOUND_BY_COMPARING = frozenset({"older", *PASSED_OVER})


@dataclass(frozen=True)
class Examined:
    """A file looked at: what it holds, what was decided, and what applying it does.

    `outcome` is None when no row could be loaded; `kept` is what it takes to apply it without
    reading it again.
    """

    understood: Understood
    checked: Checked
    outcome: Outcome | None
    counts: keeping.Counts
    kept: dict[str, Any]
    seconds: dict[str, float]

    @property
    def sheet(self) -> Sheet:
        return self.understood.sheet

    @property
    def match(self) -> Match:
        return self.understood.match

    @property
    def decisions(self) -> Decisions:
        """What was decided, with what was taken over from the last such file."""
        return self.understood.decisions

    def as_json(self) -> dict[str, Any]:
        """What the upload keeps as its summary."""
        found = self.checked.as_json()
        figures = _figures(found["counts"], self.outcome, self.counts)
        return found | figures | {"kept": self.kept, "seconds": self.seconds}


def examine(
    session: Session,
    actor: Actor,
    upload_id: int,
    home: Home,
    decisions: Decisions | None = None,
    *,
    telling: Telling | None = None,
    own_county: bool = True,
) -> Examined:
    """A dry run: everything `apply` does short of writing. Needs a writing transaction, because
    the rows are copied aside to be compared. Raises `Refused` when the file cannot be read.

    `own_county`: a county's people may only send what lies in their county.
    """
    turns.allow_time(session)
    upload = store.find(session, upload_id)
    job = _job(session, actor, upload, home, telling, own_county)
    return _run(job, decisions or Decisions(), write=False)


def apply(
    session: Session,
    actor: Actor,
    upload_id: int,
    home: Home,
    decisions: Decisions,
    *,
    telling: Telling | None = None,
    own_county: bool = True,
) -> Examined:
    """Load an upload into the tables, whole or not at all, once.

    Raises `Conflict` when it is being applied or was applied, `Refused` when a row has an error
    and `only_valid` is not set, or when no row is left: there is no success without rows.
    """
    upload = begin(session, actor, upload_id)
    job = _job(session, actor, upload, home, telling, own_county)
    done = _run(job, decisions, write=True)
    upload.mapping, upload.choices = done.match.confirmed(), done.decisions.as_json()
    upload.summary = done.as_json()
    _finish(job, done.decisions, done.kept)
    return done


def apply_kept(
    session: Session,
    actor: Actor,
    upload_id: int,
    home: Home,
    decisions: Decisions,
    *,
    telling: Telling | None = None,
    own_county: bool = True,
) -> bool:
    """As `apply`, from what the last check kept. False, and nothing done, where that no longer
    fits: then the file has to be read again. `upload.summary` is brought up to date."""
    upload = begin(session, actor, upload_id)
    job = _job(session, actor, upload, home, telling, own_county)
    summary = dict(upload.summary or {})
    kept = summary.get("kept") or {}
    if kept.get("digest") != digest(upload, decisions, job.bounds) or not _is_whole(job, summary):
        return False
    _refuse_errors(job, summary["counts"], decisions, summary["problems"])
    staging = Staging.of(upload.kind, kept["names"])
    staging.make(session)
    keeping.restore(session, upload_id, staging)
    empties = cleared(kept["columns"], staging) if decisions.clear else frozenset()
    compared = job.compare(staging, empties, lock=True)
    problems = Problems()
    _tell(compared, problems)
    keeping.refuse(session, upload_id, dict(compared.over))
    told = _together([group.as_json() for group in problems], summary["problems"])
    _write(job, compared, decisions, summary["counts"], told)
    keeping.again(session, upload_id, staging)
    _remark(session, upload_id, compared)
    staging.drop(session)
    figures = _figures(summary["counts"], compared.outcome, keeping.counts(session, upload_id))
    upload.mapping, upload.choices = kept["mapping"], decisions.as_json()
    seconds = summary.get("seconds", {}) | job.telling.seconds
    upload.summary = summary | figures | {"problems": told, "seconds": seconds}
    _finish(job, decisions, kept)
    return True


def begin(session: Session, actor: Actor, upload_id: int) -> Upload:
    """Take the turn to apply an upload that is not loaded yet. Raises `Conflict`."""
    turns.take(session, upload_id)
    upload = store.find(session, upload_id)
    if upload.state not in OPEN:
        raise Conflict(
            f"{upload.filename} was {upload.state} before. Upload it again to repeat it."
        )
    name_actor(session, actor, upload_id=upload_id)
    return upload


def digest(upload: Upload, decisions: Decisions, bounds: authority.Bounds | None) -> str:
    """The same as long as a check would find the same in the file."""
    decided = decisions.as_json() | {"only_valid": None}
    parts = [upload.sha256, decided, dict(decisions.confirmed), bounds and bounds.fips, _rules()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _rules() -> str:
    """Which rules files are judged by."""
    fields = [(kind, f.name, f.column, repr(f.rule)) for kind in ROW_KINDS for f in of(kind)]
    return hashlib.sha256(json.dumps([VERSION, fields]).encode()).hexdigest()


def _job(
    session: Session,
    actor: Actor,
    upload: Upload,
    home: Home,
    telling: Telling | None,
    own_county: bool,
) -> Job:
    bounds = authority.bounds(session, actor, upload) if own_county else None
    return Job(session, actor, upload, home, telling or Telling(), bounds)


def _run(job: Job, decisions: Decisions, *, write: bool) -> Examined:
    session, upload = job.session, job.upload
    understood = job.understand(decisions)
    names = {c.field.name for c in understood.match.columns} | set(understood.match.constants)
    staging = Staging.of(upload.kind, names)
    staged = job.stage(understood, staging)
    checked, decided = staged.checked, understood.decisions
    if write:
        _refuse_errors(job, checked.as_json()["counts"], decided, _problems(checked))
    keeps = write or upload.state in OPEN
    if keeps:
        keeping.clear(session, upload.id)
    compared = None
    columns = sorted(column.field.name for column in understood.match.columns)
    if checked.ready:
        empties = cleared(columns, staging) if decided.clear else frozenset()
        compared = job.compare(staging, empties, lock=write)
        _tell(compared, checked.problems)
        if write:
            counts = checked.as_json()["counts"]
            _write(job, compared, decided, counts, _problems(checked))
    if keeps:
        _keep(job, staging, staged.aside, compared)
    staging.drop(session)
    kept = {
        "digest": digest(upload, decided, job.bounds),
        "names": sorted(names),
        "columns": columns,
        "fingerprint": understood.match.fingerprint,
        "mapping": understood.match.confirmed(),
    }
    outcome = compared.outcome if compared else None
    counts = keeping.counts(session, upload.id)
    return Examined(understood, checked, outcome, counts, kept, job.telling.seconds)


def _keep(
    job: Job, staging: Staging, aside: list[keeping.Aside], compared: Compared | None
) -> None:
    """Keep every row of the file with its fate."""
    session, upload_id = job.session, job.upload.id
    keeping.aside(session, upload_id, aside)
    if compared is None:
        return
    keeping.passed(session, upload_id, staging)
    keeping.hold(session, upload_id, compared.why_held)
    keeping.aside(session, upload_id, compared.aside())
    _remark(session, upload_id, compared)


def _tell(compared: Compared, problems: Problems) -> None:
    """Say what only the comparison with what is recorded could show."""
    problems.hand = None
    for number in compared.outcome.older_rows:
        problems.add("note", number, None, "older than what is recorded; not used.", rule="older")
    for number, why in compared.over:
        problems.add("error", number, None, why, rule="committed")
    for rule, numbers in compared.passed_over.items():
        for number in numbers:
            problems.add("note", number, None, PASSED_OVER[rule], rule=rule)


def _remark(session: Session, upload_id: int, compared: Compared) -> None:
    """Say at each row why its status is not used."""
    for rule, why in PASSED_OVER.items():
        keeping.remark(session, upload_id, compared.passed_over.get(rule, ()), why)


def _together(now: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is found when a file is applied, and what its check found, each once."""
    again = {problem["id"] for problem in now}
    gone = [p for p in before if p["id"] not in again and p["rule"] not in _FOUND_BY_COMPARING]
    return now + gone


def _write(
    job: Job,
    compared: Compared,
    decisions: Decisions,
    counts: dict[str, int],
    problems: list[dict[str, Any]],
) -> None:
    """Change the tables, unless something that was found speaks against it."""
    outcome, over = compared.outcome, len(compared.over)
    now = counts | {
        "refused": counts["refused"] + over,
        "ready": sum((outcome.used, outcome.older)),
        "held": outcome.held,
    }
    _refuse_errors(job, now, decisions, problems)
    if not outcome.used and outcome.older:
        raise Refused(
            f"Every row of {job.upload.filename} is older than what is recorded, so nothing was "
            "changed.",
            problems=problems,
        )
    job.write(compared)


def _refuse_errors(
    job: Job, counts: dict[str, int], decisions: Decisions, problems: list[dict[str, Any]]
) -> None:
    """Whole or not at all: an error anywhere, or no row, ends the upload here."""
    name, refused, held = job.upload.filename, counts["refused"], counts.get("held", 0)
    if refused and not decisions.only_valid:
        raise Refused(
            f"{refused:,} of {counts['total']:,} rows of {name} have errors, so nothing was "
            "changed. Correct them, or load the valid rows only.",
            problems=problems,
        )
    if held and not decisions.only_valid:
        raise Refused(
            f"{held:,} of {counts['total']:,} rows of {name} look like something that MERIS has "
            "already, so nothing was changed. Say which are the same, or load the others only.",
            problems=problems,
        )
    if not counts["ready"]:
        raise Refused(f"No row of {name} can be loaded, so nothing was changed.", problems=problems)


def _problems(checked: Checked) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = checked.as_json()["problems"]
    return found


def _figures(
    counts: dict[str, int], outcome: Outcome | None, kept: keeping.Counts
) -> dict[str, Any]:
    """The numbers of a summary: of rows by fate, and of what happens to resources."""
    fates = kept.fates
    figures = counts | {
        "held": fates.get("held", 0),
        "refused": fates.get("refused", 0),
        "repeated": fates.get("repeated", 0),
        "unplaced": kept.unplaced,
        "approximate": kept.approximate,
    }
    figures["ready"] = sum(fates.get(fate, 0) for fate in keeping.PASSED) - figures["held"]
    return {
        "counts": figures,
        "fates": fates,
        "outcome": asdict(outcome) if outcome else None,
    }


def _is_whole(job: Job, summary: dict[str, Any]) -> bool:
    """Whether every row is still kept: a crash of the database empties an unlogged table."""
    kept = keeping.counts(job.session, job.upload.id).fates
    return 0 < sum(kept.values()) == int(summary["counts"]["total"])


def _finish(job: Job, decisions: Decisions, kept: dict[str, Any]) -> None:
    """The upload is applied; what a person decided about it also holds for the next such file."""
    upload = job.upload
    upload.state, upload.applied_at = "applied", datetime.now(UTC)
    lasting = decisions.lasting()
    if lasting != Decisions():
        store.remember(
            job.session,
            job.actor,
            upload,
            kept["fingerprint"],
            kept["mapping"],
            lasting.as_json(),
        )
    job.session.flush()
