-- The journal's triggers again, a function for each table with its columns written out. Comparing
-- column by column, and naming the geometry's notation, takes a fifth of the time that comparing
-- whole rows as JSON took: there, PostGIS looked up the reference system once for each row.

-- How a column stands in the journal; places as GeoJSON with every digit.
CREATE FUNCTION journal_column(of_table regclass, name text, masked text[]) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN a.attname = ANY(masked) THEN
      format('CASE WHEN r.%I IS NOT NULL THEN ''(secret)'' END', a.attname)
    WHEN t.typname = 'geometry' THEN format('ST_AsGeoJSON(r.%I, 15, 0)::jsonb', a.attname)
    ELSE format('r.%I', a.attname) END
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = of_table AND a.attname = name
$$;

CREATE FUNCTION journal_columns(of_table regclass, omitted text[]) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT attname::text FROM pg_attribute
  WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped AND attname <> ALL(omitted)
  ORDER BY attnum
$$;

-- Makes (again) the function that writes the journal of one table, from the columns it has now.
-- SECURITY DEFINER: the web's role cannot write the journal except by changing something.
-- enable_nestloop: a session keeps for good the number of rows that a transition table had when
-- the trigger first ran in it. After an update of one row the planner would join the old and new
-- rows of a bulk load one by one: 160 s for 1,100 rows, instead of 0.1 s.
CREATE PROCEDURE journal_write_function(of_table regclass, keys text[], subject text,
                                        omitted text[], masked text[])
LANGUAGE plpgsql AS $procedure$
DECLARE
  row_id text := (SELECT string_agg(format('r.%I', key), ' || ''/'' || ')
                  FROM unnest(keys) AS key);
  same_row text := (SELECT string_agg(format('r.%I = n.%I', key, key), ' AND ')
                    FROM unnest(keys) AS key);
  about text := CASE subject WHEN '' THEN 'NULL' ELSE format('r.%I', subject) END;
  whole text := (SELECT string_agg(format('%s AS %I', journal_column(of_table, c, masked), c), ', ')
                 FROM journal_columns(of_table, omitted) AS c);
  -- each column that differs, as an object of one member; the others as NULL
  differing text := (
    SELECT string_agg(format(
        'CASE WHEN r.%1$I IS DISTINCT FROM n.%1$I THEN jsonb_build_object(%1$L, %2$s) END',
        c, journal_column(of_table, c, masked)), ', ')
    FROM journal_columns(of_table, omitted) AS c);
  emptied text := (
    SELECT string_agg(format(
        'CASE WHEN r.%1$I IS DISTINCT FROM n.%1$I THEN jsonb_build_object(%1$L, %2$s) END',
        c, regexp_replace(journal_column(of_table, c, masked), '\mr\.', 'n.', 'g')), ', ')
    FROM journal_columns(of_table, omitted) AS c);
BEGIN
  EXECUTE format($function$
    CREATE OR REPLACE FUNCTION %1$I() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off
    AS $body$
    DECLARE
      actor bigint := nullif(current_setting('meris.actor', true), '')::bigint;
      agency bigint := nullif(current_setting('meris.agency', true), '')::bigint;
      actor_name text := coalesce(nullif(current_setting('meris.name', true), ''),
                                  session_user || ' (database)');
      upload bigint := nullif(current_setting('meris.upload', true), '')::bigint;
      written bigint;
    BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO change (xid, at, actor_id, agency_id, actor_name, table_name, row_id,
                            resource_id, operation, after, upload_id)
        SELECT pg_current_xact_id(), clock_timestamp(), actor, agency, actor_name, TG_TABLE_NAME,
               %2$s, %3$s, 'I', (SELECT jsonb_strip_nulls(to_jsonb(item)) FROM (SELECT %4$s) AS item),
               upload
        FROM new_rows AS r;
      ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO change (xid, at, actor_id, agency_id, actor_name, table_name, row_id,
                            resource_id, operation, before, upload_id)
        SELECT pg_current_xact_id(), clock_timestamp(), actor, agency, actor_name, TG_TABLE_NAME,
               %2$s, %3$s, 'D', (SELECT jsonb_strip_nulls(to_jsonb(item)) FROM (SELECT %4$s) AS item),
               upload
        FROM old_rows AS r;
      ELSE
        INSERT INTO change (xid, at, actor_id, agency_id, actor_name, table_name, row_id,
                            resource_id, operation, before, after, upload_id)
        SELECT pg_current_xact_id(), clock_timestamp(), actor, agency, actor_name, TG_TABLE_NAME,
               changed.row_id, changed.about, 'U',
               (SELECT jsonb_merge(part) FROM unnest(changed.before) AS part),
               (SELECT jsonb_merge(part) FROM unnest(changed.after) AS part), upload
        FROM (SELECT %2$s AS row_id, %3$s AS about,
                     array_remove(ARRAY[%5$s]::jsonb[], NULL) AS before,
                     array_remove(ARRAY[%6$s]::jsonb[], NULL) AS after
              FROM old_rows AS r JOIN new_rows AS n ON %7$s OFFSET 0) AS changed
        WHERE changed.before <> '{}';
      END IF;
      GET DIAGNOSTICS written = ROW_COUNT;
      IF written > 0 THEN
        PERFORM pg_notify('meris_change', '');
      END IF;
      RETURN NULL;
    END
    $body$
  $function$, 'journal_write_' || of_table::text, row_id || '::text', about || '::bigint', whole,
     differing, emptied, same_row);
END
$procedure$;

CREATE FUNCTION journal_keys(of_table regclass) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(a.attname::text ORDER BY k.place)
  FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(number, place)
  JOIN pg_attribute a ON a.attnum = k.number
  WHERE i.indrelid = of_table AND i.indisprimary AND a.attrelid = of_table
$$;

-- Puts a table under the journal. ENABLE ALWAYS: also where triggers are off for replication.
-- The triggers carry what they were made with, so that `journal_refresh` can make them again.
CREATE OR REPLACE PROCEDURE journal_cover(of_table regclass, subject text DEFAULT '',
                                          omitted text DEFAULT '', masked text DEFAULT '')
LANGUAGE plpgsql AS $$
DECLARE
  keys text[] := journal_keys(of_table);
  writer text := format('%I(%L, %L, %L)', 'journal_write_' || of_table::text, subject, omitted,
                        masked);
BEGIN
  CALL journal_write_function(of_table, keys, subject, string_to_array(omitted, ','),
                              string_to_array(masked, ','));
  EXECUTE format('CREATE TRIGGER journal_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS '
    'new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s', of_table, writer);
  EXECUTE format('CREATE TRIGGER journal_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS '
    'old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s', of_table, writer);
  EXECUTE format('CREATE TRIGGER journal_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS '
    'old_rows FOR EACH STATEMENT EXECUTE FUNCTION %s', of_table, writer);
  EXECUTE format('CREATE TRIGGER journal_truncate BEFORE TRUNCATE ON %s '
    'FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()', of_table);
  EXECUTE format('CREATE TRIGGER journal_key BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s) '
    'EXECUTE FUNCTION journal_keep_key()', of_table,
    (SELECT string_agg(format('OLD.%I IS DISTINCT FROM NEW.%I', key, key), ' OR ')
     FROM unnest(keys) AS key));
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER journal_insert, '
    'ENABLE ALWAYS TRIGGER journal_update, ENABLE ALWAYS TRIGGER journal_delete, '
    'ENABLE ALWAYS TRIGGER journal_truncate, ENABLE ALWAYS TRIGGER journal_key', of_table);
END
$$;

-- Takes a table out of the journal's hands, for a moment or for good.
CREATE PROCEDURE journal_uncover(of_table regclass) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('DROP TRIGGER journal_insert ON %1$s; DROP TRIGGER journal_update ON %1$s; '
    'DROP TRIGGER journal_delete ON %1$s; DROP TRIGGER journal_truncate ON %1$s; '
    'DROP TRIGGER journal_key ON %1$s; DROP FUNCTION IF EXISTS %2$I()', of_table,
    'journal_write_' || of_table::text);
END
$$;

-- What covers each table, as the last arguments of its trigger say.
CREATE FUNCTION journal_covered(OUT of_table regclass, OUT subject text, OUT omitted text,
                                OUT masked text) RETURNS SETOF record
LANGUAGE sql STABLE AS $$
  SELECT t.tgrelid::regclass, a[array_length(a, 1) - 3], a[array_length(a, 1) - 2],
         a[array_length(a, 1) - 1]
  FROM pg_trigger t, string_to_array(encode(t.tgargs, 'escape'), '\000') AS a
  WHERE t.tgname = 'journal_insert' ORDER BY t.tgrelid::regclass::text
$$;

-- After any change of the schema: the functions know the columns there are now.
CREATE PROCEDURE journal_refresh() LANGUAGE plpgsql AS $$
DECLARE
  covered record;
BEGIN
  FOR covered IN SELECT * FROM journal_covered() LOOP
    CALL journal_write_function(covered.of_table, journal_keys(covered.of_table), covered.subject,
                                string_to_array(covered.omitted, ','),
                                string_to_array(covered.masked, ','));
  END LOOP;
END
$$;
