"""Beds held for people who are on their way."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment


class BedHold(Base):
    """Beds of a shelter that nobody else is promised until `held_until` (domain §10.1: who they
    are for is nowhere)."""

    __tablename__ = "bed_hold"
    __table_args__ = (
        CheckConstraint("people BETWEEN 1 AND 5000", name="people"),
        CheckConstraint("wheelchair BETWEEN 0 AND people", name="wheelchair"),
        CheckConstraint("held_until > held_at", name="held_until"),
        CheckConstraint("outcome IN ('arrived', 'released', 'expired')", name="outcome"),
        CheckConstraint(
            "(ended_at IS NULL) = (outcome IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name="ended",
        ),
        # what takes places of a shelter, by until when (meris/shelters.py)
        Index(
            "ix_bed_hold_taking",
            "resource_id",
            func.coalesce(text("ended_at"), text("held_until")).label("until"),
            postgresql_where=text("outcome IS NULL OR outcome = 'arrived'"),
        ),
        Index("ix_bed_hold_resource_id", "resource_id", "held_at"),
        Index("ix_bed_hold_open", "held_until", postgresql_where=text("outcome IS NULL")),
    )

    id: Mapped[Id]
    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), comment="the shelter"
    )
    people: Mapped[int]
    wheelchair: Mapped[int] = mapped_column(
        server_default=text("0"), comment="of these, how many use a wheelchair"
    )
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    held_by: Mapped[str]
    held_at: Mapped[Moment]
    held_until: Mapped[Moment]
    extended_at: Mapped[Moment | None] = mapped_column(comment="a hold is made longer once")
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[str | None]
    outcome: Mapped[str | None]
    client_key: Mapped[str | None] = mapped_column(unique=True)
