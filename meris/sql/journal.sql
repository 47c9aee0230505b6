-- What is new between two cursors (meris/changes.py). journal_is_new is inlined, so that the
-- index on xid is used.

-- name: touched
-- Resources whose rows changed, and what they were at the cursor where that decides who could see
-- them. The first change in the stretch says what was; hence the merge in reverse order.
SELECT resource_id,
       bool_or(table_name = 'resource' AND operation = 'I') AS made,
       coalesce(jsonb_merge(before ORDER BY id DESC) FILTER (WHERE table_name = 'resource'),
                '{}'::jsonb) AS before
FROM (SELECT id, resource_id, table_name, operation,
             (SELECT jsonb_object_agg(key, value) FROM jsonb_each(change.before)
              WHERE key IN ('kind', 'sensitivity', 'agency_id')) AS before
      FROM change
      WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
        AND resource_id IS NOT NULL) AS stretch
GROUP BY resource_id
LIMIT :most

-- name: moved
-- Units whose newest position is newer than the cursor, each as the line that the feed tells. Its
-- last numbers are the minute, counted from 2020, at which the rest of the row turns stale
-- (snapshot.stale_minute; a test holds the two together), for to move does not confirm a status;
-- and for how many minutes a position in this status is believed.
SELECT resource.id, resource.sensitivity, resource.agency_id,
       json_build_array(
         resource.id, round(ST_Y(fix.position)::numeric, 5), round(ST_X(fix.position)::numeric, 5),
         floor(extract(epoch FROM fix.at))::bigint, round(fix.accuracy_m), round(fix.speed_mps),
         round(fix.course_deg),
         least(floor((extract(epoch FROM resource.confirmed_at) - 1577836800) / 60)::bigint
                 + code.age_limit_minutes,
               floor((extract(epoch FROM resource.unreported_at) - 1577836800) / 60)::bigint),
         code.position_limit_minutes
       )::text AS line
FROM unit_position AS fix JOIN resource ON resource.id = fix.resource_id
  JOIN status_code AS code ON code.kind = resource.kind AND code.code = resource.status
WHERE journal_is_new(fix.xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
  AND (resource.position_at IS NULL OR fix.at >= resource.position_at)
LIMIT :most

-- name: anything_moved
SELECT EXISTS (
  SELECT FROM unit_position
  WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot)))

-- name: anything_of
SELECT EXISTS (
  SELECT FROM change
  WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
    AND table_name = ANY(:tables))

-- name: whole_map
-- Whether something changed that stands behind many resources; a new one stands behind none yet.
SELECT EXISTS (
  SELECT FROM change
  WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
    AND resource_id IS NULL AND table_name = ANY(:tables) AND operation <> 'I')

-- name: map_changed
-- Whether anything changed that the map shows, but for positions. An assignment names its unit, but only the unit's
-- own row is on the map.
SELECT EXISTS (
  SELECT FROM change
  WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
    AND (resource_id IS NOT NULL AND table_name <> 'assignment'
         OR resource_id IS NULL AND table_name = ANY(:tables) AND operation <> 'I'))
