"""/healthz: the process lives. /readyz: it can do its work. For load balancers and supervisors."""

from collections.abc import Callable

import structlog
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from meris import migrations
from meris.web.context import context

probes = Blueprint("health", __name__)
log = structlog.get_logger(__name__)


@probes.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answers as long as the process does; asks nobody."""
    return jsonify(alive=True)


@probes.get("/readyz")
def readyz() -> ResponseReturnValue:
    """200 when every part works; 503 with the parts that do not."""
    checks = {name: _passes(name, check) for name, check in _CHECKS.items()}
    checks["feed"] = context().hub.alive
    ready = all(checks.values())
    return jsonify(ready=ready, checks=checks), 200 if ready else 503


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


def _passes(name: str, check: Callable[[Connection], bool]) -> bool:
    try:
        with context().database.reading() as session:
            return check(session.connection())
    except SQLAlchemyError as error:
        log.warning("not ready", check=name, exc_info=error)
        return False
