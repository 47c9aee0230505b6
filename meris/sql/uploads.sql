-- Undoing an upload from the journal (meris/uploads/undo.py).

-- name: touched
-- The resources an upload changed; whether it made them; whether anything newer touched them, and
-- by whom. A unit that reports its position is in use, though the journal does not say so.
SELECT own.resource_id, own.made, resource.name,
       coalesce((SELECT later.actor_name FROM change AS later
                 WHERE later.resource_id = own.resource_id AND later.id > own.last
                   AND later.upload_id IS DISTINCT FROM :upload
                 ORDER BY later.id DESC LIMIT 1),
                CASE WHEN own.made THEN (SELECT 'its own device' FROM unit_position
                                         WHERE resource_id = own.resource_id) END) AS touched_by
FROM (SELECT resource_id, max(id) AS last,
             bool_or(table_name = 'resource' AND operation = 'I') AS made
      FROM change WHERE upload_id = :upload AND resource_id IS NOT NULL
      GROUP BY resource_id) AS own
JOIN resource ON resource.id = own.resource_id
ORDER BY own.resource_id
FOR UPDATE OF resource

-- name: remove_resources
-- Parts and stock lines go with them, each with its own line in the journal.
DELETE FROM resource WHERE id = ANY(:ids)

-- name: remove_lines
DELETE FROM stock_line
WHERE id IN (SELECT row_id::bigint FROM change
             WHERE upload_id = :upload AND table_name = 'stock_line' AND operation = 'I'
               AND resource_id = ANY(:ids))
