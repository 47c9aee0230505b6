"""Trails that are past their time: dropped day by day, unless something of them is on hold."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"

_SQL = Path(__file__).parent.parent / "sql" / "0013_trails_end.sql"


def upgrade() -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP FUNCTION position_fix_let_go(text, date)")
    op.execute("DROP FUNCTION position_fix_thin(text, timestamptz)")
    op.execute("DROP FUNCTION position_fix_past(date)")
