"""What a file did not list is reported again as soon as anybody writes anything of it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION resource_touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.version := OLD.version + 1;
          NEW.updated_at := now();
          IF NEW.unreported_at IS NOT DISTINCT FROM OLD.unreported_at THEN
            NEW.unreported_at := NULL;
          END IF;
          RETURN NEW;
        END
        $$
    """)


def downgrade() -> None:
    op.execute("""
        CREATE OR REPLACE FUNCTION resource_touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.version := OLD.version + 1;
          NEW.updated_at := now();
          RETURN NEW;
        END
        $$
    """)
