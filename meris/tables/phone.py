"""What phones report, and what they are told: each once, whatever the line does."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Now


class PhoneReport(Base):
    """One thing a person said on a phone, with the answer it got. Never changed afterward.

    `said_at` and `sent_at` are by the phone's clock; `happened_at` is by ours.
    """

    __tablename__ = "phone_report"
    __table_args__ = (
        CheckConstraint("outcome IN ('applied', 'older', 'conflict', 'refused')", name="outcome"),
        Index("ix_phone_report_account", "account_id", "received_at"),
        Index("ix_phone_report_resource", "resource_id", "happened_at"),
    )

    key: Mapped[str] = mapped_column(primary_key=True, comment="made on the phone")
    account_id: Mapped[BigInt] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id", ondelete="SET NULL"))
    body: Mapped[Any] = mapped_column(JSONB)
    base: Mapped[Any | None] = mapped_column(
        JSONB, comment="what the phone showed when it was said"
    )
    said_at: Mapped[Moment]
    sent_at: Mapped[Moment]
    received_at: Mapped[Now]
    happened_at: Mapped[Moment]
    outcome: Mapped[str]
    answer: Mapped[Any] = mapped_column(JSONB)


class PushSubscription(Base):
    """Where a browser of a person takes Web Push messages (RFC 8030)."""

    __tablename__ = "push_subscription"

    id: Mapped[Id]
    account_id: Mapped[BigInt] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    label: Mapped[str] = mapped_column(comment="which phone, for its owner")
    created_at: Mapped[Now]
    sent_at: Mapped[Moment | None] = mapped_column(comment="last taken by the push service")
    problem: Mapped[str | None] = mapped_column(comment="why the last try failed")
    gone_at: Mapped[Moment | None]


class Notice(Base):
    """Something a person must know of, such as an assignment; shown on the phone until seen."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_account", "account_id", "id"),
        Index("uq_notice_subject", "account_id", "kind", "subject", unique=True),
    )

    id: Mapped[Id]
    account_id: Mapped[BigInt] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(comment="assigned, ended, changed")
    subject: Mapped[str] = mapped_column(comment="what it is about, so that it is told once")
    title: Mapped[str]
    body: Mapped[str]
    url: Mapped[str]
    created_at: Mapped[Now]
    expires_at: Mapped[Moment]
    seen_at: Mapped[Moment | None]


class NoticeDelivery(Base):
    """A notice on its way to one browser; tried again until it is taken or no longer news."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="state"),
        Index("ix_notice_delivery_due", "due_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Id]
    notice_id: Mapped[BigInt] = mapped_column(
        ForeignKey("notice.id", ondelete="CASCADE"), index=True
    )
    subscription_id: Mapped[BigInt] = mapped_column(
        ForeignKey("push_subscription.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    due_at: Mapped[Now] = mapped_column(comment="the next try")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    problem: Mapped[str | None]


class PushKey(Base):
    """The installation's own VAPID key pair (RFC 8292), made at first use; one row."""

    __tablename__ = "push_key"
    __table_args__ = (CheckConstraint('"only"', name="only"),)

    only: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    private_pem: Mapped[str]
    public_key: Mapped[str] = mapped_column(comment="uncompressed point, base64url")
    made_at: Mapped[Now]
