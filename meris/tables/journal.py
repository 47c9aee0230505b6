"""The journal: every change to anything, written by triggers (design.md §2)."""

from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Xid8


class Change(Base):
    """One row changed once. The web's role may read this table and nothing more."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_xid", "xid"),
        Index("ix_change_resource_id", "resource_id", "id"),
        Index("ix_change_upload_id", "upload_id"),
        Index(
            "ix_change_at",
            "at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 32},
        ),
        Index(
            "ix_change_row",
            "table_name",
            "row_id",
            "id",
            postgresql_where=text("table_name IN ('incident', 'assignment', 'area')"),
        ),
    )

    id: Mapped[Id]
    xid: Mapped[str] = mapped_column(Xid8)
    at: Mapped[Moment]
    actor_id: Mapped[BigInt | None] = mapped_column(comment="account, when one acted")
    agency_id: Mapped[BigInt | None] = mapped_column(comment="the actor's agency")
    actor_name: Mapped[str] = mapped_column(comment="as known then; the database role otherwise")
    table_name: Mapped[str]
    row_id: Mapped[str] = mapped_column(comment="primary key, parts joined by /")
    resource_id: Mapped[BigInt | None] = mapped_column(comment="the resource it belongs to")
    operation: Mapped[str] = mapped_column(comment="I, U or D")
    before: Mapped[Any | None] = mapped_column(JSONB, comment="only the fields that changed")
    after: Mapped[Any | None] = mapped_column(JSONB)
    upload_id: Mapped[BigInt | None]


class JournalHome(Base):
    """The cluster and table that the journal's transaction ids belong to; one row."""

    __tablename__ = "journal_home"

    only: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    identity: Mapped[str]
