"""What runs out first: planning factors and points of distribution."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"

_SQL = Path(__file__).parent.parent / "sql" / "0018_tables.sql"
_OF_SITE = ("pod_type", "vehicles_per_hour", "people_per_vehicle", "loading_points", "pod_staff")


def upgrade() -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_SQL.read_text().replace("%", "%%"))
    op.execute("CALL journal_cover('planning_factor', '', '', '')")
    # only added to, and its newest days are read by index alone: vacuum by number, not by share
    op.execute(
        "ALTER TABLE stock_movement SET (autovacuum_vacuum_insert_scale_factor = 0,"
        " autovacuum_vacuum_insert_threshold = 20000)"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE stock_movement RESET (autovacuum_vacuum_insert_scale_factor,"
        " autovacuum_vacuum_insert_threshold)"
    )
    op.execute("DROP TABLE planning_factor CASCADE")
    op.execute("DROP FUNCTION IF EXISTS journal_write_planning_factor")
    dropped = ", ".join(f"DROP COLUMN {name}" for name in _OF_SITE)
    op.execute(f"ALTER TABLE supply_site {dropped}")
