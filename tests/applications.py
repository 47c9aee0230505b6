"""MERIS as a Flask application, without a server.

To make one takes a fifth of a second, and its templates are compiled when they are first shown. So
there is one for each process, which stands on each test's transaction in turn, and is afterward
what it was before. A test that builds on to its application makes one of its own (`app_with`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from meris.app import create_app, stand_on
from meris.db import Database
from meris.settings import Settings
from meris.web import logs
from tests.people import Visitor

#: The application of this process, by the settings that it was made with.
_made: dict[Settings, Flask] = {}


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    """MERIS in this test's transaction: it sees what `session` made, and the reverse."""
    with standing_on(settings, database) as app:
        yield app


@contextmanager
def standing_on(settings: Settings, database: Database) -> Iterator[Flask]:
    """The application of this process on a database, as if nobody had used it before."""
    app = _made.get(settings)
    if app is None:
        _made.clear()
        app = _made[settings] = create_app(settings, database)
        app.test_client_class = Visitor
    renew(app, settings, database)
    config, views = dict(app.config), dict(app.view_functions)
    yield app
    app.config.clear()
    app.config.update(config)
    app.view_functions.clear()
    app.view_functions.update(views)


def renew(app: Flask, settings: Settings, database: Database) -> None:
    """Have an application remember nothing of what it was asked."""
    stand_on(app, settings, database)
    logs.configure(settings.log_level)
    for limiter in app.extensions["limiter"]:
        limiter.reset()


@pytest.fixture
def client(app: Flask) -> Visitor:
    """Somebody at the other end of a request; the public until they `sign_in`."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs commands of the application."""
    return app.test_cli_runner()
