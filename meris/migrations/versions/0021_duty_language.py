"""Which language the people on duty speak, so that a dispatcher's order reaches them in it."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute("ALTER TABLE duty ADD COLUMN language VARCHAR DEFAULT 'en' NOT NULL")
    op.execute("COMMENT ON COLUMN duty.language IS 'of the phone: notices are written in it'")


def downgrade() -> None:
    op.execute("ALTER TABLE duty DROP COLUMN language")
