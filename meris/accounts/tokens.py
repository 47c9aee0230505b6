"""API tokens: keys that an agency gives to its machines. Shown once; only the hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from meris.accounts.roles import ROLES, RoleRules, Viewer
from meris.errors import Forbidden, Invalid, NotFound
from meris.tables import Agency, ApiToken

#: Marks the text as a key of MERIS, for people and for scanners of leaked secrets.
PREFIX = "meris_"
_SECRET_BYTES = 32
_HINT_LENGTH = len(PREFIX) + 4
_TOUCH_EVERY = timedelta(minutes=1)

#: What a token may be, at most, that somebody of a role makes. Nobody makes a machine an admin.
_GRANTS = {
    "county_editor": ("reader", "responder", "shelter_manager", "county_editor"),
    "state": ("reader", "responder", "shelter_manager", "county_editor", "dispatcher", "state"),
    "admin": ("reader", "responder", "shelter_manager", "county_editor", "dispatcher", "state"),
}


@dataclass(frozen=True)
class NewToken:
    """A token and its secret; the only time that the secret can be seen."""

    token: ApiToken
    secret: str


def grantable(viewer: Viewer) -> tuple[RoleRules, ...]:
    """The roles that a token of this viewer's making may have."""
    names = {name for role in viewer.roles for name in _GRANTS.get(role, ())}
    return tuple(role for role in ROLES if role.name in names)


def create(
    session: Session, viewer: Viewer, *, name: str, role: str, agency: Agency | None = None
) -> NewToken:
    """A new token of the viewer's agency, or of `agency` where the viewer may edit everything.

    Raises `Forbidden`, or `Invalid` for a name or role that cannot be.
    """
    viewer.require("tokens", "make API tokens")
    name = " ".join(name.split())
    if not 0 < len(name) <= 80:
        raise Invalid("Name the machine or program that will use the token, in 80 letters or less.")
    if role not in {rules.name for rules in grantable(viewer)}:
        raise Invalid(f'You cannot give a token the role "{role}".')
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    token = ApiToken(
        agency_id=_agency_id(viewer, agency),
        name=name,
        role=role,
        hint=secret[:_HINT_LENGTH],
        token_hash=_hash(secret),
        created_by=viewer.account_id,
    )
    session.add(token)
    session.flush()
    return NewToken(token, secret)


def _agency_id(viewer: Viewer, agency: Agency | None) -> int:
    agency_id = agency.id if agency else viewer.agency_id
    if agency_id is None:
        raise Invalid("A token belongs to an agency, and you belong to none. Name one.")
    if agency_id != viewer.agency_id and not viewer.may("edit_all"):
        raise Forbidden("You may make tokens for your own agency only.")
    return agency_id


def of(session: Session, viewer: Viewer) -> Sequence[ApiToken]:
    """The tokens that the viewer may see and revoke, newest first."""
    viewer.require("tokens", "see API tokens")
    statement = (
        select(ApiToken)
        .options(joinedload(ApiToken.agency), joinedload(ApiToken.creator))
        .order_by(ApiToken.created_at.desc())
    )
    if not viewer.may("accounts"):
        statement = statement.where(ApiToken.agency_id == viewer.agency_id)
    return session.scalars(statement).all()


def revoke(session: Session, viewer: Viewer, token_id: int) -> ApiToken:
    """End a token; it stays in the list. Raises `NotFound` for one of another agency."""
    token = session.get(ApiToken, token_id)
    visible = token and (viewer.may("accounts") or token.agency_id == viewer.agency_id)
    if token is None or not visible:
        raise NotFound("There is no such token.")
    viewer.require("tokens", "revoke API tokens")
    if token.revoked_at is None:
        token.revoked_at = datetime.now(UTC)
    session.flush()
    return token


def find(session: Session, secret: str) -> ApiToken | None:
    """The token that the secret opens, with its agency; None when there is none or no longer."""
    if not secret.startswith(PREFIX):
        return None
    statement = (
        select(ApiToken)
        .options(joinedload(ApiToken.agency))
        .where(ApiToken.token_hash == _hash(secret), ApiToken.revoked_at.is_(None))
    )
    return session.scalar(statement)


def viewer_of(token: ApiToken) -> Viewer:
    """The rules' view of a token."""
    return Viewer(
        name=f"{token.name} (token {token.hint}…)",
        agency_id=token.agency_id,
        agency_name=token.agency.name,
        roles=frozenset({token.role}),
    )


def is_stale(token: ApiToken) -> bool:
    """Whether `touch` is due."""
    return token.last_used_at is None or datetime.now(UTC) - token.last_used_at > _TOUCH_EVERY


def touch(session: Session, token_id: int) -> None:
    """Note that the token was used just now."""
    now = func.clock_timestamp()
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
