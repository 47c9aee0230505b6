"""Rita's engine and her phone."""

import pytest

from meris.dispatch.assignments import assign
from tests import makers, phones
from tests.phones import minutes_ago


@pytest.fixture
def engine(session, rita):
    """Rita's engine, available for two hours."""
    return makers.unit(
        session,
        name="E12",
        agency_id=rita.agency_id,
        status_at=minutes_ago(120),
        status_by="Dana",
    )


@pytest.fixture
def fire(session):
    return makers.incident(session)


@pytest.fixture
def held(session, dana, fire, engine):
    """The engine was sent half an hour ago."""
    return assign(session, dana, fire, [engine], at=minutes_ago(30))[0]


@pytest.fixture
def send(database, rita):
    """Rita's phone sends."""
    return lambda *given, **options: phones.send(database, rita, *given, **options)
