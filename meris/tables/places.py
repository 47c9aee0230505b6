"""Counties with their exact boundaries, and the many schemes of regions that group them."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from geo.columns import multipolygon_column, point_column
from meris.tables.base import Base, Id


class County(Base):
    """A county equivalent, keyed by its 5-digit FIPS code; neighbors' are there for context."""

    __tablename__ = "county"

    fips: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    full_name: Mapped[str]
    state: Mapped[str]
    served: Mapped[bool] = mapped_column(
        comment="whether this installation's state has it; false for neighbors"
    )
    population: Mapped[int | None]
    center: Mapped[Any] = mapped_column(point_column(), nullable=False)
    boundary: Mapped[Any] = mapped_column(multipolygon_column(), nullable=False)


region_county = Table(
    "region_county",
    Base.metadata,
    Column("region_id", ForeignKey("region.id", ondelete="CASCADE"), primary_key=True),
    Column("county_fips", ForeignKey("county.fips"), primary_key=True),
)


class RegionScheme(Base):
    """One way of dividing the state: SEMA regions, NWS offices, fire mutual-aid areas."""

    __tablename__ = "region_scheme"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    regions: Mapped[list["Region"]] = relationship(order_by="Region.code", viewonly=True)


class Region(Base):
    """One part of a scheme. A county may lie in several."""

    __tablename__ = "region"
    __table_args__ = (UniqueConstraint("scheme_id", "code"),)

    id: Mapped[Id]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("region_scheme.id", ondelete="CASCADE"))
    code: Mapped[str]
    title: Mapped[str]
    counties: Mapped[list[County]] = relationship(secondary=region_county, viewonly=True)
