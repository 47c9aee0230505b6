"""Units committed to incidents, what is usually sent, and what must stay behind."""

from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Now

_ENDED = "status IN ('released', 'cancelled')"


class Assignment(Base):
    """A unit committed to an incident, from the hold to the release.

    Two rules of the database keep a unit from being committed twice. `during` is when it is
    promised: now until `until`, or a booking in the future; no two may overlap. And because work
    takes longer than planned, at most one assignment of a unit is a hold or at work at all,
    whatever its `during` says. Triggers keep the unit's own status the same as its assignment's.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint(
            "status IN ('reserved', 'dispatched', 'acknowledged', 'en_route', 'on_scene',"
            " 'transporting', 'at_destination', 'released', 'cancelled')",
            name="status",
        ),
        CheckConstraint("NOT booked OR status IN ('reserved', 'cancelled')", name="booked"),
        CheckConstraint(
            f"{_ENDED} OR (NOT isempty(during) AND NOT lower_inf(during)"
            " AND NOT upper_inf(during))",
            name="during",
        ),
        ExcludeConstraint(
            ("resource_id", "="),
            ("during", "&&"),
            name="ex_assignment_once",
            using="gist",
            where=text(f"NOT ({_ENDED})"),
        ),
        Index(
            "uq_assignment_now",
            "resource_id",
            unique=True,
            postgresql_where=text(f"NOT ({_ENDED}) AND NOT booked"),
        ),
        Index("ix_assignment_incident_id", "incident_id", "status"),
        Index("ix_assignment_resource_id", "resource_id", "id"),
        Index("ix_assignment_live", "status", postgresql_where=text(f"NOT ({_ENDED})")),
    )

    id: Mapped[Id]
    resource_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id"), comment="the unit")
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    status: Mapped[str]
    status_at: Mapped[Moment]
    status_by: Mapped[str]
    booked: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="reserved for a time to come"
    )
    during: Mapped[Range[Any]] = mapped_column(TSTZRANGE)
    task: Mapped[str | None] = mapped_column(comment="what it is to do")
    destination: Mapped[str | None] = mapped_column(comment="where it takes somebody")
    destination_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL"), index=True
    )
    distance_m: Mapped[int | None] = mapped_column(comment="in a straight line when it was sent")
    eta_at: Mapped[Moment | None] = mapped_column(comment="arrival as estimated when it was sent")
    reserved_at: Mapped[Moment | None]
    dispatched_at: Mapped[Moment | None]
    acknowledged_at: Mapped[Moment | None]
    en_route_at: Mapped[Moment | None]
    on_scene_at: Mapped[Moment | None]
    transporting_at: Mapped[Moment | None]
    at_destination_at: Mapped[Moment | None]
    released_at: Mapped[Moment | None]
    cancelled_at: Mapped[Moment | None]
    left_as: Mapped[str | None] = mapped_column(
        comment="the unit's status afterward: available, returning, staged, out_of_service"
    )
    reason: Mapped[str | None] = mapped_column(comment="why it was cancelled or went out")
    par_minutes: Mapped[int | None] = mapped_column(comment="between check-ins; null: none")
    heard_at: Mapped[Moment | None] = mapped_column(comment="last heard of, for the check-in")
    silenced_until: Mapped[Moment | None]
    silenced_by: Mapped[str | None]
    created_by: Mapped[str]
    client_key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class UnitProfile(Base):
    """How a kind of unit travels and how long it works; seeded, then the installation's own."""

    __tablename__ = "unit_profile"
    __table_args__ = (
        CheckConstraint("speed_kmh BETWEEN 1 AND 1000", name="speed_kmh"),
        CheckConstraint("turnout_minutes BETWEEN 0 AND 1440", name="turnout_minutes"),
        CheckConstraint("rest_after_hours BETWEEN 1 AND 168", name="rest_after_hours"),
    )

    unit_type: Mapped[str] = mapped_column(primary_key=True)
    speed_kmh: Mapped[Decimal] = mapped_column(comment="door to door, on the road")
    turnout_minutes: Mapped[Decimal] = mapped_column(comment="from the order to wheels rolling")
    rest_after_hours: Mapped[Decimal] = mapped_column(comment="on duty, then to be relieved")
    flies: Mapped[bool] = mapped_column(server_default=text("false"), comment="needs no detour")


class RunCard(Base):
    """What is usually sent; the one that says most about priority and county applies."""

    __tablename__ = "run_card"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        Index(
            "uq_run_card",
            "incident_type",
            "priority",
            "county_fips",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Id]
    incident_type: Mapped[str] = mapped_column(ForeignKey("incident_type.code"))
    priority: Mapped[int | None] = mapped_column(comment="null: any")
    county_fips: Mapped[str | None] = mapped_column(ForeignKey("county.fips"), comment="null: any")
    version: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[Now]


class RunCardLine(Base):
    """So many units of any of these kinds."""

    __tablename__ = "run_card_line"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 200", name="count"),
        CheckConstraint("type_level BETWEEN 1 AND 5", name="type_level"),
    )

    id: Mapped[Id]
    run_card_id: Mapped[int] = mapped_column(
        ForeignKey("run_card.id", ondelete="CASCADE"), index=True
    )
    rank: Mapped[int]
    count: Mapped[int]
    unit_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    type_level: Mapped[int | None] = mapped_column(comment="this or better; 1 is the best")
    capabilities: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


class CoverRule(Base):
    """How many units of any of these kinds must stay available in a county or region."""

    __tablename__ = "cover_rule"
    __table_args__ = (
        CheckConstraint("(county_fips IS NULL) <> (region_id IS NULL)", name="where"),
        CheckConstraint("minimum BETWEEN 1 AND 10000", name="minimum"),
    )

    id: Mapped[Id]
    county_fips: Mapped[str | None] = mapped_column(ForeignKey("county.fips"), index=True)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id", ondelete="CASCADE"))
    unit_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    minimum: Mapped[int]
    note: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[Now]
