"""Requests for resources (ICS 213RR): what somebody lacks, line by line."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
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
        CheckConstraint("level IN ('county', 'region', 'state')", name="level"),
        CheckConstraint("level = 'county' OR length(trim(tried_locally)) > 0", name="local_first"),
        CheckConstraint(
            "level <> 'state' OR num_nonnulls(authority_name, authority_title, authority_at) = 3",
            name="authority",
        ),
        CheckConstraint("jsonb_typeof(external_refs) = 'array'", name="external_refs"),
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
    substitutes: Mapped[str | None] = mapped_column(
        comment="what would do as well, and who may have it (ICS 213RR block 6)"
    )
    requested_by: Mapped[str]
    requested_title: Mapped[str | None] = mapped_column(comment="position of who asks")
    requested_at: Mapped[Moment]
    source: Mapped[str] = mapped_column(comment="phone, web, api")
    client_key: Mapped[str | None] = mapped_column(unique=True)
    level: Mapped[str] = mapped_column(
        server_default=sql("'county'"), comment="who is asked: the county, its region, the state"
    )
    tried_locally: Mapped[str | None] = mapped_column(comment="what was tried before going up")
    authority_name: Mapped[str | None] = mapped_column(
        comment="the chief elected official, or whom they named, who asks the state"
    )
    authority_title: Mapped[str | None]
    authority_at: Mapped[Moment | None]
    external_refs: Mapped[list[Any]] = mapped_column(
        JSONB,
        server_default=sql("'[]'::jsonb"),
        comment="where other systems have it: [{system, id, url}]",
    )
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
        CheckConstraint("disposition IN ('consumed', 'returned')", name="disposition"),
        CheckConstraint("cost >= 0", name="cost"),
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
    details: Mapped[str | None] = mapped_column(
        comment="vital characteristics: size, specification, experience"
    )
    consumable: Mapped[bool] = mapped_column(
        server_default=sql("false"), comment="used up: nothing of it comes back"
    )
    approved_by: Mapped[str | None]
    approved_title: Mapped[str | None]
    approved_at: Mapped[Moment | None]
    received_by: Mapped[str | None] = mapped_column(comment="who checked it in")
    released_to: Mapped[str | None] = mapped_column(comment="where it went when it was let go")
    disposition: Mapped[str | None] = mapped_column(comment="what became of it in the end")
    cost: Mapped[Decimal | None] = mapped_column(comment="US dollars, in the end")
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    updated_at: Mapped[Now]


class RequestEvent(Base):
    """A step of a request or of one of its lines: who, when, from where to where. Never changed.

    Changes of a line's state write themselves, by trigger; the rest is added where it is done.
    """

    __tablename__ = "request_event"
    __table_args__ = (
        CheckConstraint("kind IN ('status', 'fill', 'level', 'note', 'change')", name="kind"),
        Index("ix_request_event_request_id", "request_id", "id"),
        Index("ix_request_event_request_line_id", "request_line_id"),
    )

    id: Mapped[Id]
    request_id: Mapped[BigInt] = mapped_column(ForeignKey("request.id", ondelete="CASCADE"))
    request_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("request_line.id", ondelete="CASCADE")
    )
    at: Mapped[Now] = mapped_column(comment="when it happened")
    entered_at: Mapped[Now]
    kind: Mapped[str]
    before: Mapped[str | None] = mapped_column(comment="the state or level that was left")
    after: Mapped[str | None]
    text: Mapped[str | None]
    resource_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL"),
        comment="the giver the text names; who may not see it is not told",
    )
    by_name: Mapped[str]
