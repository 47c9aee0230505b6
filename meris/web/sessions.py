"""Who is at the other end of a request: a person's sign-in, a machine's token, or the public.

The browser's cookie is signed and holds no more than a random text; the sign-in itself is a row of
the database, so that logging out, a new password or an administrator ends it at once.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import cast

from flask import Flask, Response, g, request, session
from sqlalchemy.orm import Session

from meris.accounts import PUBLIC, Viewer, people, sign_ins, tokens, viewer_of
from meris.db import SYSTEM, Actor, name_actor
from meris.tables import Account, SignIn
from meris.web.context import context
from meris.web.fan import KEY as HAND_OVER
from meris.web.fan import HandOver

#: Where the cookie keeps the text that stands for the sign-in.
KEY = "sign_in"
_PUBLIC_MARK = "public"
#: A long answer, such as the feed, is cut this soon after its sign-in or token has ended.
RECHECK_SECONDS = 60.0


@dataclass(frozen=True)
class Visit:
    """What a request's cookie or token turned out to be.

    `viewer` is the public as long as the account has a duty: a thing to do before anything else.
    `ended`: the request shows a sign-in or token that is no longer good.
    """

    viewer: Viewer = PUBLIC
    account: Account | None = None
    token_id: int | None = None
    duty: str | None = None
    ended: bool = False

    @property
    def actor(self) -> Actor:
        """Whom the journal names."""
        return (viewer_of(self.account) if self.account else self.viewer).actor


def init_app(app: Flask) -> None:
    """Close the request's database session at its end, and cut answers that outlive a sign-in."""
    app.after_request(_cut_when_ended)
    app.after_request(_finish)
    app.teardown_request(lambda _error: give_up())


def visit() -> Visit:
    """Who asks; found out once a request."""
    if "visit" not in g:
        g.visit = _read()
        g.viewer = g.visit.viewer
    return cast(Visit, g.visit)


def limits() -> sign_ins.Limits:
    """How long sign-ins last here."""
    settings = context().settings
    return sign_ins.Limits(
        idle=timedelta(minutes=settings.session_idle_minutes),
        life=timedelta(hours=settings.session_hours),
        reader_life=timedelta(days=settings.wall_days),
    )


def mark() -> str:
    """A name for this sign-in that opens nothing; a page sends it along as `?as=`.

    When somebody logs out in another tab, the page's next question is then refused, and not
    answered as if it came from the public.
    """
    token = session.get(KEY) if visit().viewer.signed_in else None
    return hashlib.sha256(f"mark:{token}".encode()).hexdigest()[:12] if token else _PUBLIC_MARK


def bearer() -> str | None:
    """What a machine sends as `Authorization: Bearer …`."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def is_somebody_else() -> bool:
    """Whether the page that asks was made for a sign-in that this browser has no longer."""
    claimed = request.args.get("as", _PUBLIC_MARK)
    return claimed not in (_PUBLIC_MARK, mark())


def shows_token() -> bool:
    """Whether the request goes by a token; those open the API and nothing else."""
    return request.path.startswith("/api/") and bearer() is not None


def _read() -> Visit:
    if shows_token():
        return _machine(bearer() or "")
    token = session.get(KEY)
    return _person(token) if isinstance(token, str) else Visit()


def _machine(secret: str) -> Visit:
    with context().database.reading() as db:
        token = tokens.find(db, secret)
    if token is None:
        return Visit(ended=True)
    if tokens.is_stale(token):
        with context().database.transaction(SYSTEM) as db:
            tokens.touch(db, token.id)
    return Visit(tokens.viewer_of(token), token_id=token.id)


def _person(token: str) -> Visit:
    with context().database.reading() as db:
        sign_in = sign_ins.find(db, token, limits())
    if sign_in is None or session.get("_user_id") != sign_in.account.fs_uniquifier:
        return Visit(ended=True)
    _touch(sign_in)
    account = sign_in.account
    duty = _duty(account)
    return Visit(PUBLIC if duty else viewer_of(account), account=account, duty=duty)


def _touch(sign_in: SignIn) -> None:
    if sign_ins.is_stale(sign_in):
        with context().database.transaction(SYSTEM) as db:
            sign_ins.touch(db, sign_in.id)


def _duty(account: Account) -> str | None:
    """A password that somebody else made up is changed first, then a missing factor is set up."""
    if account.confirmed_at is None:
        return "password"
    has_factor = bool(account.tf_primary_method or account.webauthn)
    asked = people.must_use_second_factor(account, context().settings.mfa_roles)
    return "second_factor" if asked and not has_factor else None


# The session that Flask-Security works in


def accounts_session() -> Session:
    """The request's own transaction, opened when it is first asked for."""
    if "accounts_block" not in g:
        g.accounts_block = context().database.transaction(visit().actor)
        g.accounts_session = g.accounts_block.__enter__()
    return cast(Session, g.accounts_session)


def act_as(account: Account) -> None:
    """From here on the request's transaction is this account's."""
    name_actor(accounts_session(), viewer_of(account).actor)


def _finish(response: Response) -> Response:
    """Keep what a request did when it went well. Runs before anything of the answer is sent."""
    if response.status_code < 400 and (block := _block()):
        block.__exit__(None, None, None)
    give_up()
    return response


def give_up() -> None:
    """Keep nothing of what the request did so far, and let go of its connection."""
    if block := _block():
        reason = _GivenUp()
        block.__exit__(_GivenUp, reason, None)


def _block() -> AbstractContextManager[Session] | None:
    g.pop("accounts_session", None)
    return cast("AbstractContextManager[Session] | None", g.pop("accounts_block", None))


class _GivenUp(Exception):  # noqa: N818  # never leaves this module
    """Ends a transaction without keeping it."""


# Long answers


def _cut_when_ended(response: Response) -> Response:
    opened = visit() if "visit" in g else Visit()
    if response.mimetype == "text/event-stream" and opened.viewer.signed_in:
        given: HandOver | None = request.environ.get(HAND_OVER)
        if given and given.mailbox:
            given.is_good = _check_again(opened)
            return response
        chunks = cast(Iterator[bytes], iter(response.response))
        response.response = _while_good(chunks, _check_again(opened))
    return response


def _while_good(chunks: Iterator[bytes], is_good: Callable[[], bool]) -> Iterator[bytes]:
    due = monotonic() + RECHECK_SECONDS
    for chunk in chunks:
        if monotonic() >= due:
            if not is_good():
                return
            due = monotonic() + RECHECK_SECONDS
        yield chunk


def _check_again(opened: Visit) -> Callable[[], bool]:
    """Whether who opened the answer would be the same person or machine now."""
    database, lasts = context().database, limits()
    token = (bearer() or "") if opened.token_id else str(session.get(KEY))

    def is_good() -> bool:
        with database.reading() as db:
            if opened.token_id:
                return tokens.find(db, token) is not None
            found = sign_ins.find(db, token, lasts)
            return found is not None and viewer_of(found.account) == opened.viewer

    return is_good
