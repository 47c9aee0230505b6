"""/healthz: the process lives. /readyz: it can do its work. For load balancers and supervisors."""

from collections.abc import Callable

import structlog
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from meris import migrations
from meris.web.context import context
from meris.web.troubles import SILENT, words_of

probes = Blueprint("health", __name__)
log = structlog.get_logger(__name__)


@probes.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answers as long as the process does; asks nobody."""
    return jsonify(alive=True)


@probes.get("/readyz")
def readyz() -> ResponseReturnValue:
    """200 when every part works; 503 with the parts that do not, and why as far as is known."""
    because = {name: why for name, check in _CHECKS.items() if (why := _fails(name, check))}
    if not context().hub.alive:
        because["feed"] = _UNHEARD
    checks = {name: name not in because for name in (*_CHECKS, "feed")}
    answer = jsonify(ready=not because, checks=checks, because=because)
    return answer, 503 if because else 200


def _answers(connection: Connection) -> bool:
    return connection.scalar(text("SELECT true")) is True


def _journal_is_ours(connection: Connection) -> bool:
    """False after a restore, until `meris db migrate` has adopted the journal."""
    statement = "SELECT EXISTS (SELECT FROM journal_home WHERE identity = journal_identity())"
    return connection.scalar(text(statement)) is True


_CHECKS: dict[str, Callable[[Connection], bool]] = {
    "database": _answers,
    "schema": migrations.is_current,
    "journal": _journal_is_ours,
}
_UNHEARD = "What changes cannot be read just now. It is tried again every few seconds."
#: What a check means that the database has answered with no.
_MEANS = {
    "schema": "The schema is not the one of this version. Run: meris db migrate",
    "journal": "The database was restored and its journal not adopted. Run: meris db migrate",
}


def _fails(name: str, check: Callable[[Connection], bool]) -> str | None:
    """Why a part does not work; None when it does."""
    try:
        with context().database.reading() as session:
            return None if check(session.connection()) else _MEANS.get(name, SILENT)
    except SQLAlchemyError as error:
        log.warning("not ready", check=name, exc_info=error)
        return words_of(error)
