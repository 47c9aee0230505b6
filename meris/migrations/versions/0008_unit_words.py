"""Units by what people call them, however it is spelled: "E-12", "e 12" and "E12" are one."""

from alembic import op

revision = "0008"
down_revision = "0007"

_INDEXES = (
    ("ix_unit_unit_id_word", "unit", "unit_id", ""),
    ("ix_unit_call_sign_word", "unit", "call_sign", ""),
    ("ix_resource_unit_word", "resource", "name", " WHERE kind = 'unit'"),
)


def upgrade() -> None:
    # text_pattern_ops serves the whole word and its beginning alike
    for name, table, column, where in _INDEXES:
        op.execute(
            f"CREATE INDEX {name} ON {table} (regexp_replace(lower({column}), '[^a-z0-9]', '', 'g')"
            f" text_pattern_ops){where}"
        )


def downgrade() -> None:
    for name, _, _, _ in _INDEXES:
        op.execute(f"DROP INDEX {name}")
