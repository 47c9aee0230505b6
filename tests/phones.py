"""Reports as a phone makes them, without a phone."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from meris.accounts import Viewer
from meris.db import Database
from meris.dispatch.terms import Terms
from meris.fields import Home
from meris.phone import bases, reports
from meris.phone.report import Answer, read_batch
from meris.tables import Assignment, Resource

_number = count(1)
HOME, TERMS = Home.of(), Terms()


def base(session: Session, unit_id: int) -> dict[str, Any]:
    """What a page shows of a unit at this moment."""
    session.expire_all()
    return bases.of_unit(session, session.get_one(Resource, unit_id))


def report(
    kind: str, subject: int | None = None, *, ago: float = 0, **given: Any
) -> dict[str, Any]:
    """One report, said so many minutes ago by a phone whose clock is right."""
    return {
        "key": given.pop("key", None) or f"phone-key-{next(_number)}",
        "kind": kind,
        "subject": subject,
        "said_at": given.pop("said_at", None) or iso(minutes_ago(ago)),
        "base": given.pop("base", None),
        "body": given,
    }


def minutes_ago(minutes: float) -> datetime:
    """By our clock."""
    return datetime.now(UTC) - timedelta(minutes=minutes)


def iso(moment: datetime) -> str:
    """As JSON carries it."""
    return moment.isoformat()


def send(
    database: Database,
    viewer: Viewer,
    *given: dict[str, Any],
    sent_at: datetime | None = None,
    terms: Terms = TERMS,
) -> list[Answer]:
    """What the server answers to these reports, sent together."""
    now = datetime.now(UTC)
    batch = read_batch({"sent_at": iso(sent_at or now), "reports": list(given)}, now)
    return reports.take(database, viewer, batch, HOME, terms)


def outcomes(answers: list[Answer]) -> list[str]:
    """One word for each report."""
    return [one.outcome.outcome for one in answers]


def status(engine: int, base: dict[str, Any], to: str, ago: float = 0, **given: Any) -> Any:
    """A report of what a unit is, by somebody who saw `base`."""
    return report("unit_status", engine, ago=ago, base=base, status=to, **given)


def unit_of(session: Session, engine: int) -> Resource:
    """A unit as the database has it now."""
    session.expire_all()
    return session.get_one(Resource, engine)


def held_of(session: Session, held: Assignment) -> Assignment:
    """An assignment as the database has it now."""
    session.expire_all()
    return session.get_one(Assignment, held.id)
