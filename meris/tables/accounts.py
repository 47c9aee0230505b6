"""Agencies, the accounts that belong to them, and the ways an account proves itself."""

from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meris.tables.base import Base, Id, Moment, Now


class Agency(Base):
    """Who owns resources and employs people: a county, a city, a state office, a charity."""

    __tablename__ = "agency"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(comment="county, city, fire, ems, law, state, ngo, other")
    county_fips: Mapped[str | None] = mapped_column(ForeignKey("county.fips"))
    phone: Mapped[str | None]
    created_at: Mapped[Now]


account_role = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base, RoleMixin):
    """What a person may do (domain §10.5); the rows are made by `meris db migrate`."""

    __tablename__ = "role"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]


class Account(Base, UserMixin):
    """A person who signs in. The column names after `agency_id` are Flask-Security's.

    Its mixin declares them for every way of storing an account, more narrowly than ours is.
    """

    __tablename__ = "account"

    id: Mapped[Id]
    name: Mapped[str]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    confirmed_at: Mapped[Moment | None]
    create_datetime: Mapped[Now]
    update_datetime: Mapped[Now]
    last_login_at: Mapped[Moment | None]
    current_login_at: Mapped[Moment | None]
    last_login_ip: Mapped[str | None]
    current_login_ip: Mapped[str | None]
    login_count: Mapped[int | None]
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_phone_number: Mapped[str | None]
    mf_recovery_codes: Mapped[Any | None] = mapped_column(MutableList.as_mutable(AsaList()))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)

    agency: Mapped[Agency | None] = relationship(lazy="joined")
    roles: Mapped[list[Role]] = relationship(secondary=account_role, lazy="selectin")
    webauthn: Mapped[list["WebAuthn"]] = relationship(
        back_populates="account", cascade="all, delete-orphan"
    )


class WebAuthn(Base, WebAuthnMixin):
    """A passkey or security key of an account."""

    __tablename__ = "webauthn"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, index=True, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int | None] = mapped_column(server_default=text("0"))
    transports: Mapped[Any | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str]
    extensions: Mapped[str | None]
    create_datetime: Mapped[Now]
    lastuse_datetime: Mapped[Now]
    name: Mapped[str]
    usage: Mapped[str]

    account: Mapped[Account] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """How Flask-Security finds the owner of a key."""
        return {"id": self.account_id}


class ApiToken(Base):
    """A key an agency hands to a machine of its own. Only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    hint: Mapped[str] = mapped_column(comment="first characters, to tell tokens apart")
    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256, hex")
    role: Mapped[str] = mapped_column(comment="what the token may do, a role's name")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Now]
    last_used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]

    agency: Mapped[Agency] = relationship(viewonly=True)
    creator: Mapped[Account | None] = relationship(viewonly=True)


class LogInFailure(Base):
    """A failed log-in. Kept here, not in memory, so that two web hosts count together."""

    __tablename__ = "log_in_failure"
    __table_args__ = (Index("ix_log_in_failure_who", "who", "at"),)

    id: Mapped[Id]
    who: Mapped[str] = mapped_column(comment="hash of the name that was tried, or of the address")
    at: Mapped[Now]
