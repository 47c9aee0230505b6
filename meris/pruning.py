"""Letting go of what is past its time: trails, notices, ended sign-ins, remains of uploads.

Cheap, and safe to run twice, on several hosts at once and while MERIS serves: each step is a short
transaction of its own, and finds nothing the second time.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, or_, select

from meris import trails
from meris.accounts import guesses, sign_ins
from meris.db import SYSTEM, Database
from meris.settings import Settings
from meris.tables import Notice, PushSubscription, Upload, UploadPair, UploadProgress, UploadRow

#: Notices are no news after hours; this long they can still be looked up.
_NOTICE_DAYS = 14
_BROWSER_DAYS = 30
_PROGRESS = timedelta(days=1)


def prune(database: Database, settings: Settings) -> dict[str, int]:
    """Let go of everything that is past its time; how many of what.

    Trails after `trail_days` (days on hold are kept), notices after two weeks, browsers that are
    gone after a month, sign-ins and failed log-ins that have ended, and row by row what a check
    found in uploads that can no longer be undone. Reports of phones are records and stay.
    """
    gone = trails.let_go(database, settings.trail_days)
    done = {
        "days of trails": gone.dropped,
        "days of trails held": gone.held,
        "days of trails in use": gone.busy,
    }
    with database.transaction(SYSTEM) as session:
        now = datetime.now(UTC)
        old = delete(Notice).where(Notice.created_at < now - timedelta(days=_NOTICE_DAYS))
        done["notices"] = len(session.scalars(old.returning(Notice.id)).all())
        lost = PushSubscription.gone_at < now - timedelta(days=_BROWSER_DAYS)
        browsers = delete(PushSubscription).where(lost).returning(PushSubscription.id)
        done["browsers"] = len(session.scalars(browsers).all())
    with database.transaction(SYSTEM) as session:
        sign_ins.prune(session, limits(settings))
        guesses.prune(session)
    done["uploads"] = _prune_uploads(database, settings)
    return done


def limits(settings: Settings) -> sign_ins.Limits:
    """How long sign-ins last in this installation."""
    return sign_ins.Limits(
        idle=timedelta(minutes=settings.session_idle_minutes),
        life=timedelta(hours=settings.session_hours),
        reader_life=timedelta(days=settings.wall_days),
    )


def _prune_uploads(database: Database, settings: Settings) -> int:
    """Rows that checks found, of uploads that nobody can undo or apply any more.

    The file, its report and its undoing in the journal stay.
    """
    before = datetime.now(UTC) - timedelta(days=settings.upload_undo_days)
    over = select(Upload.id).where(
        or_(Upload.applied_at < before, Upload.undone_at < before),
        exists().where(UploadRow.upload_id == Upload.id),
    )
    with database.transaction(SYSTEM) as session:
        ids = session.scalars(over).all()
        for table in (UploadRow, UploadPair):
            session.execute(delete(table).where(table.upload_id.in_(ids)))
        session.execute(
            delete(UploadProgress).where(UploadProgress.at < datetime.now(UTC) - _PROGRESS)
        )
    return len(ids)
