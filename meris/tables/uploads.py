"""Spreadsheets as they were received, and what became of them."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, Id, Moment, Now


class Upload(Base):
    """One spreadsheet of one agency, from its arrival to its undoing."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint(
            "state IN ('received', 'applying', 'applied', 'refused', 'undone')", name="state"
        ),
        Index("ix_upload_sha256", "agency_id", "sha256"),
    )

    id: Mapped[Id]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(comment="shelter, supply or unit")
    filename: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="received")
    mapping: Mapped[Any | None] = mapped_column(JSONB, comment="header to field, as confirmed")
    choices: Mapped[Any | None] = mapped_column(JSONB, comment="sheet, valid rows only, …")
    summary: Mapped[Any | None] = mapped_column(JSONB, comment="counts and first problems")
    created_at: Mapped[Now]
    applied_at: Mapped[Moment | None]
    undone_at: Mapped[Moment | None]


class UploadFile(Base):
    """The bytes of an upload, apart from it so that the journal does not carry them."""

    __tablename__ = "upload_file"

    upload_id: Mapped[int] = mapped_column(
        ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)


class HeaderMapping(Base):
    """Which field each header meant, remembered for an agency and a set of headers."""

    __tablename__ = "header_mapping"
    __table_args__ = (UniqueConstraint("agency_id", "kind", "fingerprint"),)

    id: Mapped[Id]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[str]
    fingerprint: Mapped[str]
    mapping: Mapped[Any] = mapped_column(JSONB)
    created_at: Mapped[Now]
