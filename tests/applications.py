"""MERIS as a Flask application, without a server."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from meris.app import create_app
from meris.db import Database
from meris.settings import Settings
from tests.people import Visitor


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """MERIS in this test's transaction: it sees what `session` made, and the reverse."""
    app = create_app(settings, database)
    app.test_client_class = Visitor
    return app


@pytest.fixture
def client(app: Flask) -> Visitor:
    """Somebody at the other end of a request; the public until they `sign_in`."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs commands of the application."""
    return app.test_cli_runner()
