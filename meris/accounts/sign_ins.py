"""Sign-ins: the sessions of people, kept in the database so that each can be ended.

The browser holds 128 random bits; the database holds their hash.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from meris.tables import Account, Role, SignIn
from meris.tables.accounts import account_role

_TOKEN_BYTES = 16
#: The time of last use is written at most this often.
_TOUCH_EVERY = timedelta(minutes=1)
_READER = "reader"


@dataclass(frozen=True)
class Limits:
    """How long a sign-in lasts: without use, and at all.

    `reader_life` in place of `life` for an account that can only read: a screen on the wall has
    nobody who would log in again every day, and who takes it over changes nothing.
    """

    idle: timedelta
    life: timedelta
    reader_life: timedelta | None = None


def start(session: Session, account_id: int) -> str:
    """A new sign-in; returns what the browser is to show."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(SignIn(account_id=account_id, token_hash=_hash(token)))
    session.flush()
    return token


def find(session: Session, token: str, limits: Limits) -> SignIn | None:
    """The sign-in with its account, agency and roles; None when it has ended for any reason."""
    statement = (
        select(SignIn)
        .join(SignIn.account)
        .options(
            joinedload(SignIn.account).joinedload(Account.agency),
            joinedload(SignIn.account).selectinload(Account.roles),
            joinedload(SignIn.account).selectinload(Account.webauthn),
        )
        .where(SignIn.token_hash == _hash(token), Account.active, _lasts(limits))
    )
    return session.scalar(statement)


def is_stale(sign_in: SignIn) -> bool:
    """Whether `touch` is due."""
    return sign_in.seen_ago > _TOUCH_EVERY


def touch(session: Session, sign_in_id: int) -> None:
    """Note that it was used just now."""
    session.execute(
        update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=func.clock_timestamp())
    )


def end(session: Session, token: str) -> None:
    """End one sign-in; nothing happens when it has ended."""
    session.execute(delete(SignIn).where(SignIn.token_hash == _hash(token)))


def end_all(session: Session, account_id: int, *, keep: str | None = None) -> int:
    """End all sign-ins of an account but the one at hand; returns how many there were."""
    statement = delete(SignIn).where(SignIn.account_id == account_id)
    if keep is not None:
        statement = statement.where(SignIn.token_hash != _hash(keep))
    return len(session.scalars(statement.returning(SignIn.id)).all())


def others(session: Session, account_id: int, token: str, limits: Limits) -> int:
    """On how many other devices the account is signed in."""
    statement = select(func.count()).where(
        SignIn.account_id == account_id, SignIn.token_hash != _hash(token), _lasts(limits)
    )
    return session.scalar(statement) or 0


def by_account(
    session: Session, account_ids: Sequence[int], limits: Limits
) -> dict[int, tuple[int, datetime]]:
    """Of accounts that are signed in: on how many devices, and when one was last used."""
    found = session.execute(
        select(SignIn.account_id, func.count(), func.max(SignIn.last_seen_at))
        .where(SignIn.account_id.in_(account_ids), _lasts(limits))
        .group_by(SignIn.account_id)
    )
    return {account_id: (devices, seen_at) for account_id, devices, seen_at in found}


def prune(session: Session, limits: Limits) -> None:
    """Remove those that have ended by themselves."""
    session.execute(delete(SignIn).where(~_lasts(limits)))


def _lasts(limits: Limits):  # type: ignore[no-untyped-def]
    now = func.clock_timestamp()
    life = case((_only_reads(), limits.reader_life or limits.life), else_=limits.life)
    return (SignIn.last_seen_at > now - limits.idle) & (SignIn.created_at > now - life)


def _only_reads() -> ColumnElement[bool]:
    """Whether the sign-in's account has the role of a reader and no other."""
    roles = (
        select(Role.id)
        .join(account_role, account_role.c.role_id == Role.id)
        .where(account_role.c.account_id == SignIn.account_id)
    )
    return roles.where(Role.name == _READER).exists() & ~roles.where(Role.name != _READER).exists()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
