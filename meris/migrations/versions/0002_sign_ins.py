"""Sessions kept in the database, and codes that are good for one log-in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("token_hash", sa.String, nullable=False, comment="SHA-256, hex"),
        _now("created_at"),
        _now("last_seen_at"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_token_hash"),
        _account("sign_in"),
    )
    op.create_index("ix_sign_in_account_id", "sign_in", ["account_id"])
    op.create_table(
        "totp_use",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False, comment="half minutes since 1970"),
        sa.PrimaryKeyConstraint("account_id", name="pk_totp_use"),
        _account("totp_use"),
    )


def downgrade() -> None:
    op.drop_table("totp_use")
    op.drop_table("sign_in")


def _now(name: str) -> sa.Column[object]:
    kind = sa.DateTime(timezone=True)
    return sa.Column(name, kind, server_default=sa.text("now()"), nullable=False)


def _account(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_account_id"
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name, ondelete="CASCADE")
