"""How many people a shelter had, count by count. A count is never changed; a later one corrects."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from meris.tables.base import Base, BigInt, Id, Moment, Now


class ShelterCount(Base):
    """One count of a shelter (domain §2.3). NULL is not counted, never zero."""

    __tablename__ = "shelter_count"
    __table_args__ = (
        CheckConstraint("period IN ('midday', 'overnight', 'adhoc')", name="period"),
        CheckConstraint(
            "least(total, general, medical_needs, other, pets) >= 0", name="not_negative"
        ),
        Index("ix_shelter_count_resource_id", "resource_id", "at", "id"),
        Index(
            "ix_shelter_count_upload_id",
            "upload_id",
            postgresql_where=text("upload_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    resource_id: Mapped[BigInt] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"))
    at: Mapped[Moment] = mapped_column(comment="when it was counted")
    period: Mapped[str]
    total: Mapped[int | None]
    general: Mapped[int | None]
    medical_needs: Mapped[int | None]
    other: Mapped[int | None]
    pets: Mapped[int | None]
    reported_by: Mapped[str]
    source: Mapped[str] = mapped_column(comment="phone, web, upload, database")
    received_at: Mapped[Now]
    client_key: Mapped[str | None] = mapped_column(unique=True)
    upload_id: Mapped[int | None] = mapped_column(
        ForeignKey("upload.id"), comment="taken back when that is undone"
    )
