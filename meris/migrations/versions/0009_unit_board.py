"""The unit board: units of a status, the longest in it first, without reading the others.

The columns that decide who may see a unit and what narrows the board are in the index, so that the
counts by status come from it alone. What it costs: a unit whose status changes is written into
this index too; nothing else that changes of a unit touches it.
"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_resource_unit_board ON resource (status, status_at, id)"
        " INCLUDE (kind, sensitivity, agency_id, county_fips, type) WHERE kind = 'unit'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_resource_unit_board")
