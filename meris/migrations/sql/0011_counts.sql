-- What keeps a shelter and its counts of one mind (meris/tables/counts.py).
--
-- The statements are planned anew each time they run (EXECUTE): a plan that is kept takes the rows
-- of a bulk load for as few as the first count had, and joins them one by one.

-- The newest count is what the shelter says; one that says more than the record is as old as it.
CREATE FUNCTION shelter_count_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- a statement that wrote no row fires as well: the two would call one another for ever
  IF NOT EXISTS (SELECT FROM new_rows) THEN
    RETURN NULL;
  END IF;
  -- first the record, which moves its version: the shelter's own row then need not do it again
  EXECUTE $sql$
    UPDATE resource r SET confirmed_at = c.at, confirmed_by = c.reported_by
    FROM (SELECT DISTINCT ON (resource_id) * FROM new_rows ORDER BY resource_id, at DESC, id DESC)
      AS c
    WHERE r.id = c.resource_id AND (r.confirmed_at IS NULL OR r.confirmed_at < c.at)
      AND NOT EXISTS (SELECT FROM shelter_count later
                      WHERE later.resource_id = c.resource_id AND later.at > c.at)
  $sql$;
  EXECUTE $sql$
    UPDATE shelter s SET
      population_total = c.total, population_general = c.general,
      population_medical_needs = c.medical_needs, population_other = c.other,
      population_pets = c.pets, reporting_period = c.period, counted_at = c.at
    FROM (SELECT DISTINCT resource_id FROM new_rows) AS said
    CROSS JOIN LATERAL (SELECT * FROM shelter_count newest
                        WHERE newest.resource_id = said.resource_id
                        ORDER BY newest.at DESC, newest.id DESC LIMIT 1) AS c
    WHERE s.resource_id = said.resource_id
      AND (s.population_total, s.population_general, s.population_medical_needs,
           s.population_other, s.population_pets, s.reporting_period, s.counted_at)
        IS DISTINCT FROM
          (c.total, c.general, c.medical_needs, c.other, c.pets, c.period, c.at)
  $sql$;
  RETURN NULL;
END
$$;

-- And whoever writes the people of a shelter has counted them. Said without a time, that is when
-- the record was confirmed, and not before the count that it corrects.
CREATE FUNCTION shelter_count_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed text := CASE TG_OP
    WHEN 'INSERT' THEN 'SELECT n.*, NULL::timestamptz AS before FROM new_rows n
      WHERE num_nonnulls(n.population_total, n.population_general, n.population_medical_needs,
                         n.population_other, n.population_pets) > 0'
    ELSE 'SELECT n.*, o.counted_at AS before FROM new_rows n JOIN old_rows o USING (resource_id)
      WHERE (n.population_total, n.population_general, n.population_medical_needs,
             n.population_other, n.population_pets, n.counted_at)
        IS DISTINCT FROM
            (o.population_total, o.population_general, o.population_medical_needs,
             o.population_other, o.population_pets, o.counted_at)' END;
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows) THEN
    RETURN NULL;
  END IF;
  EXECUTE format($sql$
    INSERT INTO shelter_count (resource_id, at, period, total, general, medical_needs, other, pets,
                               reported_by, source, upload_id)
    SELECT said.resource_id, said.at, coalesce(said.reporting_period, 'adhoc'),
           said.population_total, said.population_general, said.population_medical_needs,
           said.population_other, said.population_pets,
           CASE WHEN said.confirmed_at = said.at AND said.confirmed_by IS NOT NULL
             THEN said.confirmed_by ELSE $1 END, $2, $3
    FROM (SELECT c.*, r.confirmed_at, r.confirmed_by,
                 CASE WHEN c.counted_at IS DISTINCT FROM c.before AND c.counted_at IS NOT NULL
                   THEN c.counted_at
                   ELSE coalesce(greatest(r.confirmed_at, c.before), now()) END AS at
          FROM (%s) AS c JOIN resource r ON r.id = c.resource_id) AS said
    LEFT JOIN LATERAL (SELECT * FROM shelter_count newest
                       WHERE newest.resource_id = said.resource_id
                       ORDER BY newest.at DESC, newest.id DESC LIMIT 1) AS newest ON true
    WHERE newest.id IS NULL
       OR (newest.total, newest.general, newest.medical_needs, newest.other, newest.pets)
         IS DISTINCT FROM (said.population_total, said.population_general,
                           said.population_medical_needs, said.population_other,
                           said.population_pets)
       OR (said.counted_at IS NOT NULL AND newest.at IS DISTINCT FROM said.counted_at)
  $sql$, changed)
  USING coalesce(nullif(current_setting('meris.name', true), ''), session_user || ' (database)'),
    CASE WHEN nullif(current_setting('meris.upload', true), '') IS NOT NULL THEN 'upload'
      WHEN nullif(current_setting('meris.actor', true), '') IS NOT NULL THEN 'web'
      ELSE 'database' END,
    nullif(current_setting('meris.upload', true), '')::bigint;
  RETURN NULL;
END
$$;

-- An upload that is undone takes its counts back. Nothing else ever takes one away, and the web's
-- role cannot: the journal keeps what the file said.
CREATE FUNCTION shelter_count_withdraw(of_upload bigint, ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM shelter_count c
  WHERE c.upload_id = of_upload AND c.resource_id = ANY(ids)
    AND EXISTS (SELECT FROM upload u WHERE u.id = c.upload_id AND u.state = 'applied')
$$;

CREATE FUNCTION shelter_count_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a count is never changed; a later one corrects it'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'shelter_count_keep';
END
$$;

CREATE TRIGGER keep BEFORE UPDATE ON shelter_count
  FOR EACH ROW EXECUTE FUNCTION shelter_count_keep();
CREATE TRIGGER lead AFTER INSERT ON shelter_count REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION shelter_count_lead();
CREATE TRIGGER count_insert AFTER INSERT ON shelter REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION shelter_count_follow();
CREATE TRIGGER count_update AFTER UPDATE ON shelter
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION shelter_count_follow();
