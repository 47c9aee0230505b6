"""Requests on their way up, who fills them with what, and how far that makes them."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"

_SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    _run("0017_sourcing.sql")
    _bring_forward()
    op.execute("ALTER TABLE request_line DROP COLUMN provider, DROP COLUMN expected_at")
    _run("0017_follow.sql")


def _bring_forward() -> None:
    """What was said of givers in words becomes fills, and the journal's steps the timeline."""
    # what is lent comes back; everything else of the catalogue is used up
    op.execute("""
        UPDATE request_line SET consumable = true
        WHERE item_code IS NOT NULL AND item_code NOT IN (
          'COT-STD', 'COT-ACC', 'GEN', 'PUMP', 'MED-DME', 'LIGHT', 'RADIO', 'TOILET', 'HANDWASH',
          'FORKLIFT', 'PALLETJACK', 'CONE', 'DUMPSTER', 'PET-CRATE')
    """)
    op.execute("""
        INSERT INTO fill (request_line_id, provider, unit_of_issue, quantity_committed,
                          quantity_in_transit, quantity_received, expected_at, confirmed_at,
                          made_by, made_at)
        SELECT id, coalesce(provider, 'not said'), unit_of_issue,
               CASE WHEN status IN ('sourced', 'assigned') THEN quantity ELSE 0 END,
               CASE status WHEN 'en_route' THEN quantity ELSE 0 END,
               CASE WHEN status IN ('on_scene', 'demobilizing', 'closed') THEN quantity ELSE 0 END,
               expected_at, CASE status WHEN 'assigned' THEN status_at END, status_by, status_at
        FROM request_line
        WHERE status IN ('sourced', 'assigned', 'en_route', 'on_scene', 'demobilizing', 'closed')
    """)
    op.execute("""
        INSERT INTO request_event (request_id, request_line_id, at, entered_at, kind, before, after,
                                   text, by_name)
        SELECT l.request_id, l.id, c.at, c.at, 'status', c.before ->> 'status',
               c.after ->> 'status', c.after ->> 'status_reason', c.actor_name
        FROM change c JOIN request_line l ON l.id::text = c.row_id
        WHERE c.table_name = 'request_line' AND c.after ? 'status' ORDER BY c.id
    """)


def downgrade() -> None:
    for trigger, table in (
        ("fill_follows", "assignment"),
        ("follow", "fill"),
        ("tell_update", "request_line"),
        ("tell_insert", "request_line"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for name in ("assignment_fill()", "fill_follow()", "request_line_tell()"):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP FUNCTION request_line_follow(bigint, timestamptz)")
    op.execute("DROP VIEW request_line_stand")
    op.execute("DROP FUNCTION base_units(text, text, numeric)")
    _take_back()
    op.execute("DROP TABLE request_event")
    for index in ("free", "giver", "words"):
        op.execute(f"DROP INDEX ix_stock_line_{index}")
    op.execute(
        "ALTER TABLE fill DROP COLUMN confirmed_at, DROP COLUMN departed_at,"
        " DROP COLUMN received_at"
    )
    for table, columns in (
        ("request_line", _LINE_COLUMNS),
        ("request", _REQUEST_COLUMNS),
    ):
        dropped = ", ".join(f"DROP COLUMN {name}" for name in columns.split())
        op.execute(f"ALTER TABLE {table} {dropped}")


def _take_back() -> None:
    """The first giver of each line in words, as it was before; fills stay for the ledger."""
    op.execute(
        "ALTER TABLE request_line ADD COLUMN provider VARCHAR,"
        " ADD COLUMN expected_at TIMESTAMP WITH TIME ZONE"
    )
    op.execute("COMMENT ON COLUMN request_line.provider IS 'who gives it, in words'")
    op.execute("COMMENT ON COLUMN request_line.expected_at IS 'when it should arrive'")
    op.execute("""
        UPDATE request_line l SET provider = f.provider, expected_at = f.expected_at
        FROM (SELECT DISTINCT ON (request_line_id) * FROM fill ORDER BY request_line_id, id) AS f
        WHERE f.request_line_id = l.id
    """)


_REQUEST_COLUMNS = (
    "substitutes requested_title level tried_locally authority_name authority_title authority_at"
    " external_refs"
)
_LINE_COLUMNS = (
    "details consumable approved_by approved_title approved_at received_by released_to disposition"
    " cost"
)


def _run(name: str) -> None:
    # the driver takes a lone % for the place of a parameter
    op.get_bind().exec_driver_sql((_SQL / name).read_text().replace("%", "%%"))
