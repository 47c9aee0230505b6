"""Who is on duty on which unit, and the devices that say where it is."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from meris.tables.accounts import Account
from meris.tables.base import Base, BigInt, Id, Moment, Now


class Duty(Base):
    """A person's turn on a unit, from the start to the end; positions are kept only within one."""

    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint("until_at > started_at", name="until_at"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint(
            "ended_by IN ('self', 'limit', 'log_out', 'unit', 'dispatcher')", name="ended_by"
        ),
        Index("uq_duty_now", "account_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_duty_unit", "resource_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_duty_account", "account_id", "started_at"),
    )

    id: Mapped[Id]
    account_id: Mapped[BigInt] = mapped_column(ForeignKey("account.id"))
    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), comment="the unit"
    )
    started_at: Mapped[Moment]
    until_at: Mapped[Moment] = mapped_column(comment="ends by itself then")
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[str | None] = mapped_column(comment="what ended it")
    sharing: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="whether positions are kept"
    )
    sharing_at: Mapped[Moment | None] = mapped_column(comment="since when it is so")
    language: Mapped[str] = mapped_column(
        server_default="en", comment="of the phone: notices are written in it"
    )

    account: Mapped[Account] = relationship(viewonly=True)


class Device(Base):
    """A phone's own program that reports positions for a person. Only its token's hash is kept."""

    __tablename__ = "device"
    __table_args__ = (CheckConstraint("kind IN ('owntracks', 'traccar')", name="kind"),)

    id: Mapped[Id]
    account_id: Mapped[BigInt] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(comment="the protocol: owntracks or traccar")
    hint: Mapped[str] = mapped_column(comment="first characters, to tell tokens apart")
    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256, hex")
    created_at: Mapped[Now]
    last_used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
