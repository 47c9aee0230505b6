-- Undoing an upload from the journal (meris/uploads/undo.py).

-- name: touched
-- The resources an upload changed; whether it made them; whether anybody else has touched them since
-- it first did, and who. What an undone upload did is as if it had not been. A unit that reports its
-- position is in use, and so is a site that goods are sent to, though the journal does not say so.
SELECT own.resource_id, own.made, resource.name,
       coalesce((SELECT later.actor_name FROM change AS later
                 WHERE later.resource_id = own.resource_id AND later.id > own.first
                   AND later.upload_id IS DISTINCT FROM :upload
                   AND NOT EXISTS (SELECT FROM upload WHERE upload.id = later.upload_id
                                   AND upload.state = 'undone')
                 ORDER BY later.id DESC LIMIT 1),
                CASE WHEN own.made THEN (SELECT 'its own device' FROM unit_position
                                         WHERE resource_id = own.resource_id) END,
                CASE WHEN own.made THEN (SELECT 'shipment ' || max(number) FROM shipment
                                         WHERE own.resource_id IN (from_id, to_id)) END)
         AS touched_by
FROM (SELECT resource_id, min(id) AS first,
             bool_or(table_name = 'resource' AND operation = 'I') AS made
      FROM change WHERE upload_id = :upload AND resource_id IS NOT NULL
      GROUP BY resource_id) AS own
JOIN resource ON resource.id = own.resource_id
ORDER BY own.resource_id

-- name: lock_touched
-- Nobody changes them until the undo is done.
SELECT count(*) FROM (
  SELECT FROM resource WHERE id IN (SELECT resource_id FROM change WHERE upload_id = :upload)
  ORDER BY id FOR UPDATE) AS held

-- name: remove_resources
-- Parts and stock lines go with them, each with its own line in the journal.
DELETE FROM resource WHERE id = ANY(:ids)

-- name: remove_lines
DELETE FROM stock_line
WHERE id IN (SELECT row_id::bigint FROM change
             WHERE upload_id = :upload AND table_name = 'stock_line' AND operation = 'I'
               AND resource_id = ANY(:ids))

-- name: withdraw_counts
-- What the file counted was never counted; the figures put back then agree with the newest count.
SELECT shelter_count_withdraw(:upload, CAST(:ids AS bigint[]))
