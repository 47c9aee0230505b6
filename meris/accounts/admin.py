"""What an administrator does with the accounts of people; `people` is how it is done.

Nobody closes their own account or takes away their own roles: so an administrator is always left.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from meris.accounts import people, sign_ins
from meris.accounts.roles import Viewer
from meris.errors import Invalid, NotFound
from meris.tables import Account, Agency

#: States of an account, as lists name and filter them.
STATES = {
    "new": "Has not logged in yet",
    "open": "Open",
    "closed": "Closed",
}


class Line(NamedTuple):
    """An account in the list. `devices` is where it is logged in now, and `seen_at` when one of
    these was last used."""

    account: Account
    devices: int
    seen_at: datetime | None

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if not self.account.active:
            return "closed"
        return "open" if self.account.confirmed_at else "new"


def listed(
    session: Session,
    viewer: Viewer,
    limits: sign_ins.Limits,
    *,
    q: str = "",
    state: str = "",
    after: str = "",
    most: int = 100,
) -> list[Line]:
    """Accounts by address, those after `after`; `q` is a part of a name, address or agency.

    Raises `Forbidden`.
    """
    viewer.require("accounts", "see the accounts of people")
    found = select(Account).outerjoin(Agency, Agency.id == Account.agency_id)
    found = found.where(Account.email > after, *_wanted(q, state))
    accounts = session.scalars(found.order_by(Account.email).limit(most)).unique().all()
    return _lines(session, accounts, limits)


def _wanted(q: str, state: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if words := q.strip():
        columns = (Account.name, Account.email, Agency.name)
        wanted.append(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    if state in STATES:
        wanted.append(Account.active.is_(state != "closed"))
    if state in ("new", "open"):
        settled = Account.confirmed_at.is_not(None)
        wanted.append(settled if state == "open" else ~settled)
    return wanted


def one(session: Session, viewer: Viewer, limits: sign_ins.Limits, account_id: int) -> Line:
    """One account. Raises `Forbidden`, `NotFound`."""
    account = _find(session, viewer, account_id)
    return _lines(session, [account], limits)[0]


def _lines(session: Session, accounts: Sequence[Account], limits: sign_ins.Limits) -> list[Line]:
    devices = sign_ins.by_account(session, [account.id for account in accounts], limits)
    return [Line(account, *devices.get(account.id, (0, None))) for account in accounts]


def set_place(
    session: Session,
    viewer: Viewer,
    account_id: int,
    *,
    roles: Iterable[str],
    agency: Agency | None,
) -> Account:
    """What an account may do from now on, and for whom. Raises `Invalid` for one's own roles."""
    account, roles = _find(session, viewer, account_id), list(roles)
    own = {role.name for role in account.roles}
    if account_id == viewer.account_id and set(roles) != own:
        raise Invalid("Your own roles are changed by another administrator.")
    people.set_roles(session, account, roles)
    people.set_agency(session, account, agency)
    return account


def set_active(session: Session, viewer: Viewer, account_id: int, *, active: bool) -> Account:
    """Close an account, or open it again. Raises `Invalid` for one's own."""
    account = _find(session, viewer, account_id)
    if account_id == viewer.account_id:
        raise Invalid("Your own account is closed by another administrator.")
    people.set_active(session, account, active=active)
    return account


def new_password(
    session: Session, viewer: Viewer, account_id: int, mfa_roles: frozenset[str]
) -> people.NewPassword:
    """A pass phrase for somebody who lost their password; ends their sign-ins. Raises `Invalid`
    for oneself."""
    account = _find(session, viewer, account_id)
    if account_id == viewer.account_id:
        raise Invalid("Change your own password on the page of your account.")
    return people.set_password(session, account, mfa_roles=mfa_roles)


def take_second_factor(session: Session, viewer: Viewer, account_id: int) -> Account:
    """Forget the second factors of somebody who lost them; ends their sign-ins."""
    account = _find(session, viewer, account_id)
    people.take_second_factor(session, account)
    return account


def end_sign_ins(session: Session, viewer: Viewer, account_id: int) -> tuple[Account, int]:
    """Log an account out everywhere; on how many devices that was."""
    account = _find(session, viewer, account_id)
    return account, sign_ins.end_all(session, account_id)


def _find(session: Session, viewer: Viewer, account_id: int) -> Account:
    viewer.require("accounts", "keep the accounts of people")
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return account
