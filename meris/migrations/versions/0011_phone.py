"""The responder's phone: duty, devices, reports and notices; counts, requests and trails."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"

_SQL = Path(__file__).parent.parent / "sql"
#: As journal_cover takes them: table, column that names the resource, columns left out, masked.
_COVERED = (
    ("duty", "resource_id", "", ""),
    ("device", "", "last_used_at", "token_hash"),
    ("request", "", "version,updated_at", ""),
    ("request_line", "", "version,updated_at", ""),
    ("trail_hold", "", "", ""),
)
_VERSIONED = ("request", "request_line")


def upgrade() -> None:
    _run("0011_tables.sql")
    for table in _VERSIONED:
        op.execute(
            f"CREATE TRIGGER touch BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION row_touch()"
        )
    for table, subject, omitted, masked in _COVERED:
        op.execute(f"CALL journal_cover('{table}', '{subject}', '{omitted}', '{masked}')")
    op.execute("ALTER TABLE position_fix ADD COLUMN device_id BIGINT NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE position_fix ADD COLUMN account_id BIGINT")
    op.execute("COMMENT ON COLUMN position_fix.device_id IS '0: the page itself'")
    op.execute("COMMENT ON COLUMN position_fix.account_id IS 'who was on duty'")
    # two phones on one engine may take a fix in the same second
    op.execute("ALTER TABLE position_fix DROP CONSTRAINT pk_position_fix")
    op.execute(
        "ALTER TABLE position_fix ADD CONSTRAINT pk_position_fix"
        " PRIMARY KEY (resource_id, at, device_id)"
    )
    _begin_counting()
    op.execute(
        "CREATE INDEX ix_resource_site_nearest ON resource"
        " USING gist (kind, status, geography(position))"
        " WHERE kind <> 'unit' AND position IS NOT NULL"
    )


def _begin_counting() -> None:
    """What each shelter says of its people now is its first count."""
    op.execute("ALTER TABLE shelter ADD COLUMN counted_at TIMESTAMP WITH TIME ZONE")
    op.execute(
        "COMMENT ON COLUMN shelter.counted_at IS"
        " 'when these people were counted: that of the newest ShelterCount'"
    )
    op.execute("""
        INSERT INTO shelter_count (resource_id, at, period, total, general, medical_needs, other,
                                   pets, reported_by, source)
        SELECT resource_id, coalesce(confirmed_at, as_of, updated_at),
               coalesce(reporting_period, 'adhoc'), population_total, population_general,
               population_medical_needs, population_other, population_pets,
               coalesce(confirmed_by, 'unknown'), 'database'
        FROM shelter JOIN resource ON resource.id = resource_id
        WHERE num_nonnulls(population_total, population_general, population_medical_needs,
                           population_other, population_pets) > 0
    """)
    # nobody said anything new: no version moves
    op.execute("ALTER TABLE shelter DISABLE TRIGGER touch_owner_update")
    op.execute(
        "UPDATE shelter SET counted_at = at FROM shelter_count c"
        " WHERE c.resource_id = shelter.resource_id"
    )
    op.execute("ALTER TABLE shelter ENABLE TRIGGER touch_owner_update")
    _run("0011_counts.sql")


def downgrade() -> None:
    op.execute("DROP INDEX ix_resource_site_nearest")
    op.execute("DROP TRIGGER count_insert ON shelter")
    op.execute("DROP TRIGGER count_update ON shelter")
    op.execute("ALTER TABLE shelter DROP COLUMN counted_at")
    op.execute("DELETE FROM position_fix WHERE device_id <> 0")
    op.execute("ALTER TABLE position_fix DROP CONSTRAINT pk_position_fix")
    op.execute("ALTER TABLE position_fix DROP COLUMN device_id, DROP COLUMN account_id")
    op.execute(
        "ALTER TABLE position_fix ADD CONSTRAINT pk_position_fix PRIMARY KEY (resource_id, at)"
    )
    for table in reversed(_tables()):
        op.execute(f"DROP TABLE {table} CASCADE")
    for table, _, _, _ in _COVERED:
        op.execute(f"DROP FUNCTION IF EXISTS journal_write_{table}")
    for name in ("lead", "follow", "withdraw", "keep"):
        op.execute(f"DROP FUNCTION shelter_count_{name}")


def _run(name: str) -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_read(name).replace("%", "%%"))


def _read(name: str) -> str:
    return (_SQL / name).read_text()


def _tables() -> list[str]:
    lines = _read("0011_tables.sql").splitlines()
    return [line.split()[2] for line in lines if line.startswith("CREATE TABLE")]
