"""What the tests against intruders are given: one world for all tests of a module."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from meris.app import create_app
from meris.db import SYSTEM, Database
from meris.settings import Settings
from tests.intruders import things
from tests.intruders.standing import Standing
from tests.people import PEOPLE, Visitor, account, signed_in


@pytest.fixture(scope="module")
def standing(settings: Settings, _shared_connection: Connection) -> Iterator[Standing]:
    """Everybody with an account and signed in, and an application that sees them."""
    transaction = _shared_connection.begin()
    database = Database(_shared_connection)
    with database.transaction(SYSTEM) as session:
        cookies = {who: signed_in(session, account(session, who)) for who in PEOPLE}
        app = create_app(settings, database)
        app.test_client_class = Visitor
        yield Standing(app, _shared_connection, session, cookies)
    transaction.rollback()


@pytest.fixture(scope="module")
def ids(standing: Standing) -> dict[str, int]:
    """One of everything of the own agency, by what it is."""
    made = things.of(standing.session, things.OWN)
    standing.session.commit()
    return made
