"""Where moving units are and were. Not journalled (design.md §2): the trail is its own record."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.columns import point_column
from geo.queries import geography_index
from meris.tables.base import Base, BigInt, Id, Moment, Now, Xid8

_THIS_TRANSACTION = text("pg_current_xact_id()")


class UnitPosition(Base):
    """The newest position of a unit. `xid` lets the feed find it with the journal's cursor."""

    __tablename__ = "unit_position"
    # the nearest units of a kind among those that a device places
    __table_args__ = (geography_index("ix_unit_position_nearest", "position", "unit_type"),)

    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[Moment] = mapped_column(comment="when the fix was taken")
    position: Mapped[Any] = mapped_column(point_column(), nullable=False)
    accuracy_m: Mapped[float | None]
    speed_mps: Mapped[float | None]
    course_deg: Mapped[float | None]
    source: Mapped[str] = mapped_column(comment="owntracks, traccar, browser, dispatcher")
    xid: Mapped[str] = mapped_column(Xid8, server_default=_THIS_TRANSACTION, index=True)
    unit_type: Mapped[str | None] = mapped_column(comment="that of its unit, kept by triggers")


class PositionFix(Base):
    """The trail: every accepted fix, partitioned by day so that retention is a DROP."""

    __tablename__ = "position_fix"
    __table_args__ = ({"postgresql_partition_by": "RANGE (at)"},)

    resource_id: Mapped[BigInt] = mapped_column(primary_key=True)
    at: Mapped[Moment] = mapped_column(primary_key=True)
    device_id: Mapped[BigInt] = mapped_column(
        primary_key=True, server_default=text("0"), comment="0: the page itself"
    )
    account_id: Mapped[int | None] = mapped_column(BigInteger, comment="who was on duty")
    received_at: Mapped[Now]
    position: Mapped[Any] = mapped_column(point_column(spatial_index=False), nullable=False)
    accuracy_m: Mapped[float | None]
    speed_mps: Mapped[float | None]
    course_deg: Mapped[float | None]
    altitude_m: Mapped[float | None]
    source: Mapped[str]


class TrailView(Base):
    """Somebody looked at where a unit had been, and said why (domain §10.2). Never changed."""

    __tablename__ = "trail_view"
    __table_args__ = (Index("ix_trail_view_resource_id", "resource_id", "at"),)

    id: Mapped[Id]
    at: Mapped[Now]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    viewer: Mapped[str]
    resource_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    from_at: Mapped[Moment]
    to_at: Mapped[Moment]
    reason: Mapped[str]


class TrailHold(Base):
    """Trails that are kept beyond their time, for an incident or for a court."""

    __tablename__ = "trail_hold"
    __table_args__ = (CheckConstraint("to_at > from_at", name="to_at"),)

    id: Mapped[Id]
    resource_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), index=True, comment="null: every unit"
    )
    from_at: Mapped[Moment]
    to_at: Mapped[Moment]
    reason: Mapped[str]
    held_by: Mapped[str]
    created_at: Mapped[Now]
    lifted_at: Mapped[Moment | None]
