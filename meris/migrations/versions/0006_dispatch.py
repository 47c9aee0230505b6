"""Incidents, areas, assignments, and what dispatching goes by; a unit is committed once only."""

from pathlib import Path

from alembic import op

from geo.values import SRID

revision = "0006"
down_revision = "0005"

_SQL = Path(__file__).parent.parent / "sql"
#: As journal_cover takes them: table, column that names the resource, columns left out.
_COVERED = (
    ("incident_type", "", ""),
    ("incident", "", "version,updated_at"),
    ("incident_log", "", ""),
    ("incident_need", "", ""),
    ("area", "", "version,updated_at"),
    ("assignment", "resource_id", "version,updated_at"),
    ("unit_profile", "", ""),
    ("run_card", "", "version,updated_at"),
    ("run_card_line", "", ""),
    ("cover_rule", "", "version,updated_at"),
)
_VERSIONED = ("incident", "area", "run_card", "cover_rule")
_FUNCTIONS = (
    "unit_status_agrees",
    "assignment_lead_unit",
    "assignment_keep",
    "assignment_unit_status",
    "incident_log_keep",
    "incident_stays",
    "row_touch",
)


def upgrade() -> None:
    # an exclusion over a number and a range needs it; any owner of a database may have it
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _run("0006_tables.sql")
    _run("0006_dispatch.sql")
    for table in _VERSIONED:
        op.execute(
            f"CREATE TRIGGER touch BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION row_touch()"
        )
    for table, subject, omitted in _COVERED:
        op.execute(f"CALL journal_cover('{table}', '{subject}', '{omitted}', '')")
    # the record of an incident asks the journal by the row; uploads must not pay for it
    op.execute(
        "CREATE INDEX ix_change_row ON change (table_name, row_id, id)"
        " WHERE table_name IN ('incident', 'assignment', 'area')"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_change_row")
    for table in reversed(_tables()):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP TRIGGER agrees ON resource")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table, _, _ in _COVERED:
        op.execute(f"DROP FUNCTION IF EXISTS journal_write_{table}")


def _run(name: str) -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_read(name).replace("%", "%%"))


def _read(name: str) -> str:
    return (_SQL / name).read_text().replace(":srid", str(SRID))


def _tables() -> list[str]:
    lines = _read("0006_tables.sql").splitlines()
    return [line.split()[2] for line in lines if line.startswith("CREATE TABLE")]
