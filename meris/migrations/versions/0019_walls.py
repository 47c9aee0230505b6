"""What row-level security stands on; the policies themselves are in meris/migrations/walls.py."""

from pathlib import Path

from alembic import op

from meris.migrations import walls

revision = "0019"
down_revision = "0018"

_SQL = Path(__file__).parent.parent / "sql" / "0019_walls.sql"
#: What these triggers keep true must not depend on what the writer may see: they work as the owner.
_TRIGGERS = (
    "resource_touch_owner",
    "assignment_keep",
    "assignment_lead_unit",
    "unit_status_agrees",
    "unit_position_type",
    "unit_type_follows",
    "shelter_count_lead",
    "shelter_count_follow",
    "shelter_stays_retired",
    "stock_movement_fit",
    "stock_movement_lead",
    "stock_line_follow",
    "stock_line_keep_promises",
    "fill_follow",
    "assignment_fill",
    "request_line_tell",
)


def upgrade() -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_SQL.read_text().replace("%", "%%"))
    for name in _TRIGGERS:
        op.execute(f"ALTER FUNCTION {name}() SECURITY DEFINER SET search_path = public, pg_temp")


def downgrade() -> None:
    walls.lower_walls(op.get_bind())
    for name in _TRIGGERS:
        op.execute(f"ALTER FUNCTION {name}() SECURITY INVOKER RESET search_path")
    for table in walls.GUARDED:
        op.execute(f"DROP TRIGGER wall ON {table}")
    op.execute("DROP FUNCTION wall_refuse")
