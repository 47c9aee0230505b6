"""The work on an upload from beginning to end, for pages, machines and the shell alike.

    run.check(database, actor, upload_id, home, Decisions())
    run.apply(database, actor, upload_id, home)
    run.undo(database, actor, upload_id)

Each opens the transactions it needs and tells how far it is (`meris.uploads.progress`). The caller
has made sure that the actor may work on the upload.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from meris.db import Actor, Database
from meris.errors import Refused
from meris.fields import Home
from meris.tables import Upload
from meris.uploads import review, turns
from meris.uploads.decisions import Decisions
from meris.uploads.keeping import OPEN
from meris.uploads.load import begin
from meris.uploads.progress import telling
from meris.uploads.undo import DAYS, Undone


def check(
    database: Database,
    actor: Actor,
    upload_id: int,
    home: Home,
    decisions: Decisions | Callable[[Upload], Decisions],
    *,
    own_county: bool = True,
) -> None:
    """Check a file as decided; see `review.review`."""
    with telling(database, upload_id) as progress, database.transaction(actor) as session:
        review.review(
            session, actor, upload_id, home, decisions, telling=progress, own_county=own_county
        )


def apply(
    database: Database,
    actor: Actor,
    upload_id: int,
    home: Home,
    *,
    only_valid: bool = False,
    public: bool = False,
    own_county: bool = True,
) -> None:
    """Load an upload as it was reviewed: all or nothing, once.

    1. Whoever has the turn holds the upload's lock until the end. 2. "applying" is written down
    before anything else, so that a server that dies here leaves a trace. 3. The work, in one
    transaction with what it makes of the upload. 4. Where it is refused, the upload is as before,
    with the reason.

    Raises `Conflict` and `Refused` as `meris.uploads.apply`.
    """
    begun = False
    try:
        with telling(database, upload_id) as progress, database.transaction(actor) as session:
            progress.step("waiting")
            begin(session, actor, upload_id)
            _write_down(database, actor, upload_id)
            begun = True
            session.expire_all()
            review.apply_reviewed(
                session,
                actor,
                upload_id,
                home,
                only_valid=only_valid,
                public=public,
                telling=progress,
                own_county=own_county,
            )
    except Refused as refused:
        if begun:
            _put_back(database, actor, upload_id, refused)
        raise


def undo(database: Database, actor: Actor, upload_id: int, *, days: int = DAYS) -> Undone:
    """Take back what an upload did, wherever nobody changed it since; see `review.undo_applied`."""
    with telling(database, upload_id) as progress, database.transaction(actor) as session:
        progress.step("writing")
        return review.undo_applied(session, actor, upload_id, days=days)


def _write_down(database: Database, actor: Actor, upload_id: int) -> None:
    """For everybody to see at once, in a transaction of its own."""
    with database.transaction(actor) as session:
        turns.allow_time(session)  # for a check of the same file to end
        upload = session.get_one(Upload, upload_id, with_for_update=True)
        upload.state, upload.started_at = "applying", datetime.now(UTC)


def _put_back(database: Database, actor: Actor, upload_id: int, refused: Refused) -> None:
    """Nothing was changed: the upload waits as before, and says why."""
    with database.transaction(actor) as session:
        upload = session.get_one(Upload, upload_id, with_for_update=True)
        if upload.state not in OPEN or turns.is_being_applied(session, upload_id):
            return
        stopped = {
            "at": datetime.now(UTC).isoformat(),
            "by": actor.name,
            "message": refused.message,
        }
        upload.state = "received"
        upload.summary = {**(upload.summary or {}), "stopped": stopped}
