"""Accounts of persons: made by an administrator, never by themselves, and without e-mail."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from meris.accounts import passwords, sign_ins
from meris.accounts.roles import ROLES, guarded
from meris.errors import Conflict, Invalid, NotFound
from meris.language import _
from meris.tables import Account, Agency, Role

_LONGEST_EMAIL = 254


@dataclass(frozen=True)
class NewPassword:
    """An account and the password it was given; the only time that the password can be seen."""

    account: Account
    password: str


def email_key(given: str) -> str:
    """An e-mail address as it is stored and compared. Raises `Invalid` for what is none.

    MERIS sends no mail, so that `@county.local` is as good as any.
    """
    text = passwords.normalize(given).strip().casefold()
    name, _at, host = text.rpartition("@")
    if not (name and host) or len(text) > _LONGEST_EMAIL or not text.isprintable() or " " in text:
        raise Invalid(_("This is not an e-mail address. It looks like name@example.org."))
    return text


def add(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    agency: Agency | None = None,
    password: str | None = None,
    settled: bool = False,
    mfa_roles: frozenset[str] = frozenset(),
) -> NewPassword:
    """A new account. Without a password it gets a random pass phrase.

    Unless `settled`, the person has to choose a password of their own at the first log-in.
    Raises `Conflict` when the address is taken, `Invalid` for a role or password that cannot be.
    """
    email, name = email_key(email), " ".join(name.split())
    if not name:
        raise Invalid("An account needs the person's name.")
    if session.scalar(select(Account.id).where(Account.email == email)):
        raise Conflict(f"There is an account {email} already.")
    account = Account(name=name, email=email, agency=agency, roles=_roles(session, roles))
    account.active = True
    account.fs_webauthn_user_handle = secrets.token_hex(32)
    chosen = _give_password(account, password, settled=settled, mfa_roles=mfa_roles)
    session.add(account)
    session.flush()
    return NewPassword(account, chosen)


def find(session: Session, email: str) -> Account:
    """An account by its address. Raises `NotFound`."""
    statement = select(Account).where(func.lower(Account.email) == email.strip().lower())
    account = session.scalar(statement)
    if account is None:
        raise NotFound(f"There is no account {email}. `meris user list` shows them all.")
    return account


def every(session: Session) -> Sequence[Account]:
    """All accounts by address."""
    return session.scalars(select(Account).order_by(Account.email)).unique().all()


def set_password(
    session: Session,
    account: Account,
    password: str | None = None,
    *,
    mfa_roles: frozenset[str] = frozenset(),
) -> NewPassword:
    """A new password given by an administrator; ends every sign-in of the account."""
    chosen = _give_password(account, password, settled=False, mfa_roles=mfa_roles)
    sign_ins.end_all(session, account.id)
    session.flush()
    return NewPassword(account, chosen)


def take_second_factor(session: Session, account: Account) -> None:
    """Forget authenticator, passkeys and recovery codes of somebody who lost them all."""
    account.tf_primary_method = account.tf_totp_secret = None
    account.mf_recovery_codes = None
    account.webauthn.clear()
    sign_ins.end_all(session, account.id)
    session.flush()


def set_roles(session: Session, account: Account, names: Iterable[str]) -> None:
    """The roles that an account has from now on. Raises `Invalid` for one that there is not."""
    account.roles = _roles(session, names)
    session.flush()


def set_agency(session: Session, account: Account, agency: Agency | None) -> None:
    """The agency that an account belongs to from now on; None is no agency."""
    account.agency = agency
    session.flush()


def set_active(session: Session, account: Account, *, active: bool) -> None:
    """Close an account, ending its sign-ins, or open it again."""
    account.active = active
    if not active:
        sign_ins.end_all(session, account.id)
    session.flush()


def words_about(account: Account) -> list[str]:
    """Texts on an account whose words make a poor password."""
    agency = account.agency
    return [account.name, account.email, *([agency.name] if agency else [])]


def must_use_second_factor(account: Account, mfa_roles: frozenset[str]) -> bool:
    """Whether one of the account's roles asks for it."""
    return guarded((role.name for role in account.roles), mfa_roles)


def _give_password(
    account: Account, password: str | None, *, settled: bool, mfa_roles: frozenset[str]
) -> str:
    chosen = password or passwords.new_passphrase()
    passwords.check(
        chosen,
        about=words_about(account),
        second_factor=must_use_second_factor(account, mfa_roles),
    )
    account.password = passwords.hash_password(chosen)
    account.fs_uniquifier = secrets.token_hex(32)
    account.confirmed_at = datetime.now(UTC) if settled else None
    return chosen


def _roles(session: Session, names: Iterable[str]) -> list[Role]:
    wanted = list(dict.fromkeys(names))
    if not wanted:
        raise Invalid(f"An account needs a role: {', '.join(role.name for role in ROLES)}.")
    found = {r.name: r for r in session.scalars(select(Role).where(Role.name.in_(wanted)))}
    for name in wanted:
        if name not in found:
            known = ", ".join(role.name for role in ROLES)
            raise Invalid(f'There is no role "{name}". The roles are {known}.')
    return [found[name] for name in wanted]
