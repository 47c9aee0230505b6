"""The ledger of stock: every movement from a place to a place, and who was promised what.

A movement is never changed or taken away; it is reversed by another. Balances (`StockLine`, `Fill`,
`ShipmentLine`) follow from movements by trigger: `meris/migrations/sql/0014_ledger.sql`.
"""

from decimal import Decimal

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Now

KINDS = (
    "receive",
    "issue",
    "transfer_out",
    "transfer_in",
    "commit",
    "release_commit",
    "adjust_up",
    "adjust_down",
    "expire",
    "damage",
    "return",
)
_KIND = f"kind IN ({', '.join(repr(kind) for kind in KINDS)})"


class ItemRow(Base):
    """The catalogue of items as queries read it; seeded from `meris.fields.items`."""

    __tablename__ = "item"

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    category: Mapped[str]
    base_unit: Mapped[str]


class ItemUnit(Base):
    """How many base units one unit of issue of an item holds."""

    __tablename__ = "item_unit"

    item_code: Mapped[str] = mapped_column(
        ForeignKey("item.code", ondelete="CASCADE"), primary_key=True
    )
    unit: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[Decimal | None] = mapped_column(
        comment="base units in one; null: only a stock line's units_per_pack can say"
    )
    is_pack: Mapped[bool] = mapped_column(comment="units_per_pack of the line overrides the size")


class Fill(Base):
    """What one giver gives: towards a line of a request, or by a plain transfer.

    Of stock its quantities follow from movements; of a unit or of somebody outside they are said.
    """

    __tablename__ = "fill"
    __table_args__ = (
        CheckConstraint("num_nonnulls(stock_line_id, unit_id, provider) = 1", name="giver"),
        CheckConstraint(
            "least(quantity_committed, quantity_in_transit, quantity_received) >= 0",
            name="not_negative",
        ),
        Index("ix_fill_request_line_id", "request_line_id"),
        Index(
            "ix_fill_stock_line_id",
            "stock_line_id",
            postgresql_where=text("stock_line_id IS NOT NULL"),
        ),
        Index("ix_fill_unit_id", "unit_id", postgresql_where=text("unit_id IS NOT NULL")),
        Index(
            "ix_fill_assignment_id",
            "assignment_id",
            postgresql_where=text("assignment_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    request_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("request_line.id"), comment="null: a plain transfer"
    )
    stock_line_id: Mapped[int | None] = mapped_column(ForeignKey("stock_line.id"))
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id"), comment="a unit that is sent"
    )
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    provider: Mapped[str | None] = mapped_column(comment="somebody outside, in words")
    unit_of_issue: Mapped[str]
    quantity_committed: Mapped[Decimal] = mapped_column(
        server_default=text("0"), comment="promised or ordered, not yet sent"
    )
    quantity_in_transit: Mapped[Decimal] = mapped_column(server_default=text("0"))
    quantity_received: Mapped[Decimal] = mapped_column(server_default=text("0"))
    expected_at: Mapped[Moment | None]
    confirmed_at: Mapped[Moment | None] = mapped_column(comment="a provider has it ready")
    departed_at: Mapped[Moment | None] = mapped_column(comment="when a provider set out")
    received_at: Mapped[Moment | None] = mapped_column(comment="when a provider's part arrived")
    cost: Mapped[Decimal | None] = mapped_column(comment="US dollars, as estimated")
    note: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[Moment]
    client_key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[Now]


class ShipmentCounter(Base):
    """The last number given in a year."""

    __tablename__ = "shipment_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Shipment(Base):
    """Goods on their way from a site to a site (domain §3.4)."""

    __tablename__ = "shipment"
    __table_args__ = (
        CheckConstraint(
            "status IN ('preparing', 'in_transit', 'arrived', 'received', 'returning',"
            " 'returned', 'cancelled')",
            name="status",
        ),
        CheckConstraint("from_id <> to_id", name="elsewhere"),
        Index("ix_shipment_from_id", "from_id"),
        Index("ix_shipment_to_id", "to_id"),
        Index(
            "ix_shipment_open",
            "status",
            "expected_at",
            postgresql_where=text("status IN ('preparing', 'in_transit', 'arrived', 'returning')"),
        ),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    from_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id"))
    to_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id"))
    status: Mapped[str] = mapped_column(server_default=text("'preparing'"))
    status_at: Mapped[Moment]
    status_by: Mapped[str]
    status_reason: Mapped[str | None]
    carrier: Mapped[str | None] = mapped_column(comment="who drives it, in words")
    carrier_phone: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL"), comment="the unit that carries it"
    )
    departed_at: Mapped[Moment | None]
    expected_at: Mapped[Moment | None]
    arrived_at: Mapped[Moment | None]
    received_at: Mapped[Moment | None]
    received_by: Mapped[str | None]
    note: Mapped[str | None]
    created_by: Mapped[str]
    client_key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class ShipmentLine(Base):
    """One lot of a shipment: how much of it is on the way, and how much has arrived."""

    __tablename__ = "shipment_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("least(quantity_in_transit, quantity_received) >= 0", name="not_negative"),
        Index("ix_shipment_line_shipment_id", "shipment_id"),
        Index("ix_shipment_line_fill_id", "fill_id"),
        Index("ix_shipment_line_stock_line_id", "stock_line_id"),
    )

    id: Mapped[Id]
    shipment_id: Mapped[BigInt] = mapped_column(ForeignKey("shipment.id"))
    fill_id: Mapped[BigInt] = mapped_column(ForeignKey("fill.id"))
    stock_line_id: Mapped[BigInt] = mapped_column(
        ForeignKey("stock_line.id"), comment="the giver's"
    )
    quantity: Mapped[Decimal] = mapped_column(comment="to be sent, in the line's unit of issue")
    quantity_in_transit: Mapped[Decimal] = mapped_column(server_default=text("0"))
    quantity_received: Mapped[Decimal] = mapped_column(server_default=text("0"))


class Stocktake(Base):
    """A count sheet of a site: printed, walked with, and entered back."""

    __tablename__ = "stocktake"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'entered', 'cancelled')", name="status"),
        Index("ix_stocktake_resource_id", "resource_id", "id"),
    )

    id: Mapped[Id]
    resource_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(server_default=text("'open'"))
    drawn_by: Mapped[str]
    drawn_at: Mapped[Moment]
    counted_by: Mapped[str | None]
    counted_at: Mapped[Moment | None]
    entered_by: Mapped[str | None]
    entered_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    updated_at: Mapped[Now]


class StocktakeLine(Base):
    """What the books said when the sheet was drawn, and what was counted; NULL is not counted."""

    __tablename__ = "stocktake_line"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "stock_line_id"),
        CheckConstraint("counted >= 0", name="counted"),
        Index("ix_stocktake_line_stock_line_id", "stock_line_id"),
    )

    id: Mapped[Id]
    stocktake_id: Mapped[BigInt] = mapped_column(ForeignKey("stocktake.id", ondelete="CASCADE"))
    stock_line_id: Mapped[BigInt] = mapped_column(ForeignKey("stock_line.id", ondelete="CASCADE"))
    expected: Mapped[Decimal]
    counted: Mapped[Decimal | None]
    note: Mapped[str | None]


class StockMovement(Base):
    """So much of a stock line went from a place to a place (domain §3.4). Never changed.

    The places are `free` and `promised` (both on a site's shelf), `transit`, `outside`,
    `consumed`, `disposed` and `difference` (what a count found to be otherwise).
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint(_KIND, name="kind"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("num_nonnulls(stock_line_id, shipment_line_id) > 0", name="of_something"),
        CheckConstraint(
            "kind NOT IN ('transfer_out', 'transfer_in') OR"
            " num_nonnulls(stock_line_id, shipment_line_id, fill_id) = 3",
            name="transfer",
        ),
        CheckConstraint("shipment_line_id IS NULL OR fill_id IS NOT NULL", name="promised"),
        CheckConstraint(
            "stock_line_id IS NOT NULL OR kind IN ('adjust_up', 'adjust_down', 'damage')",
            name="on_the_way",
        ),
        CheckConstraint(
            "kind NOT IN ('adjust_up', 'adjust_down', 'expire', 'damage') OR reason IS NOT NULL",
            name="reason",
        ),
        Index("ix_stock_movement_stock_line_id", "stock_line_id", "at", "id"),
        Index("ix_stock_movement_fill_id", "fill_id", postgresql_where=text("fill_id IS NOT NULL")),
        Index(
            "ix_stock_movement_shipment_line_id",
            "shipment_line_id",
            postgresql_where=text("shipment_line_id IS NOT NULL"),
        ),
        Index(
            "ix_stock_movement_upload_id",
            "upload_id",
            postgresql_where=text("upload_id IS NOT NULL"),
        ),
        Index(
            "ix_stock_movement_stocktake_id",
            "stocktake_id",
            postgresql_where=text("stocktake_id IS NOT NULL"),
        ),
        Index(
            "uq_stock_movement_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
        Index(
            "uq_stock_movement_client_key",
            "client_key",
            unique=True,
            postgresql_where=text("client_key IS NOT NULL"),
        ),
        # what was handed out lately, and what counts found to be less, for how fast it goes
        Index(
            "ix_stock_movement_used",
            "at",
            postgresql_include=["id", "stock_line_id", "quantity", "kind", "reverses_id"],
            postgresql_where=text(
                "kind IN ('issue', 'return') OR kind IN ('adjust_up', 'adjust_down')"
                " AND (follows OR stocktake_id IS NOT NULL)"
            ),
        ),
    )

    id: Mapped[Id]
    at: Mapped[Moment] = mapped_column(comment="when it happened")
    kind: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(comment="in the line's unit of issue")
    stock_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("stock_line.id", ondelete="CASCADE"), comment="null: it happened on the way"
    )
    fill_id: Mapped[int | None] = mapped_column(
        ForeignKey("fill.id"), comment="who it is promised to"
    )
    shipment_line_id: Mapped[int | None] = mapped_column(ForeignKey("shipment_line.id"))
    from_place: Mapped[str] = mapped_column(
        Computed(
            "movement_place(kind, reverses_id IS NOT NULL, fill_id IS NOT NULL,"
            " stock_line_id IS NULL)",
            persisted=True,
        )
    )
    to_place: Mapped[str] = mapped_column(
        Computed(
            "movement_place(kind, reverses_id IS NULL, fill_id IS NOT NULL, stock_line_id IS NULL)",
            persisted=True,
        )
    )
    entered_quantity: Mapped[Decimal | None] = mapped_column(comment="as somebody typed it")
    entered_unit: Mapped[str | None]
    reason: Mapped[str | None]
    by_name: Mapped[str]
    source: Mapped[str] = mapped_column(comment="web, api, phone, upload, database")
    recorded_at: Mapped[Now]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("stock_movement.id"))
    stocktake_id: Mapped[int | None] = mapped_column(ForeignKey("stocktake.id"))
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id"))
    client_key: Mapped[str | None]
    follows: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="explains a balance that somebody wrote directly"
    )
