"""The nearest unit of a kind: indexes that walk outward, by recorded place and by device."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # no status in them: one that changed would have to be written into every index of the row
    op.execute(
        "CREATE INDEX ix_resource_unit_nearest ON resource"
        " USING gist (type, geography(position)) WHERE kind = 'unit' AND position IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX ix_resource_unit_county ON resource (type, county_fips) WHERE kind = 'unit'"
    )
    op.execute("ALTER TABLE unit_position ADD COLUMN unit_type VARCHAR")
    op.execute("COMMENT ON COLUMN unit_position.unit_type IS 'that of its unit, kept by triggers'")
    op.execute("ALTER TABLE unit_position DISABLE TRIGGER USER")
    op.execute(
        "UPDATE unit_position SET unit_type = resource.type FROM resource"
        " WHERE resource.id = resource_id"
    )
    op.execute("ALTER TABLE unit_position ENABLE TRIGGER USER")
    op.execute(
        "CREATE INDEX ix_unit_position_nearest ON unit_position"
        " USING gist (unit_type, geography(position))"
    )
    _keep_the_type()


def _keep_the_type() -> None:
    op.execute("""
        CREATE FUNCTION unit_position_type() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.unit_type := (SELECT type FROM resource WHERE id = NEW.resource_id);
          RETURN NEW;
        END
        $$
    """)
    op.execute("""
        CREATE FUNCTION unit_type_follows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          UPDATE unit_position SET unit_type = NEW.type WHERE resource_id = NEW.id;
          RETURN NULL;
        END
        $$
    """)
    op.execute(
        "CREATE TRIGGER type BEFORE INSERT ON unit_position"
        " FOR EACH ROW EXECUTE FUNCTION unit_position_type()"
    )
    op.execute(
        "CREATE TRIGGER type_follows AFTER UPDATE OF type ON resource FOR EACH ROW"
        " WHEN (NEW.kind = 'unit' AND NEW.type IS DISTINCT FROM OLD.type)"
        " EXECUTE FUNCTION unit_type_follows()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER type_follows ON resource")
    op.execute("DROP TRIGGER type ON unit_position")
    op.execute("DROP FUNCTION unit_type_follows, unit_position_type")
    op.execute("ALTER TABLE unit_position DROP COLUMN unit_type")
    op.execute("DROP INDEX ix_resource_unit_county")
    op.execute("DROP INDEX ix_resource_unit_nearest")
