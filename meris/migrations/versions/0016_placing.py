"""Beds held for people on their way."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"

_SQL = Path(__file__).parent.parent / "sql" / "0016_tables.sql"


def upgrade() -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_SQL.read_text().replace("%", "%%"))
    # a hold is news of its shelter, but no new version of it: nobody's edit is in its way
    op.execute("CALL journal_cover('bed_hold', 'resource_id', '', '')")


def downgrade() -> None:
    op.execute("DROP TABLE bed_hold CASCADE")
    op.execute("DROP FUNCTION IF EXISTS journal_write_bed_hold")
