"""What is where: every movement of stock from a place to a place, and the balances they make."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"

_SQL = Path(__file__).parent.parent / "sql"
#: As journal_cover takes them: table, column that names the resource, columns left out, masked.
_COVERED = (
    ("fill", "", "version,updated_at", ""),
    ("shipment", "", "version,updated_at", ""),
    ("shipment_line", "", "", ""),
    ("stocktake", "resource_id", "version,updated_at", ""),
    ("stocktake_line", "", "", ""),
)
_VERSIONED = ("fill", "shipment", "stocktake")
#: Beside the journal's: these say which movement made a balance, and follow from it.
_DERIVED = "ledger_id,quantity_promised"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE stock_line ADD COLUMN quantity_promised NUMERIC DEFAULT 0 NOT NULL,"
        " ADD COLUMN ledger_id BIGINT,"
        " ADD CONSTRAINT ck_stock_line_promised"
        " CHECK (quantity_promised >= 0 AND quantity_promised <= quantity_committed)"
    )
    op.execute(
        "COMMENT ON COLUMN stock_line.quantity_promised IS"
        " 'of the committed, what a Fill promises to somebody'"
    )
    op.execute(
        "COMMENT ON COLUMN stock_line.ledger_id IS"
        " 'the StockMovement that made these quantities; null: none yet'"
    )
    _run("0014_tables.sql")
    for table in _VERSIONED:
        op.execute(
            f"CREATE TRIGGER touch BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION row_touch()"
        )
    for table, subject, omitted, masked in _COVERED:
        op.execute(f"CALL journal_cover('{table}', '{subject}', '{omitted}', '{masked}')")
    _cover_stock_line(_DERIVED)
    _open_the_books()
    _run("0014_ledger.sql")


def _cover_stock_line(omitted: str) -> None:
    op.execute("CALL journal_uncover('stock_line')")
    op.execute(f"CALL journal_cover('stock_line', 'resource_id', '{omitted}', '')")


def _open_the_books() -> None:
    """What each stock line says now are its first movements."""
    op.execute("""
        INSERT INTO stock_movement (at, kind, quantity, stock_line_id, reason, by_name, source,
                                    follows)
        SELECT coalesce(as_of, now()), said.kind, said.quantity, l.id,
               'here when the books were opened', 'MERIS', 'database', true
        FROM stock_line l CROSS JOIN LATERAL (VALUES
          (1, 'adjust_up', quantity_on_hand), (2, 'commit', quantity_committed)
        ) AS said (step, kind, quantity)
        WHERE said.quantity > 0 ORDER BY l.id, said.step
    """)


def downgrade() -> None:
    for trigger in (
        "keep_promises",
        "follow_insert",
        "follow_update",
        "ledger_insert",
        "ledger_update",
    ):
        op.execute(f"DROP TRIGGER {trigger} ON stock_line")
    for table in reversed(_tables()):
        op.execute(f"DROP TABLE {table} CASCADE")
    for table, _, _, _ in _COVERED:
        op.execute(f"DROP FUNCTION IF EXISTS journal_write_{table}")
    for name in (
        "stock_movement_fit",
        "stock_movement_keep",
        "stock_movement_lead",
        "stock_line_follow",
        "stock_line_keep_promises",
        "ledger_only",
        "movement_place",
    ):
        op.execute(f"DROP FUNCTION {name}")
    _cover_stock_line("")
    op.execute("ALTER TABLE stock_line DROP COLUMN quantity_promised, DROP COLUMN ledger_id")


def _run(name: str) -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql(_read(name).replace("%", "%%"))


def _read(name: str) -> str:
    return (_SQL / name).read_text()


def _tables() -> list[str]:
    lines = _read("0014_tables.sql").splitlines()
    return [line.split()[2] for line in lines if line.startswith("CREATE TABLE")]
