"""Incidents, what is written down about them, and the areas drawn for them."""

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.columns import multipolygon_column, point_column
from geo.queries import geography_index
from meris.tables.accounts import Agency
from meris.tables.base import Base, BigInt, Id, Moment, Now
from meris.tables.places import County

_SENSITIVITY = "sensitivity IN ('public', 'restricted', 'confidential')"


class IncidentType(Base):
    """What may happen; seeded from `meris/fields/dispatch.toml`, then the installation's own."""

    __tablename__ = "incident_type"
    __table_args__ = (CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    short: Mapped[str] = mapped_column(unique=True, comment="what a dispatcher types")
    category: Mapped[str]
    words: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="other names for it")
    priority: Mapped[int] = mapped_column(comment="unless said otherwise; 1 is the most urgent")
    overdue_minutes: Mapped[int] = mapped_column(comment="until the first unit is on scene")
    par_minutes: Mapped[int | None] = mapped_column(comment="between check-ins; null: none")
    rank: Mapped[int] = mapped_column(comment="order in lists")
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class IncidentCounter(Base):
    """The last number given in a year; a row is locked while an incident gets its number."""

    __tablename__ = "incident_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Incident(Base):
    """An occurrence that needs a response. Never deleted: a wrong one is closed with its reason."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        CheckConstraint("status IN ('new', 'active', 'controlled', 'closed')", name="status"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint(
            "(closed_at IS NULL) = (close_reason IS NULL) AND (closed_at IS NULL) ="
            " (closed_by IS NULL)",
            name="close_reason",
        ),
        CheckConstraint("(position IS NULL) = (position_source IS NULL)", name="position_source"),
        CheckConstraint(_SENSITIVITY, name="sensitivity"),
        CheckConstraint("parent_id <> id", name="parent"),
        CheckConstraint("length(trim(title)) > 0", name="title"),
        Index("ix_incident_open", "status", postgresql_where=text("status <> 'closed'")),
        Index("ix_incident_position", "position", postgresql_using="gist"),
        geography_index("ix_incident_geography", "position"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True, comment="year-number, e.g. 2026-000123")
    type: Mapped[str] = mapped_column(ForeignKey("incident_type.code"))
    priority: Mapped[int]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="new")
    status_at: Mapped[Now]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(
        ForeignKey("agency.id"), comment="of who took the call"
    )
    position: Mapped[Any | None] = mapped_column(point_column(spatial_index=False))
    position_source: Mapped[str | None] = mapped_column(
        comment="click, coordinates, grid, address, place, resource or area"
    )
    position_radius_m: Mapped[int | None] = mapped_column(comment="set when only approximate")
    place: Mapped[str | None] = mapped_column(comment="where, in words, as it was given")
    county_fips: Mapped[str | None] = mapped_column(ForeignKey("county.fips"), index=True)
    jurisdiction: Mapped[str | None] = mapped_column(comment="whose place it is, in words")
    resource_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL"),
        index=True,
        comment="the site it happens at, where it was placed by one",
    )
    caller_name: Mapped[str | None]
    caller_phone: Mapped[str | None]
    reported_at: Mapped[Now]
    situation: Mapped[str | None] = mapped_column(comment="ICS 201 block 5")
    objectives: Mapped[str | None] = mapped_column(comment="ICS 201 block 7")
    commander: Mapped[str | None]
    command_post: Mapped[str | None]
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[str | None]
    close_reason: Mapped[str | None]
    sensitivity: Mapped[str] = mapped_column(server_default="restricted")
    client_key: Mapped[str | None] = mapped_column(
        unique=True, comment="made by the sender, so that sending twice makes one"
    )
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]

    agency: Mapped[Agency | None] = relationship(viewonly=True)
    county: Mapped[County | None] = relationship(viewonly=True)
    kind: Mapped[IncidentType] = relationship(viewonly=True)


class IncidentLog(Base):
    """One entry of an incident's log. Never changed: a correction is another entry."""

    __tablename__ = "incident_log"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('note', 'status', 'assignment', 'change', 'check_in', 'correction')",
            name="kind",
        ),
        CheckConstraint("(kind = 'correction') = (corrects_id IS NOT NULL)", name="corrects"),
        CheckConstraint("length(trim(text)) > 0", name="text"),
        UniqueConstraint("incident_id", "client_key"),
        Index("ix_incident_log_incident_id", "incident_id", "at", "id"),
    )

    id: Mapped[Id]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    at: Mapped[Now] = mapped_column(comment="when it happened")
    entered_at: Mapped[Now] = mapped_column(comment="when it was written down")
    kind: Mapped[str] = mapped_column(server_default="note")
    text: Mapped[str]
    author: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    resource_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL"), index=True, comment="whom it is about"
    )
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("incident_log.id"))
    client_key: Mapped[str | None]


class Area(Base):
    """A part of the map that matters for a while: a hazard, an evacuation, a closure."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('hazard', 'evacuation', 'exclusion', 'closure', 'staging')", name="kind"
        ),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint(_SENSITIVITY, name="sensitivity"),
        CheckConstraint("length(trim(name)) > 0", name="name"),
        Index("ix_area_shape", "shape", postgresql_using="gist"),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    name: Mapped[str]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    shape: Mapped[Any] = mapped_column(multipolygon_column(spatial_index=False), nullable=False)
    starts_at: Mapped[Now]
    ends_at: Mapped[Moment | None] = mapped_column(comment="null: until further notice")
    notes: Mapped[str | None]
    sensitivity: Mapped[str] = mapped_column(server_default="restricted")
    client_key: Mapped[str | None] = mapped_column(unique=True)
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class IncidentNeed(Base):
    """What an incident asks for: so many units of any of these kinds. What is sent counts."""

    __tablename__ = "incident_need"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 200", name="count"),
        CheckConstraint("type_level BETWEEN 1 AND 5", name="type_level"),
    )

    id: Mapped[Id]
    incident_id: Mapped[BigInt] = mapped_column(ForeignKey("incident.id"), index=True)
    rank: Mapped[int]
    count: Mapped[int]
    unit_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    type_level: Mapped[int | None] = mapped_column(comment="this or better; 1 is the best")
    capabilities: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    note: Mapped[str | None]
