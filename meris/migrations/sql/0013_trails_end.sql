-- The days of the trail that lie wholly before a day, oldest first, by their partitions' names.
CREATE FUNCTION position_fix_past(first_kept date) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'position_fix'::regclass AND c.relname ~ '^position_fix_\d{8}$'
    AND to_date(right(c.relname, 8), 'YYYYMMDD') < first_kept
  ORDER BY c.relname
$$;

-- Deletes what lies before a moment in one partition and is not on hold.
CREATE FUNCTION position_fix_thin(part text, before timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  EXECUTE format(
    'DELETE FROM %I AS fix WHERE fix.at < %L AND NOT EXISTS (SELECT FROM trail_hold AS hold'
    ' WHERE hold.lifted_at IS NULL'
    ' AND (hold.resource_id IS NULL OR hold.resource_id = fix.resource_id)'
    ' AND fix.at >= hold.from_at AND fix.at < hold.to_at)', part, before);
END
$$;

-- Lets go of one partition: dropped when nothing in it is on hold, else only what is not.
-- Callable by the web's role, which has no DDL; so the day that must be past is given again, and at
-- least one whole day is always kept. Dropping needs the table to itself for a moment: rather than
-- make positions wait behind it, it is tried again another time. A hold that is made meanwhile
-- waits for this, and finds nothing; one made before is honored.
CREATE FUNCTION position_fix_let_go(part text, first_kept date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  left_over boolean;
  midnight timestamptz := first_kept::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF first_kept > (now() AT TIME ZONE 'UTC')::date - 1
     OR part <> 'position_fix_other' AND part NOT IN (SELECT position_fix_past(first_kept)) THEN
    RAISE EXCEPTION '% is not past', part USING ERRCODE = 'check_violation';
  END IF;
  LOCK TABLE trail_hold IN SHARE MODE;
  IF part = 'position_fix_other' THEN
    PERFORM position_fix_thin(part, midnight); -- days that nobody made a partition for
    RETURN 'held';
  END IF;
  IF EXISTS (SELECT FROM trail_hold
             WHERE lifted_at IS NULL
               AND from_at < (to_date(right(part, 8), 'YYYYMMDD') + 1)::timestamp AT TIME ZONE 'UTC'
               AND to_at > to_date(right(part, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC') THEN
    PERFORM position_fix_thin(part, midnight);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO left_over;
    IF left_over THEN
      RETURN 'held';
    END IF;
  END IF;
  EXECUTE format('DROP TABLE %I', part);
  RETURN 'dropped';
END
$$;

REVOKE ALL ON FUNCTION position_fix_let_go(text, date), position_fix_thin(text, timestamptz)
  FROM PUBLIC;
