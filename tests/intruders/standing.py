"""One application and its people for all tests of a module; each request is undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from meris.tables import Account
from tests.people import Visitor, signed_in


class Standing(NamedTuple):
    """What stands for as long as a module's tests run."""

    app: Flask
    connection: Connection
    session: Session
    cookies: dict[str, dict[str, Any]]

    def client(self, who: str) -> Visitor:
        """A browser in somebody's hands; "nobody" is the public."""
        return self._with(self.cookies.get(who, {}))

    def client_of(self, person: Account) -> Visitor:
        """A browser in the hands of somebody who has just logged in."""
        return self._with(signed_in(self.session, person))

    def _with(self, cookie: dict[str, Any]) -> Visitor:
        client = self.app.test_client()
        with client.session_transaction() as kept:
            kept.update(cookie)
        return client

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens in the block has not happened after it."""
        before = self.connection.begin_nested()
        try:
            yield
        finally:
            before.rollback()


@contextmanager
def kept(client: Visitor) -> Iterator[None]:
    """The browser's cookie is as it was, whatever is done in the block."""
    with client.session_transaction() as cookie:
        before = dict(cookie)
    yield
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(before)
