"""Resources: one common table, and one table a kind beside it.

Column names are the field catalogue's (`meris/fields`); domain §8.2 lists them.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.columns import point_column
from geo.queries import geography_index
from meris.tables.accounts import Agency
from meris.tables.base import Base, BigInt, Id, Moment, Now
from meris.tables.places import County

_SEARCH_TEXT = (
    "lower(name || ' ' || coalesce(external_id, '') || ' ' || coalesce(address_line1, '') || ' ' ||"
    " coalesce(city, '') || ' ' || coalesce(zip, ''))"
)

#: Some of a stock line is nobody's yet.
_FREE = text("quantity_on_hand > quantity_committed")


def _word_index(name: str, column: str, **options: Any) -> Index:
    """For what people call a unit, however it is spelled; its whole word or the beginning."""
    plain = func.regexp_replace(func.lower(text(column)), *map(text, ("'[^a-z0-9]'", "''", "'g'")))
    return Index(name, plain.label("word"), postgresql_ops={"word": "text_pattern_ops"}, **options)


class StatusCode(Base):
    """Which statuses a kind has, and how long each may be believed; seeded from the catalogue.

    The limits are settings of the installation (`/rules/ages`); None: those facts do not grow old.
    """

    __tablename__ = "status_code"
    __table_args__ = tuple(
        CheckConstraint(f"{name} > 0", name=name)
        for name in (
            "age_limit_minutes",
            "people_limit_minutes",
            "position_limit_minutes",
            "stock_limit_minutes",
        )
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    ics_status: Mapped[str | None]
    rank: Mapped[int] = mapped_column(comment="order in lists")
    age_limit_minutes: Mapped[int] = mapped_column(comment="older than this is stale")
    people_limit_minutes: Mapped[int | None]
    position_limit_minutes: Mapped[int | None]
    stock_limit_minutes: Mapped[int | None]

    @property
    def confirmed_minutes(self) -> int:
        """How long a confirmation holds: of the status, and of the stock where there is any."""
        return min(self.age_limit_minutes, self.stock_limit_minutes or self.age_limit_minutes)


class Resource(Base):
    """Anything that can be seen on the map: a shelter, a supply site or a unit."""

    __tablename__ = "resource"
    __table_args__ = (
        ForeignKeyConstraint(["kind", "status"], ["status_code.kind", "status_code.code"]),
        CheckConstraint("kind IN ('shelter', 'supply_site', 'unit')", name="kind"),
        CheckConstraint(
            "sensitivity IN ('public', 'restricted', 'confidential')", name="sensitivity"
        ),
        CheckConstraint("(position IS NULL) = (position_source IS NULL)", name="position_source"),
        CheckConstraint("length(trim(name)) > 0", name="name"),
        Index("ix_resource_position", "position", postgresql_using="gist"),
        # the nearest units of a kind; and how many a county has
        geography_index(
            "ix_resource_unit_nearest",
            "position",
            "type",
            where="kind = 'unit' AND position IS NOT NULL",
        ),
        geography_index(
            "ix_resource_site_nearest",
            "position",
            "kind",
            "status",
            where="kind <> 'unit' AND position IS NOT NULL",
        ),
        Index(
            "ix_resource_unit_county",
            "type",
            "county_fips",
            postgresql_where=text("kind = 'unit'"),
        ),
        # the worklist: of a status, what was confirmed the longest ago first
        Index("ix_resource_due", "kind", "status", text("confirmed_at NULLS FIRST"), "id"),
        # the unit board: a status, the longest in it first
        Index(
            "ix_resource_unit_board",
            "status",
            "status_at",
            "id",
            postgresql_include=["kind", "sensitivity", "agency_id", "county_fips", "type"],
            postgresql_where=text("kind = 'unit'"),
        ),
        Index(
            "uq_resource_external_id",
            "agency_id",
            "kind",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index("ix_resource_name", "agency_id", "kind", text("lower(name)")),
        # for searches too short for trigrams, such as "E1"
        Index(
            "ix_resource_name_prefix",
            func.lower(text("name")).label("lower_name"),
            postgresql_ops={"lower_name": "text_pattern_ops"},
        ),
        _word_index("ix_resource_unit_word", "name", postgresql_where=text("kind = 'unit'")),
        Index(
            "ix_resource_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    external_id: Mapped[str | None]
    name: Mapped[str]
    type: Mapped[str | None] = mapped_column(
        comment="shelter_type, site_type or unit_type of the catalogue"
    )
    status: Mapped[str]
    status_at: Mapped[Moment | None]
    status_by: Mapped[str | None]
    status_reason: Mapped[str | None]
    position: Mapped[Any | None] = mapped_column(point_column(spatial_index=False))
    position_source: Mapped[str | None] = mapped_column(comment="how it was placed")
    position_radius_m: Mapped[int | None] = mapped_column(comment="set when only approximate")
    position_at: Mapped[Moment | None]
    county_fips: Mapped[str | None] = mapped_column(ForeignKey("county.fips"), index=True)
    address_line1: Mapped[str | None]
    address_line2: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    contact_email: Mapped[str | None]
    notes: Mapped[str | None]
    source: Mapped[str | None] = mapped_column(comment="where the facts come from, in words")
    as_of: Mapped[Moment | None] = mapped_column(comment="when the source says they were true")
    confirmed_at: Mapped[Moment | None] = mapped_column(comment="last said to be still true")
    confirmed_by: Mapped[str | None]
    unreported_at: Mapped[Moment | None] = mapped_column(
        comment="since when its agency's file lacks it; null: it has"
    )
    sensitivity: Mapped[str] = mapped_column(server_default="restricted")
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]
    search_text: Mapped[str] = mapped_column(Text, Computed(_SEARCH_TEXT, persisted=True))

    agency: Mapped[Agency] = relationship(viewonly=True)
    county: Mapped[County | None] = relationship(viewonly=True)


class Shelter(Base):
    """What only a shelter has. NULL is unknown, never zero or no."""

    __tablename__ = "shelter"
    __table_args__ = (
        CheckConstraint("capacity_phase IN ('evacuation', 'post_impact')", name="capacity_phase"),
    )

    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    facility_usage: Mapped[str | None]
    evacuation_capacity: Mapped[int | None]
    post_impact_capacity: Mapped[int | None]
    capacity_phase: Mapped[str | None] = mapped_column(
        comment="which capacity is in use; null: post-impact once known"
    )
    population_total: Mapped[int | None]
    population_general: Mapped[int | None]
    population_medical_needs: Mapped[int | None]
    population_other: Mapped[int | None]
    population_pets: Mapped[int | None]
    reporting_period: Mapped[str | None]
    counted_at: Mapped[Moment | None] = mapped_column(
        comment="when these people were counted: that of the newest ShelterCount"
    )
    ada_compliant: Mapped[bool | None]
    wheelchair_accessible: Mapped[bool | None]
    pet_policy: Mapped[str | None]
    pet_capacity: Mapped[int | None]
    generator: Mapped[bool | None]
    self_sufficient_electricity: Mapped[bool | None]
    backup_power_kw: Mapped[Decimal | None]
    kitchen: Mapped[bool | None]
    showers: Mapped[bool | None]
    in_100yr_floodplain: Mapped[bool | None]
    in_500yr_floodplain: Mapped[bool | None]
    opened_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    managing_org: Mapped[str | None]
    manager_role: Mapped[str | None]
    manager_name: Mapped[str | None]
    manager_phone: Mapped[str | None]
    inspected_on: Mapped[date | None]
    agreement: Mapped[str | None]
    agreement_on: Mapped[date | None]
    agreement_until: Mapped[date | None]
    restored_on: Mapped[date | None]
    hours_open: Mapped[str | None]
    hours_close: Mapped[str | None]


class SupplySite(Base):
    """What only a supply site has; its goods are `StockLine`s."""

    __tablename__ = "supply_site"
    __table_args__ = (
        CheckConstraint("pod_type BETWEEN 1 AND 3", name="pod_type"),
        CheckConstraint(
            "least(vehicles_per_hour, people_per_vehicle, loading_points, pod_staff) >= 0",
            name="throughput",
        ),
    )

    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    hours_open: Mapped[str | None]
    hours_close: Mapped[str | None]
    pod_type: Mapped[int | None] = mapped_column(
        comment="of a point of distribution; 1 is the largest"
    )
    vehicles_per_hour: Mapped[int | None] = mapped_column(
        comment="as reported; null: what its type is planned for"
    )
    people_per_vehicle: Mapped[Decimal | None]
    loading_points: Mapped[int | None]
    pod_staff: Mapped[int | None] = mapped_column(comment="people at work by day")


class StockLine(Base):
    """One item in one lot at one site, counted in its unit of issue: the balance of the ledger.

    Whoever writes a quantity here directly leaves the adjusting `StockMovement` behind.
    """

    __tablename__ = "stock_line"
    __table_args__ = (
        UniqueConstraint(
            "resource_id", "item_name", "lot", "unit_of_issue", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("quantity_on_hand >= 0", name="on_hand"),
        CheckConstraint(
            "quantity_committed >= 0 AND quantity_committed <= quantity_on_hand", name="committed"
        ),
        CheckConstraint(
            "quantity_promised >= 0 AND quantity_promised <= quantity_committed", name="promised"
        ),
        # who could give: the sites that have some of an item, the most first, and by site
        Index(
            "ix_stock_line_free",
            "item_code",
            "unit_of_issue",
            text("(quantity_on_hand - quantity_committed) DESC"),
            postgresql_include=["resource_id"],
            postgresql_where=_FREE,
        ),
        Index("ix_stock_line_giver", "item_code", "resource_id"),
        Index(
            "ix_stock_line_words",
            func.lower(text("item_name")).label("lower_item"),
            "resource_id",
            postgresql_where=text(f"item_code IS NULL AND {_FREE.text}"),
        ),
    )

    id: Mapped[Id]
    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), index=True
    )
    item_code: Mapped[str | None] = mapped_column(index=True)
    item_name: Mapped[str]
    category: Mapped[str | None]
    quantity_on_hand: Mapped[Decimal]
    quantity_committed: Mapped[Decimal] = mapped_column(server_default=text("0"))
    quantity_promised: Mapped[Decimal] = mapped_column(
        server_default=text("0"), comment="of the committed, what a Fill promises to somebody"
    )
    ledger_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="the StockMovement that made these quantities; null: none yet"
    )
    unit_of_issue: Mapped[str]
    units_per_pack: Mapped[Decimal | None]
    lot: Mapped[str | None]
    expires_on: Mapped[date | None]
    condition: Mapped[str | None]
    owner_agency: Mapped[str | None]
    par_level: Mapped[Decimal | None]
    kw: Mapped[Decimal | None]
    size: Mapped[str | None]
    as_of: Mapped[Moment | None]


class Unit(Base):
    """What only a unit (responder) has."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("type_level BETWEEN 1 AND 5", name="type_level"),
        _word_index("ix_unit_unit_id_word", "unit_id"),
        _word_index("ix_unit_call_sign_word", "call_sign"),
    )

    resource_id: Mapped[BigInt] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[str | None]
    call_sign: Mapped[str | None] = mapped_column(index=True)
    nims_kind: Mapped[str | None] = mapped_column(comment="Team, Equipment, Unit or Personnel")
    rtlt_id: Mapped[str | None]
    type_level: Mapped[int | None] = mapped_column(comment="1 is the most capable; NULL untyped")
    discipline: Mapped[str | None]
    personnel_count: Mapped[int | None]
    leader_name: Mapped[str | None]
    radio_channel: Mapped[str | None]
    home_base: Mapped[str | None]
    capabilities: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    available_from: Mapped[Moment | None]
    available_until: Mapped[Moment | None]
