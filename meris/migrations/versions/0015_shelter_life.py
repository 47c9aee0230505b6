"""Shelters in operation: from survey to restored, where people went, and who was asked."""

from pathlib import Path

from alembic import op
from sqlalchemy import text

from meris import fields

revision = "0015"
down_revision = "0014"

_SQL = Path(__file__).parent.parent / "sql"
_NEW = {
    "capacity_phase": "VARCHAR",
    "manager_role": "VARCHAR",
    "manager_name": "VARCHAR",
    "manager_phone": "VARCHAR",
    "inspected_on": "DATE",
    "agreement_on": "DATE",
    "agreement_until": "DATE",
    "restored_on": "DATE",
}
#: Of status_code: after how many minutes each group of facts is stale; NULL: it does not grow old.
_LIMITS = {
    "people_limit_minutes": "people",
    "position_limit_minutes": "position",
    "stock_limit_minutes": "stock",
}


def upgrade() -> None:
    for name, kind in _NEW.items():
        op.execute(f"ALTER TABLE shelter ADD COLUMN {name} {kind}")
    op.execute(
        "COMMENT ON COLUMN shelter.capacity_phase IS"
        " 'which capacity is in use; null: post-impact once known'"
    )
    op.execute(
        "ALTER TABLE shelter ADD CONSTRAINT ck_shelter_capacity_phase"
        " CHECK (capacity_phase IN ('evacuation', 'post_impact'))"
    )
    _limit_ages()
    # two statuses come before it in lists
    op.execute("UPDATE status_code SET rank = 7 WHERE kind = 'shelter' AND code = 'unknown'")
    _run("0015_tables.sql")
    op.execute("CALL journal_cover('shelter_departure', 'to_id', '', '')")
    _run("0015_guards.sql")


def _limit_ages() -> None:
    """The limits of each group of facts, as the catalogue has them."""
    for name in _LIMITS:
        op.execute(f"ALTER TABLE status_code ADD COLUMN {name} INTEGER")
        op.execute(
            f"ALTER TABLE status_code ADD CONSTRAINT ck_status_code_{name} CHECK ({name} > 0)"
        )
    op.execute(
        "ALTER TABLE status_code"
        " ADD CONSTRAINT ck_status_code_age_limit_minutes CHECK (age_limit_minutes > 0)"
    )
    connection = op.get_bind()
    for kind, code in connection.execute(text("SELECT kind, code FROM status_code")).all():
        limits = {name: fields.limit_minutes(kind, code, group) for name, group in _LIMITS.items()}
        assigned = ", ".join(f"{name} = :{name}" for name in limits)
        connection.execute(
            text(f"UPDATE status_code SET {assigned} WHERE kind = :kind AND code = :code"),  # noqa: S608  # nosec B608  # our names
            limits | {"kind": kind, "code": code},
        )


def downgrade() -> None:
    op.execute("UPDATE resource SET status = 'closed' WHERE status = 'retired'")
    op.execute("UPDATE resource SET status = 'open' WHERE status = 'consolidating'")
    op.execute(
        "DELETE FROM status_code WHERE kind = 'shelter' AND code IN ('retired', 'consolidating')"
    )
    op.execute("DROP TRIGGER stays_retired ON resource")
    op.execute("DROP FUNCTION shelter_stays_retired")
    op.execute("DROP INDEX ix_resource_due")
    for table in ("contact_turn", "contact_try", "shelter_departure"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION said_once")
    op.execute("DROP FUNCTION IF EXISTS journal_write_shelter_departure")
    op.execute("ALTER TABLE status_code DROP CONSTRAINT ck_status_code_age_limit_minutes")
    for name in _LIMITS:
        op.execute(f"ALTER TABLE status_code DROP COLUMN {name}")
    for name in _NEW:
        op.execute(f"ALTER TABLE shelter DROP COLUMN {name}")


def _run(name: str) -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql((_SQL / name).read_text().replace("%", "%%"))
