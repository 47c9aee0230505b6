"""Whose turn it is: one upload by one person at a time, and an agency's uploads in order."""

from sqlalchemy import Boolean, ColumnElement, exists, func, literal_column, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from meris.db import Actor, name_actor
from meris.errors import Conflict
from meris.tables import Agency, Upload
from meris.uploads import store

# First half of the advisory locks' keys: one upload, and one agency's uploads.
_LOCK_UPLOAD, _LOCK_AGENCY = 0x55504C44, 0x55504147
_LONGEST = "15min"
# shorter than a query's expression for a table that belongs to the server
_HELD = f"""EXISTS (
  SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = {_LOCK_UPLOAD} AND objid = upload.id)"""  # noqa: S608  # nosec B608  # a number of our own
#: How long an upload waits for another one of its agency.
PATIENCE_SECONDS = 120
_LOCK_NOT_AVAILABLE = "55P03"


def take(session: Session, upload_id: int) -> None:
    """One at a time: this upload by nobody else, and its agency's uploads one after another.

    Raises `Conflict` while somebody else holds the upload, or when the agency's turn does not come
    in time. Released with the transaction.
    """
    ours = func.pg_try_advisory_xact_lock(_LOCK_UPLOAD, upload_id)
    if not session.scalar(select(ours)):
        raise Conflict("This upload is being applied at this moment. Wait for its result.")
    allow_time(session)
    _wait_for_agency(session, store.find(session, upload_id))
    session.expire_all()


def take_applied(session: Session, actor: Actor, upload_id: int, purpose: str) -> Upload:
    """Take the turn to do more with an applied upload, under its name in the journal.

    Raises `Conflict` unless it is applied; `purpose` says what that is needed for.
    """
    take(session, upload_id)
    upload = store.find(session, upload_id)
    if upload.state != "applied":
        raise Conflict(f"{upload.filename} is {upload.state}. Apply it first, then {purpose}.")
    name_actor(session, actor, upload_id=upload_id)
    return upload


def _wait_for_agency(session: Session, upload: Upload) -> None:
    agency_id = upload.agency_id
    session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
    try:
        with session.begin_nested():
            session.execute(select(func.pg_advisory_xact_lock(_LOCK_AGENCY, agency_id)))
    except OperationalError as problem:
        if getattr(problem.orig, "pgcode", None) != _LOCK_NOT_AVAILABLE:
            raise
        agency = session.scalar(select(Agency.name).where(Agency.id == agency_id))
        raise Conflict(
            f"Another file of {agency} is still being applied. Wait for its result, then try again."
        ) from problem
    session.execute(text("SET LOCAL lock_timeout = DEFAULT"))


def allow_time(session: Session) -> None:
    """A file of half a million rows may take minutes; other requests are cut off much sooner."""
    session.execute(text(f"SET LOCAL statement_timeout = '{_LONGEST}'"))


def held() -> ColumnElement[bool]:
    """Whether somebody holds the lock of an `Upload` in a query; looking takes no lock."""
    return literal_column(_HELD, Boolean)


def is_being_applied(session: Session, upload_id: int) -> bool:
    """Whether somebody holds the lock of an upload at this moment."""
    return bool(session.scalar(select(exists().where(Upload.id == upload_id, held()))))
