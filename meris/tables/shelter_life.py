"""A shelter's life beyond its counts: where its people went. And who asked what is still true."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Now


class ShelterDeparture(Base):
    """People who left a shelter that emptied: to another, or elsewhere in words.

    They are on their way until the other shelter is counted at a later moment than `left_at`.
    Added to and never changed.
    """

    __tablename__ = "shelter_departure"
    __table_args__ = (
        CheckConstraint("people > 0", name="people"),
        CheckConstraint("to_id IS NOT NULL OR length(trim(words)) > 0", name="somewhere"),
        CheckConstraint("to_id <> from_id", name="elsewhere"),
        Index("ix_shelter_departure_from_id", "from_id", "left_at"),
        Index("ix_shelter_departure_to_id", "to_id", "left_at"),
    )

    id: Mapped[Id]
    from_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    to_id: Mapped[BigInt | None] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    people: Mapped[int]
    words: Mapped[str | None] = mapped_column(comment="where to, when it is no shelter of ours")
    left_at: Mapped[Moment]
    by_name: Mapped[str]
    received_at: Mapped[Now]


class ContactTry(Base):
    """One try to find out whether what is recorded is still true. Added to and never changed."""

    __tablename__ = "contact_try"
    __table_args__ = (
        CheckConstraint("outcome IN ('still_true', 'cannot_reach', 'changed')", name="outcome"),
        CheckConstraint("(outcome = 'cannot_reach') = (next_at IS NOT NULL)", name="next"),
        Index("ix_contact_try_resource_id", "resource_id", "at", "id"),
        Index("ix_contact_try_next_at", "next_at", "resource_id"),
    )

    id: Mapped[Id]
    resource_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    at: Mapped[Now]
    account_id: Mapped[BigInt | None] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str | None]
    next_at: Mapped[Moment | None] = mapped_column(comment="not to be tried again before")


class ContactTurn(Base):
    """Who has a site in hand on the worklist, so that no two people call it at once."""

    __tablename__ = "contact_turn"

    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[BigInt] = mapped_column(ForeignKey("account.id"))
    by_name: Mapped[str]
    until: Mapped[Moment]
