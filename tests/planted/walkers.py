"""Fixtures: walkers, and who plants what before whom."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from weasyprint import HTML

from meris.db import Database
from meris.ics.paper import Nothing
from meris.settings import Settings
from tests.applications import renew
from tests.people import PEOPLE, account
from tests.planted import world
from tests.planted.walking import Walker, cookie_of
from tests.planted.world import Planted


@pytest.fixture
def walk(
    app: Flask,
    settings: Settings,
    database: Database,
    connection: Connection,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Walker]:
    """Makes a walker, before whom the application remembers nothing of the one before."""
    monkeypatch.setattr("meris.ics.press._pressed", _pressed_here)
    for who in PEOPLE:
        account(session, who)
    cookies = {who: cookie_of(session, who) for who in ("nobody", *PEOPLE)}

    def walker(who: str) -> Walker:
        renew(app, settings, database)
        return Walker(app, connection, cookies[who])

    return walker


def _pressed_here(page: str) -> bytes:
    """The same document as by a process of its own, which takes a second to begin and has tests of
    its own; a walk asks for a dozen."""
    return bytes(HTML(string=page, url_fetcher=Nothing()).write_pdf(pdf_variant="pdf/ua-1"))


@pytest.fixture
def plant(session: Session) -> Callable[[str, Planted], Callable[[], list[Planted]]]:
    """Plants what is a secret to somebody, when told to; what is none to them is there already."""

    def prepare(who: str, ground: Planted) -> Callable[[], list[Planted]]:
        def confidential() -> Planted:
            return world.plant(session, "Plumbago", "confidential", beside=ground)

        def restricted() -> Planted:
            return world.plant(session, "Wyvering", "restricted", beside=ground)

        if who == "nobody":
            return lambda: [restricted(), confidential()]
        restricted()
        return lambda: [confidential()]

    return prepare
