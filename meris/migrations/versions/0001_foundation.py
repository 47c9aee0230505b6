"""The first schema: tables, the journal that covers them, and what keeps versions honest."""

from pathlib import Path

from alembic import op

from geo.values import SRID

revision = "0001"
down_revision = None

_SQL = Path(__file__).parent.parent / "sql"
_TABLES = ("0001_tables_foundations.sql", "0001_tables_resources.sql")

#: Table, column that names the resource, columns the journal leaves out, columns it masks.
#: Left out is what is derived or changes at every log-in.
COVERED = (
    ("agency", "", "", ""),
    (
        "account",
        "",
        "update_datetime,last_login_at,current_login_at,last_login_ip,current_login_ip,login_count",
        "password,fs_uniquifier,tf_totp_secret,mf_recovery_codes,fs_webauthn_user_handle",
    ),
    ("account_role", "", "", ""),
    ("webauthn", "", "sign_count,lastuse_datetime", "credential_id,public_key"),
    ("api_token", "", "last_used_at", "token_hash"),
    ("role", "", "", ""),
    ("region_scheme", "", "", ""),
    ("region", "", "", ""),
    ("region_county", "", "", ""),
    ("status_code", "", "", ""),
    ("resource", "id", "search_text,version,updated_at", ""),
    ("shelter", "resource_id", "", ""),
    ("supply_site", "resource_id", "", ""),
    ("stock_line", "resource_id", "", ""),
    ("unit", "resource_id", "", ""),
    ("upload", "", "", ""),
    ("header_mapping", "", "", ""),
)

#: Tables whose rows are part of a resource: writing one moves the resource's version.
PARTS = ("shelter", "supply_site", "stock_line", "unit")


def upgrade() -> None:
    for file in _TABLES:
        _run(file)
    _run("0001_journal.sql")
    for table, subject, omitted, masked in COVERED:
        op.execute(f"CALL journal_cover('{table}', '{subject}', '{omitted}', '{masked}')")
    op.execute(
        "CREATE TRIGGER touch BEFORE UPDATE ON resource"
        " FOR EACH ROW EXECUTE FUNCTION resource_touch()"
    )
    for table in PARTS:
        _touch_owner(table)
    op.execute(
        "CREATE TRIGGER touch BEFORE UPDATE ON unit_position"
        " FOR EACH ROW EXECUTE FUNCTION unit_position_touch()"
    )
    op.execute(
        "CREATE TRIGGER notify AFTER INSERT OR UPDATE ON unit_position"
        " FOR EACH STATEMENT EXECUTE FUNCTION unit_position_notify()"
    )
    op.execute("CREATE TABLE position_fix_other PARTITION OF position_fix DEFAULT")


def downgrade() -> None:
    for table in reversed(_tables()):
        op.execute(f"DROP TABLE IF EXISTS {table} CASCADE")
    op.execute("DROP PROCEDURE journal_cover")
    op.execute("DROP AGGREGATE jsonb_merge(jsonb)")
    for function in (
        "journal_write",
        "journal_refuse",
        "journal_keep_key",
        "journal_identity",
        "journal_is_new",
        "journal_row_id",
        "journal_mask",
        "journal_differences",
        "resource_touch",
        "resource_touch_owner",
        "unit_position_touch",
        "unit_position_notify",
        "position_fix_prepare",
    ):
        op.execute(f"DROP FUNCTION {function}")


def _touch_owner(table: str) -> None:
    for operation, rows in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS new_rows"),
    ):
        op.execute(
            f"CREATE TRIGGER touch_owner_{operation.lower()} AFTER {operation} ON {table}"
            f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION resource_touch_owner()"
        )


def _run(name: str) -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_read(name).replace("%", "%%"))


def _read(name: str) -> str:
    return (_SQL / name).read_text().replace(":srid", str(SRID))


def _tables() -> list[str]:
    lines = "\n".join(_read(file) for file in _TABLES).splitlines()
    return [line.split()[2] for line in lines if line.startswith("CREATE TABLE")]
