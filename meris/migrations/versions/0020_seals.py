"""A tamper-evident journal: seals over its rows, chained, and triggers that keep both."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"

_SQL = Path(__file__).parent.parent / "sql" / "0020_seals.sql"
_FUNCTIONS = (
    "journal_let_go(timestamptz, text, text)",
    "journal_seal_next(integer)",
    "journal_append(journal_seal)",
    "journal_sealed()",
    "journal_first_new(pg_snapshot, pg_snapshot)",
    "journal_gather(bigint, pg_snapshot, pg_snapshot, int8multirange, integer)",
    "journal_seal_hash(journal_seal)",
    "journal_row_hash(change)",
)


def upgrade() -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_SQL.read_text().replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TRIGGER change_keep ON change")
    op.execute("DROP TRIGGER change_keep_all ON change")
    for name in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP TABLE journal_seal")
    op.execute("DROP FUNCTION journal_keep()")
