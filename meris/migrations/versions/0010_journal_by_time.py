"""What somebody did in a stretch of time, asked of a journal of millions of rows.

The journal grows in order of time, so the time of each of its pages is enough: the index is a
thousandth of the size of one by row, and writing costs nothing that can be measured.
"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_change_at ON change USING brin (at) WITH (pages_per_range = 32)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_change_at")
