-- What is new on the dispatcher's board between two cursors (meris/board/news.py).

-- name: touched
-- Rows that changed, each once: incidents, assignments, areas; types and cover rules; and units
-- whose name, kind or visibility changed, because their assignments show it. A log entry or a need
-- is a change of its incident. `before` is what decided at the cursor who might see the row; the
-- first change in the stretch says it, hence the merge in reverse order.
SELECT table_name, row_id, bool_or(made) AS made,
       coalesce(jsonb_merge(before ORDER BY id DESC), '{}'::jsonb) AS before
FROM (
  SELECT id,
         CASE WHEN table_name IN ('incident_log', 'incident_need') THEN 'incident'
           ELSE table_name END AS table_name,
         CASE WHEN table_name NOT IN ('incident_log', 'incident_need') THEN row_id
           ELSE coalesce(after ->> 'incident_id', before ->> 'incident_id',
                         (SELECT n.incident_id::text FROM incident_need n
                          WHERE change.table_name = 'incident_need'
                            AND n.id::text = change.row_id)) END AS row_id,
         operation = 'I' AND table_name NOT IN ('incident_log', 'incident_need') AS made,
         CASE WHEN table_name NOT IN ('incident_log', 'incident_need') THEN
           coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(change.before)
                     WHERE key IN ('sensitivity', 'agency_id', 'status', 'incident_id',
                                   'resource_id', 'kind')), '{}'::jsonb)
           ELSE '{}'::jsonb END AS before
  FROM change
  WHERE journal_is_new(xid, CAST(:since AS pg_snapshot), CAST(:until AS pg_snapshot))
    AND (table_name IN ('incident', 'assignment', 'area', 'incident_log', 'incident_need',
                        'incident_type', 'cover_rule')
         OR (table_name = 'resource' AND operation = 'U'
             AND change.before ?| ARRAY['name', 'type', 'sensitivity', 'agency_id']))
) AS stretch
WHERE row_id IS NOT NULL
GROUP BY table_name, row_id
LIMIT :most
