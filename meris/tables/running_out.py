"""Planning factors, as an installation has set them."""

from decimal import Decimal

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base


class PlanningFactor(Base):
    """What people use up where nobody measured it; `meris.fields.factors` is what it begins with.

    `quantity` is in `unit`, a unit of issue of the item, and lies between `least` and `most`.
    """

    __tablename__ = "planning_factor"
    __table_args__ = (
        CheckConstraint("per IN ('person_day', 'person', 'number')", name="per"),
        CheckConstraint("place IN ('shelter', 'pod')", name="place"),
        CheckConstraint("(per = 'number') = (item_code IS NULL)", name="item"),
        CheckConstraint("0 < least AND least <= quantity AND quantity <= most", name="between"),
        Index("uq_planning_factor_item", "place", "item_code", unique=True),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    place: Mapped[str | None] = mapped_column(comment="shelter or pod; null: a plain number")
    item_code: Mapped[str | None] = mapped_column(
        ForeignKey("item.code"), comment="what is asked for when it runs low"
    )
    also: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'"), comment="items that serve the same need"
    )
    per: Mapped[str]
    quantity: Mapped[Decimal]
    least: Mapped[Decimal]
    most: Mapped[Decimal]
    unit: Mapped[str]
    expected: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="a place without any on record is told"
    )
    source: Mapped[str]
    verified: Mapped[bool] = mapped_column(server_default=text("false"))
    rank: Mapped[int]
