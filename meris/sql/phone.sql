-- What phones and notices ask (meris/notices).

-- name: stirred
-- What changed between two cursors, as a watcher names it: "unit or site 12", "incident 7",
-- "account 3"; with the tables that changed. One row may stir several. A log entry or a need is a
-- change of its incident, another unit's assignment one of the incident it goes to, a line one of
-- the shelter that asked.
WITH stretch AS (
  SELECT table_name, operation, resource_id, coalesce(after, '{}') AS after,
         coalesce(before, '{}') AS before,
         CASE WHEN table_name IN ('incident', 'incident_need', 'assignment', 'request',
                                  'request_line') THEN row_id::bigint END AS row_id
  FROM change
  WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
    AND (resource_id IS NOT NULL
         OR table_name IN ('incident', 'incident_log', 'incident_need', 'request', 'request_line'))
)
SELECT DISTINCT what, id, table_name FROM (
  SELECT 'resource' AS what, resource_id AS id, table_name FROM stretch
  UNION ALL
  SELECT 'account', (side ->> 'account_id')::bigint, table_name
  FROM stretch, unnest(ARRAY[after, before]) AS side WHERE table_name = 'duty'
  UNION ALL
  SELECT 'incident', CASE table_name
      WHEN 'incident' THEN row_id
      WHEN 'assignment' THEN (SELECT a.incident_id FROM assignment AS a WHERE a.id = row_id)
      WHEN 'incident_need' THEN (SELECT n.incident_id FROM incident_need AS n WHERE n.id = row_id)
      ELSE coalesce(after ->> 'incident_id', before ->> 'incident_id')::bigint END, table_name
  FROM stretch
  WHERE table_name IN ('incident', 'incident_log', 'incident_need', 'assignment')
  UNION ALL
  SELECT 'resource', q.deliver_to_id, table_name
  FROM stretch JOIN request AS q
    ON q.id = CASE table_name WHEN 'request' THEN row_id
         ELSE (SELECT l.request_id FROM request_line AS l WHERE l.id = row_id) END
  WHERE table_name IN ('request', 'request_line')
) AS stirred
WHERE id IS NOT NULL
LIMIT :most
