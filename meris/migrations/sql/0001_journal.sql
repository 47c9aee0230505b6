-- The journal's triggers (design.md §2). Statement triggers with transition tables: a load of
-- 100,000 rows writes its journal in one INSERT ... SELECT, and notifies once.

CREATE FUNCTION journal_row_id(item jsonb, keys text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN array_length(keys, 1) = 1 THEN item ->> keys[1]
    ELSE (SELECT string_agg(item ->> key, '/' ORDER BY place)
          FROM unnest(keys) WITH ORDINALITY AS k(key, place)) END
$$;

-- What a reader may learn of a secret is that it changed.
CREATE FUNCTION journal_mask(item jsonb, masked text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN masked = '{}' OR NOT item ?| masked THEN item
    ELSE item || (SELECT jsonb_object_agg(key, '(secret)') FROM unnest(masked) AS key
                  WHERE item ? key) END
$$;

CREATE FUNCTION journal_differences(old_item jsonb, new_item jsonb,
                                    OUT before jsonb, OUT after jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value)
  FROM jsonb_each(old_item) o JOIN jsonb_each(new_item) n USING (key)
  WHERE o.value IS DISTINCT FROM n.value
$$;

-- Arguments: key columns, the column that names the resource (or ''), columns to leave out,
-- columns whose values are secret; each a comma-separated list.
-- OFFSET 0 keeps the planner from computing to_jsonb once for each mention of `item`.
-- SECURITY DEFINER: the web's role cannot write the journal except by changing something.
-- enable_nestloop: a session keeps for good the number of rows that a transition table had when
-- the trigger first ran in it. After an update of one row the planner would join the old and new
-- rows of a bulk load one by one: 160 s for 1,100 rows, instead of 0.1 s.
CREATE FUNCTION journal_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE
  keys text[] := string_to_array(TG_ARGV[0], ',');
  subject text := TG_ARGV[1];
  omitted text[] := string_to_array(TG_ARGV[2], ',');
  masked text[] := string_to_array(TG_ARGV[3], ',');
  actor bigint := nullif(current_setting('meris.actor', true), '')::bigint;
  agency bigint := nullif(current_setting('meris.agency', true), '')::bigint;
  actor_name text := coalesce(nullif(current_setting('meris.name', true), ''),
                              session_user || ' (database)');
  upload bigint := nullif(current_setting('meris.upload', true), '')::bigint;
  written bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO change (xid, at, actor_id, agency_id, actor_name, table_name, row_id, resource_id,
                        operation, after, upload_id)
    SELECT pg_current_xact_id(), clock_timestamp(), actor, agency, actor_name, TG_TABLE_NAME,
           journal_row_id(item, keys), (item ->> subject)::bigint, 'I',
           journal_mask(item - omitted, masked), upload
    FROM (SELECT jsonb_strip_nulls(to_jsonb(n)) AS item FROM new_rows n OFFSET 0) AS rows;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO change (xid, at, actor_id, agency_id, actor_name, table_name, row_id, resource_id,
                        operation, before, upload_id)
    SELECT pg_current_xact_id(), clock_timestamp(), actor, agency, actor_name, TG_TABLE_NAME,
           journal_row_id(item, keys), (item ->> subject)::bigint, 'D',
           journal_mask(item - omitted, masked), upload
    FROM (SELECT jsonb_strip_nulls(to_jsonb(o)) AS item FROM old_rows o OFFSET 0) AS rows;
  ELSE
    INSERT INTO change (xid, at, actor_id, agency_id, actor_name, table_name, row_id, resource_id,
                        operation, before, after, upload_id)
    SELECT pg_current_xact_id(), clock_timestamp(), actor, agency, actor_name, TG_TABLE_NAME,
           o.row_id, (n.item ->> subject)::bigint, 'U',
           journal_mask(d.before, masked), journal_mask(d.after, masked), upload
    FROM (SELECT item - omitted AS item, journal_row_id(item, keys) AS row_id
          FROM (SELECT to_jsonb(r) AS item FROM old_rows r OFFSET 0) AS r OFFSET 0) AS o
    JOIN (SELECT item - omitted AS item, journal_row_id(item, keys) AS row_id
          FROM (SELECT to_jsonb(r) AS item FROM new_rows r OFFSET 0) AS r OFFSET 0) AS n
      USING (row_id)
    CROSS JOIN LATERAL journal_differences(o.item, n.item) AS d
    WHERE d.after IS NOT NULL;
  END IF;
  GET DIAGNOSTICS written = ROW_COUNT;
  IF written > 0 THEN
    PERFORM pg_notify('meris_change', '');
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % would escape the journal; use DELETE', TG_OP, TG_TABLE_NAME;
END
$$;

-- A key is what the journal knows a row by, so it never changes.
CREATE FUNCTION journal_keep_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the primary key of % never changes; insert a new row', TG_TABLE_NAME;
END
$$;

-- Puts a table under the journal. ENABLE ALWAYS: also where triggers are off for replication.
CREATE PROCEDURE journal_cover(of_table regclass, subject text DEFAULT '',
                               omitted text DEFAULT '', masked text DEFAULT '')
LANGUAGE plpgsql AS $$
DECLARE
  keys text := (SELECT string_agg(a.attname, ',' ORDER BY k.place)
                FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(number, place)
                JOIN pg_attribute a ON a.attnum = k.number
                WHERE i.indrelid = of_table AND i.indisprimary AND a.attrelid = of_table);
  arguments text := format('%L, %L, %L, %L', keys, subject, omitted, masked);
BEGIN
  EXECUTE format('CREATE TRIGGER journal_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS '
    'new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_write(%s)', of_table, arguments);
  EXECUTE format('CREATE TRIGGER journal_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS '
    'old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_write(%s)',
    of_table, arguments);
  EXECUTE format('CREATE TRIGGER journal_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS '
    'old_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_write(%s)', of_table, arguments);
  EXECUTE format('CREATE TRIGGER journal_truncate BEFORE TRUNCATE ON %s '
    'FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()', of_table);
  EXECUTE format('CREATE TRIGGER journal_key BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s) '
    'EXECUTE FUNCTION journal_keep_key()', of_table,
    (SELECT string_agg(format('OLD.%I IS DISTINCT FROM NEW.%I', key, key), ' OR ')
     FROM unnest(string_to_array(keys, ',')) AS key));
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER journal_insert, '
    'ENABLE ALWAYS TRIGGER journal_update, ENABLE ALWAYS TRIGGER journal_delete, '
    'ENABLE ALWAYS TRIGGER journal_truncate, ENABLE ALWAYS TRIGGER journal_key', of_table);
END
$$;

-- Whether a transaction is one that the snapshot `since` could not see and `until` can.
CREATE FUNCTION journal_is_new(xid xid8, since pg_snapshot, until pg_snapshot) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT xid >= pg_snapshot_xmin(since) AND xid < pg_snapshot_xmax(until)
    AND NOT pg_visible_in_snapshot(xid, since) AND pg_visible_in_snapshot(xid, until)
$$;

-- Where the journal's transaction ids have a meaning: this cluster, timeline, database and table.
-- Any restore changes at least one of them.
CREATE FUNCTION journal_identity() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT md5(concat_ws('.', (pg_control_system()).system_identifier,
                       (pg_control_checkpoint()).timeline_id,
                       (SELECT oid FROM pg_database WHERE datname = current_database()),
                       'change'::regclass::oid))
$$;

-- A write bumps the version, whoever makes it, so that no later write can miss it.
CREATE FUNCTION resource_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

-- A change in a kind's own table is a change of the resource: its version moves too, once a
-- transaction however many of its tables are written.
CREATE FUNCTION resource_touch_owner() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE resource SET updated_at = now()
  WHERE id IN (SELECT resource_id FROM new_rows) AND updated_at IS DISTINCT FROM now();
  RETURN NULL;
END
$$;

-- A newer fix moves the unit; an older one only lengthens its trail. The new xid brings it to
-- the feed.
CREATE FUNCTION unit_position_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.xid := pg_current_xact_id();
  RETURN NEW;
END
$$;

CREATE FUNCTION unit_position_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('meris_change', '');
  RETURN NULL;
END
$$;

-- The trail's daily partitions, made ahead of time; callable by the web's role, which has no DDL.
CREATE FUNCTION position_fix_prepare(first_day date, days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  made integer := 0;
  part text;
  day date;
BEGIN
  FOR day IN SELECT first_day + n FROM generate_series(0, days - 1) AS n LOOP
    part := 'position_fix_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(part) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I PARTITION OF position_fix FOR VALUES FROM (%L) TO (%L)',
                   part, day, day + 1);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- Later arguments win: `jsonb_merge(x ORDER BY id DESC)` is the state before the earliest change.
CREATE AGGREGATE jsonb_merge(jsonb) (
  SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}', PARALLEL = SAFE
);
