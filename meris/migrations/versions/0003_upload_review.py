"""What an upload's review keeps row by row, and what people decided about look-alikes.

The rows, pairs and progress of a review are unlogged: a crash may empty them, and then the file,
which is kept, is simply checked again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"

_UNLOGGED = ["UNLOGGED"]


def upgrade() -> None:
    _extend_what_is_there()
    _make_review()
    _make_choices()


def downgrade() -> None:
    for table in ("same_choice", "upload_progress", "upload_pair", "upload_row"):
        op.drop_table(table)
    op.drop_column("resource", "unreported_at")
    for column in ("choices", "account_id", "updated_at"):
        op.drop_column("header_mapping", column)
    for column in ("started_at", "checked_at", "by_agency_id"):
        op.drop_column("upload", column)


def _extend_what_is_there() -> None:
    op.add_column("upload", _moment("started_at"))
    op.add_column("upload", _moment("checked_at"))
    op.add_column("upload", _link("by_agency_id", "whose person sent it; null: no agency's"))
    op.create_foreign_key("fk_upload_by_agency_id", "upload", "agency", ["by_agency_id"], ["id"])
    op.add_column("header_mapping", sa.Column("choices", JSONB, comment="repairs, words, …"))
    op.add_column("header_mapping", _link("account_id"))
    op.add_column("header_mapping", _moment("updated_at"))
    op.create_foreign_key(
        "fk_header_mapping_account_id", "header_mapping", "account", ["account_id"], ["id"]
    )
    op.add_column(
        "resource", _moment("unreported_at", "since when its agency's file lacks it; null: it has")
    )


def _make_review() -> None:
    op.create_table(
        "upload_row",
        sa.Column("upload_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, comment="as the spreadsheet shows it"),
        sa.Column("fate", sa.String, nullable=False),
        sa.Column("resource_id", sa.BigInteger),
        sa.Column("name", sa.String),
        sa.Column("lat", sa.Float),
        sa.Column("lon", sa.Float),
        sa.Column("radius_m", sa.Integer),
        sa.Column("cells", ARRAY(sa.Text), comment="as in the file; only where to be corrected"),
        sa.Column("stated", JSONB, comment="what the row says, by column"),
        sa.Column("diff", JSONB, comment="column: [before, after]"),
        sa.Column("why", ARRAY(sa.Text), comment="why it is not loaded"),
        sa.PrimaryKeyConstraint("upload_id", "number", name="pk_upload_row"),
        prefixes=_UNLOGGED,
    )
    op.create_index("ix_upload_row_fate", "upload_row", ["upload_id", "fate", "number"])
    op.create_table(
        "upload_pair",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("upload_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("resource_id", sa.BigInteger),
        sa.Column("other_number", sa.Integer, comment="another row of the same file"),
        sa.Column("score", sa.Float, nullable=False, comment="0 to 1"),
        sa.Column("reasons", ARRAY(sa.Text), nullable=False),
        sa.Column("choice", sa.String, comment="same, different or merge"),
        sa.Column("row_key", sa.String, nullable=False, comment="as same_choice keeps it"),
        sa.Column("other_key", sa.String, comment="the other row's"),
        sa.PrimaryKeyConstraint("id", name="pk_upload_pair"),
        prefixes=_UNLOGGED,
    )
    op.create_index("ix_upload_pair_upload_id_number", "upload_pair", ["upload_id", "number"])
    op.create_table(
        "upload_progress",
        sa.Column("upload_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name="pk_upload_progress"),
        prefixes=_UNLOGGED,
    )


def _make_choices() -> None:
    op.create_table(
        "same_choice",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("agency_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("row_key", sa.String, nullable=False, comment="what a row is recognized by"),
        sa.Column("resource_id", sa.BigInteger),
        sa.Column("other_key", sa.String, comment="the other row's, where both are in a file"),
        sa.Column("choice", sa.String, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        _moment("created_at", default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_same_choice"),
        sa.CheckConstraint(
            "choice IN ('same', 'different', 'merge')", name="ck_same_choice_choice"
        ),
        sa.CheckConstraint(
            "(resource_id IS NULL) <> (other_key IS NULL)", name="ck_same_choice_other"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_same_choice_agency_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_same_choice_account_id"),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name="fk_same_choice_resource_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "uq_same_choice",
        "same_choice",
        ["agency_id", "kind", "row_key", "resource_id", "other_key"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_same_choice_resource_id", "same_choice", ["resource_id"])
    op.execute("CALL journal_cover('same_choice', '', '', '')")


def _moment(
    name: str,
    comment: str | None = None,
    *,
    default: sa.TextClause | None = None,
    nullable: bool = True,
) -> sa.Column[object]:
    kind = sa.DateTime(timezone=True)
    return sa.Column(name, kind, nullable=nullable, comment=comment, server_default=default)


def _link(name: str, comment: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, comment=comment)
