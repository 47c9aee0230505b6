"""The seals of the journal: a chain of hashes over its rows (docs/adr/0017)."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Moment, PgSnapshot


class JournalSeal(Base):
    """One seal. Nobody changes a seal, and the web's role can only have the next one made."""

    __tablename__ = "journal_seal"
    __table_args__ = (
        CheckConstraint("kind IN ('rows', 'let_go')", "kind"),
        Index("ix_journal_seal_sealed_at", "sealed_at"),
    )

    n: Mapped[BigInt] = mapped_column(
        primary_key=True, autoincrement=False, comment="from 1, without gaps"
    )
    kind: Mapped[str] = mapped_column(
        comment="rows: seals them; let_go: says that they were removed"
    )
    sealed_at: Mapped[Moment]
    home: Mapped[str] = mapped_column(
        comment="journal_identity() then; the snapshots mean something there"
    )
    since: Mapped[str | None] = mapped_column(PgSnapshot, comment="null: whatever no seal held yet")
    until: Mapped[str] = mapped_column(PgSnapshot, comment="the moment whose rows are sealed")
    whole: Mapped[bool] = mapped_column(comment="nothing of the stretch since … until is left")
    ids: Mapped[str] = mapped_column(
        INT8MULTIRANGE, comment="exactly the rows of change that it is about"
    )
    rows: Mapped[BigInt]
    row_hashes: Mapped[bytes] = mapped_column(comment="32 bytes a row, in the order of their ids")
    rows_hash: Mapped[bytes] = mapped_column(comment="SHA-256 of row_hashes")
    previous: Mapped[bytes] = mapped_column(comment="hash of seal n - 1; zeros before the first")
    hash: Mapped[bytes]
    by_name: Mapped[str | None]
    reason: Mapped[str | None]
