"""Requests for resources (ICS 213RR): what somebody lacks, line by line."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Now


class RequestCounter(Base):
    """The last number given in a year."""

    __tablename__ = "request_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Request(Base):
    """Somebody's wants at one place; its state follows from its lines (domain §4.1)."""

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint(
            "priority IN ('lifesaving', 'life_sustaining', 'high', 'normal')", name="priority"
        ),
        Index("ix_request_deliver_to_id", "deliver_to_id"),
        Index("ix_request_incident_id", "incident_id"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[BigInt] = mapped_column(ForeignKey("agency.id"), index=True)
    deliver_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL")
    )
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    priority: Mapped[str]
    needed_by: Mapped[Moment | None]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    note: Mapped[str | None]
    requested_by: Mapped[str]
    requested_at: Mapped[Moment]
    source: Mapped[str] = mapped_column(comment="phone, web, api")
    client_key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class RequestLine(Base):
    """One thing wanted, and how far it has come."""

    __tablename__ = "request_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "status IN ('draft', 'submitted', 'approved', 'denied', 'sourcing', 'sourced',"
            " 'assigned', 'en_route', 'on_scene', 'demobilizing', 'closed', 'cancelled')",
            name="status",
        ),
        Index("ix_request_line_status", "status", "status_at"),
    )

    id: Mapped[Id]
    request_id: Mapped[BigInt] = mapped_column(
        ForeignKey("request.id", ondelete="CASCADE"), index=True
    )
    rank: Mapped[int]
    item_code: Mapped[str | None] = mapped_column(comment="of the catalogue of items")
    item_name: Mapped[str]
    quantity: Mapped[Decimal]
    unit_of_issue: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=sql("'submitted'"))
    status_at: Mapped[Moment]
    status_by: Mapped[str]
    status_reason: Mapped[str | None]
    provider: Mapped[str | None] = mapped_column(comment="who gives it, in words")
    expected_at: Mapped[Moment | None] = mapped_column(comment="when it should arrive")
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    updated_at: Mapped[Now]
