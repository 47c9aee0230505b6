"""Spreadsheets as they were received, and what became of them."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Now


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
    by_agency_id: Mapped[int | None] = mapped_column(
        ForeignKey("agency.id"), comment="whose person sent it; null: no agency's"
    )
    created_at: Mapped[Now]
    checked_at: Mapped[Moment | None]
    started_at: Mapped[Moment | None]
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
    choices: Mapped[Any | None] = mapped_column(JSONB, comment="repairs, words, …")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    updated_at: Mapped[Moment | None]


# What follows is unlogged: a crash may empty it, and then the file is checked again.


class UploadRow(Base):
    """One row of a file as its last check found it, and what becomes of it."""

    __tablename__ = "upload_row"
    __table_args__ = (
        Index("ix_upload_row_fate", "upload_id", "fate", "number"),
        {"prefixes": ["UNLOGGED"]},
    )

    upload_id: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="as the spreadsheet shows it"
    )
    fate: Mapped[str]
    resource_id: Mapped[BigInt | None]
    name: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_m: Mapped[int | None]
    cells: Mapped[list[str] | None] = mapped_column(
        ARRAY(Text), comment="as in the file; only where to be corrected"
    )
    stated: Mapped[Any | None] = mapped_column(JSONB, comment="what the row says, by column")
    diff: Mapped[Any | None] = mapped_column(JSONB, comment="column: [before, after]")
    why: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="why it is not loaded")


class UploadPair(Base):
    """A row that looks like something recorded, or like another row of its file."""

    __tablename__ = "upload_pair"
    __table_args__ = (
        Index("ix_upload_pair_upload_id_number", "upload_id", "number"),
        {"prefixes": ["UNLOGGED"]},
    )

    id: Mapped[Id]
    upload_id: Mapped[BigInt]
    number: Mapped[int]
    resource_id: Mapped[BigInt | None]
    other_number: Mapped[int | None] = mapped_column(comment="another row of the same file")
    score: Mapped[float] = mapped_column(comment="0 to 1")
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    choice: Mapped[str | None] = mapped_column(comment="same, different or merge")
    row_key: Mapped[str] = mapped_column(comment="as same_choice keeps it")
    other_key: Mapped[str | None] = mapped_column(comment="the other row's")


class UploadProgress(Base):
    """How far the work on an upload is, for everybody who looks."""

    __tablename__ = "upload_progress"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    upload_id: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[str]
    done: Mapped[int]
    total: Mapped[int]
    at: Mapped[Moment]


class SameChoice(Base):
    """What a person decided about two look-alikes, remembered for the next file."""

    __tablename__ = "same_choice"
    __table_args__ = (
        CheckConstraint("choice IN ('same', 'different', 'merge')", name="choice"),
        CheckConstraint("(resource_id IS NULL) <> (other_key IS NULL)", name="other"),
        Index(
            "uq_same_choice",
            "agency_id",
            "kind",
            "row_key",
            "resource_id",
            "other_key",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Id]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[str]
    row_key: Mapped[str] = mapped_column(comment="what a row is recognized by")
    resource_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), index=True
    )
    other_key: Mapped[str | None] = mapped_column(
        comment="the other row's, where both are in a file"
    )
    choice: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Now]
