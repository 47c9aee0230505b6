"""Positions by the thousand a second: announced apart from the journal, and kept in one index."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _announce("meris_moved")
    # the primary key begins with the same columns
    op.execute("DROP INDEX ix_position_fix_resource_id")
    # every row is written anew about once a second: clean up by number, not by share
    op.execute(
        "ALTER TABLE unit_position SET (autovacuum_vacuum_scale_factor = 0,"
        " autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0)"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE unit_position RESET (autovacuum_vacuum_scale_factor,"
        " autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay)"
    )
    op.execute("CREATE INDEX ix_position_fix_resource_id ON position_fix (resource_id, at)")
    _announce("meris_change")


def _announce(channel: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION unit_position_notify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_notify('{channel}', '');
          RETURN NULL;
        END
        $$
    """)
