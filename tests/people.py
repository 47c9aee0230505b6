"""People with names, and ways for them to sign in.

Dana     dispatcher at Boone County Joint Communications
Carol    county editor of Boone County, and Joe of Greene County
Rita     responder, on an engine of the Columbia fire department
Sam      shelter manager of Boone County
Stella   the state's logistics
Ruth     reader of Boone County, and Otto the state's auditor
Gus      responder of Greene County
Ada      administrator
nobody   the public
"""

import secrets
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from meris.accounts import PUBLIC, Viewer, passwords, sign_ins, viewer_of
from meris.tables import Account, Agency, Role

#: Everybody's; long enough for the roles that need a second factor too.
PASSWORD = "sirens over the Ozarks at nine"


class Person(NamedTuple):
    """What an account of the cast is made from."""

    name: str
    role: str
    agency: str
    kind: str
    county: str | None = None


PEOPLE = {
    "dana": Person("Dana", "dispatcher", "Boone County Joint Communications", "other", "29019"),
    "carol": Person("Carol", "county_editor", "Boone County OEM", "county", "29019"),
    "joe": Person("Joe", "county_editor", "Greene County OEM", "county", "29077"),
    "rita": Person("Rita", "responder", "Columbia Fire Department", "fire", "29019"),
    "sam": Person("Sam", "shelter_manager", "Boone County OEM", "county", "29019"),
    "stella": Person("Stella", "state", "State Emergency Management Agency", "state"),
    "ruth": Person("Ruth", "reader", "Boone County OEM", "county", "29019"),
    "otto": Person("Otto", "auditor", "State Emergency Management Agency", "state"),
    "gus": Person("Gus", "responder", "Greene County OEM", "county", "29077"),
    "ada": Person("Ada", "admin", "State Emergency Management Agency", "state"),
}


@cache
def _hashed() -> str:
    # hashing is slow on purpose, so it is done once a process and not once a person
    return passwords.hash_password(PASSWORD)


def email(who: str) -> str:
    """The address that somebody of the cast signs in with."""
    return f"{who}@example.org"


def account(session: Session, who: str) -> Account:
    """The account of somebody of the cast, made when it is not there."""
    known = session.scalar(select(Account).where(Account.email == email(who)))
    return known or _new_account(session, who)


def _new_account(session: Session, who: str) -> Account:
    return hire(session, PEOPLE[who], email(who))


def hire(session: Session, person: Person, address: str) -> Account:
    """An account for somebody, whose e-mail address is taken by nobody."""
    made = Account(
        name=person.name,
        email=address,
        agency=_agency(session, person),
        roles=[session.scalars(select(Role).where(Role.name == person.role)).one()],
        password=_hashed(),
        fs_uniquifier=secrets.token_hex(32),
        fs_webauthn_user_handle=secrets.token_hex(32),
        active=True,
        # the password is their own, not one that somebody made up for them
        confirmed_at=datetime.now(UTC),
    )
    session.add(made)
    session.flush()
    return made


def _agency(session: Session, person: Person) -> Agency:
    known = session.scalar(select(Agency).where(Agency.name == person.agency))
    return known or Agency(name=person.agency, kind=person.kind, county_fips=person.county)


class Cast:
    """The people, made when they are first asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def account(self, who: str) -> Account:
        """Somebody's account."""
        return account(self._session, who)

    def viewer(self, who: str) -> Viewer:
        """Somebody as the rules see them; "nobody" is the public."""
        return PUBLIC if who == "nobody" else viewer_of(self.account(who))


@pytest.fixture
def cast(session: Session) -> Cast:
    """The people of this test, in its transaction."""
    return Cast(session)


@pytest.fixture
def dana(cast: Cast) -> Viewer:
    """The dispatcher."""
    return cast.viewer("dana")


@pytest.fixture
def rita(cast: Cast) -> Viewer:
    """The responder."""
    return cast.viewer("rita")


def signed_in(session: Session, person: Account) -> dict[str, Any]:
    """What the cookie of somebody says who has just logged in."""
    return {
        "sign_in": sign_ins.start(session, person.id),
        "_user_id": person.fs_uniquifier,
        "_fresh": True,
        "fs_cc": "set",
        "fs_paa": time.time(),
    }


class Visitor(FlaskClient):
    """A browser without a screen, in the hands of the public until somebody signs in."""

    def sign_in(self, session: Session, who: str) -> Viewer:
        """As one of the cast, without the log-in page: that has tests of its own."""
        person = account(session, who)
        with self.session_transaction() as cookie:
            cookie.update(signed_in(session, person))
        return viewer_of(person)

    def csrf(self) -> dict[str, str]:
        """The header that a page of ours would send with a change."""
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        signer = URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token")
        return {"X-CSRFToken": str(signer.dumps(raw))}
