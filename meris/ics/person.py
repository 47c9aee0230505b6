"""What a person did: what they wrote in logs, and what the journal says they changed."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris import fields
from meris.accounts import Viewer
from meris.errors import NotFound
from meris.fields import Home
from meris.ics.activity import MOST, Activity, beside, in_order, logged, within
from meris.ics.period import Period
from meris.tables import Account, Change, IncidentLog, Resource

#: What the journal says of resources; incidents and assignments are in the logs.
_TABLES = ("resource", "shelter", "supply_site", "unit", "stock_line")
_DONE = {"I": "Added", "U": "Changed", "D": "Removed"}


def find(session: Session, viewer: Viewer, account_id: int) -> Account:
    """Somebody of the viewer's own agency, or anybody for who reads histories.

    Raises the same `NotFound` for one who is not there and one who is none of the viewer's.
    """
    account = session.get(Account, account_id)
    own = account is not None and (
        account.id == viewer.account_id
        or (viewer.agency_id is not None and account.agency_id == viewer.agency_id)
    )
    if account is None or not (own or viewer.may("history")):
        raise NotFound("There is no such person, or their record is not yours to read.")
    return account


def of_person(
    session: Session, viewer: Viewer, account: Account, period: Period, home: Home
) -> list[Activity]:
    """What somebody did, as far as the viewer may see what it was done to."""
    wrote = logged(
        session, viewer, IncidentLog.account_id == account.id, period, home, numbered=True
    )
    return in_order([*wrote, *_changed(session, viewer, account, period)])


def _changed(session: Session, viewer: Viewer, account: Account, period: Period) -> list[Activity]:
    """A line for what each transaction did to resources; a file of thousands is one line.

    What an assignment did to its unit stands in the log of its incident.
    """
    statement = (
        select(
            Change.xid,
            func.min(Change.at).label("at"),
            Change.operation,
            Change.upload_id,
            func.count(Resource.id.distinct()).label("records"),
            func.min(Resource.name).label("name"),
            func.min(Resource.kind).label("kind"),
        )
        .join(Resource, Resource.id == Change.resource_id)
        .where(
            Change.actor_id == account.id,
            Change.table_name.in_(_TABLES),
            *within(Change.at, period),
            ~beside("assignment"),
            viewer.policy.condition(),
        )
        .group_by(Change.xid, Change.operation, Change.upload_id)
        .order_by(func.min(Change.at))
        .limit(MOST)
    )
    rows = session.execute(statement).all()
    columns = _columns(session, [row.xid for row in rows if row.records == 1])
    return [Activity(row.at, _text(row, columns), account.name) for row in rows]


def _columns(session: Session, xids: list[str]) -> dict[str, set[str]]:
    """The columns that each of some transactions changed."""
    found: dict[str, set[str]] = {}
    rows = select(Change.xid, Change.after).where(
        Change.xid.in_(xids), Change.table_name.in_(_TABLES), Change.operation == "U"
    )
    for row in session.execute(rows) if xids else ():
        found.setdefault(row.xid, set()).update(row.after or {})
    return found


def _text(row: Any, columns: dict[str, set[str]]) -> str:
    file = f" by upload {row.upload_id}" if row.upload_id else ""
    if row.records > 1:
        return f"{_DONE[row.operation]} {row.records:,} records{file}."
    titles = {field.column: field.title for field in fields.of(row.kind) if field.table}
    changed = columns.get(row.xid, set()) if row.operation == "U" else set()
    named = sorted({titles[column] for column in changed if column in titles})
    what = f": {', '.join(named)}" if named else ""
    return f"{_DONE[row.operation]} {row.name}{file}{what}."
