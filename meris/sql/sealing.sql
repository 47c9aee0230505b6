-- Checks the seals of the journal without the functions that made them (docs/adr/0017): who can
-- replace those cannot replace what is asked here. A row's and a seal's encoding are the same as in
-- migration 0020; tests/rules/test_sealing.py holds the two together.

-- name: sizes
SELECT n, greatest(octet_length(row_hashes) / 32, 1)::bigint AS size
FROM journal_seal WHERE n >= :first ORDER BY n

-- name: stretch
-- Each seal of a stretch: what its chain and its own parts say, and whether its rows agree.
SELECT s.n, s.kind, s.sealed_at, s.rows, s.hash, s.previous,
  s.hash = sha256(array_send(ARRAY[
    'meris.seal.1', s.n::text, s.kind,
    to_char(s.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    s.home, s.since::text, s.until::text, s.whole::text, s.ids::text, s.rows::text,
    encode(s.rows_hash, 'hex'), encode(s.previous, 'hex'), s.by_name, s.reason])) AS is_itself,
  s.rows_hash = sha256(s.row_hashes)
    AND (s.kind <> 'rows' OR octet_length(s.row_hashes) = 32 * s.rows) AS lists_its_rows,
  s.kind <> 'rows' OR s.rows_hash = (
    SELECT sha256(coalesce(string_agg(sha256(array_send(ARRAY[
      'meris.change.1', c.id::text,
      to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      c.actor_id::text, c.agency_id::text, c.actor_name, c.table_name, c.row_id,
      c.resource_id::text, c.operation, c.before::text, c.after::text, c.upload_id::text
    ])), ''::bytea ORDER BY c.id), ''))
    FROM change AS c WHERE c.id >= lower(s.ids) AND c.id < upper(s.ids) AND c.id <@ s.ids
  ) AS rows_agree
FROM journal_seal AS s WHERE s.n BETWEEN :first AND :last ORDER BY s.n

-- name: differing
-- The rows of one seal that are not as they were sealed, but for those that were let go since.
WITH seal AS (SELECT ids, row_hashes FROM journal_seal WHERE n = :n),
gone AS (
  SELECT coalesce(range_agg(ids), '{}') AS ids FROM journal_seal WHERE kind = 'let_go' AND n > :n),
sealed AS (
  SELECT id, substring(row_hashes FROM (32 * (row_number() OVER (ORDER BY id) - 1) + 1)::int FOR 32)
    AS hash
  FROM seal, unnest(seal.ids) AS part, generate_series(lower(part), upper(part) - 1) AS id),
present AS (
  SELECT c.id, c.at, c.actor_name, c.table_name, c.row_id, sha256(array_send(ARRAY[
      'meris.change.1', c.id::text,
      to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      c.actor_id::text, c.agency_id::text, c.actor_name, c.table_name, c.row_id,
      c.resource_id::text, c.operation, c.before::text, c.after::text, c.upload_id::text
    ])) AS hash
  FROM change AS c, seal
  WHERE c.id >= lower(seal.ids) AND c.id < upper(seal.ids) AND c.id <@ seal.ids)
SELECT id, present.at, actor_name, table_name, row_id,
  CASE WHEN present.hash IS NULL THEN 'removed' WHEN id <@ gone.ids THEN 'put back'
    ELSE 'changed' END AS what
FROM sealed FULL JOIN present USING (id), gone
WHERE present.hash IS NULL AND NOT id <@ gone.ids
  OR present.hash IS NOT NULL AND (id <@ gone.ids OR present.hash IS DISTINCT FROM sealed.hash)
ORDER BY id LIMIT :most

-- name: outside
-- Rows that no seal holds. `behind`: the newest seal could see their transaction and has them not.
WITH last AS (
  SELECT CASE WHEN whole THEN until ELSE since END AS seen FROM journal_seal
  WHERE home = journal_identity() AND n = (SELECT max(n) FROM journal_seal)),
held AS MATERIALIZED (
  SELECT coalesce(range_agg(ids), '{}') AS ids FROM journal_seal WHERE kind = 'rows'),
loose AS (
  SELECT id, at, coalesce(pg_visible_in_snapshot(xid, (SELECT seen FROM last)), false) AS behind
  FROM change, held WHERE NOT id <@ held.ids)
SELECT behind, count(*) AS rows, min(at) AS oldest,
  coalesce((array_agg(id ORDER BY id) FILTER (WHERE behind))[1:CAST(:most AS int)], '{}') AS ids
FROM loose GROUP BY behind

-- name: facts
SELECT id, at, actor_name, table_name, row_id FROM change WHERE id = ANY(:ids) ORDER BY id

-- name: waiting
-- How many rows are not sealed yet, and since when the oldest of them is there; by the index alone.
SELECT count(*) AS rows, min(at) AS oldest
FROM (SELECT at FROM change
      WHERE xid >= pg_snapshot_xmin(CAST(:until AS pg_snapshot))
        AND NOT pg_visible_in_snapshot(xid, CAST(:until AS pg_snapshot)) OFFSET 0) AS c

-- name: roots
-- The last seal of each local day that has any, newest first, with how much was sealed that day.
SELECT DISTINCT ON (day) day, n, hash, sealed_at, seals, rows
FROM (SELECT (sealed_at AT TIME ZONE :zone)::date AS day, n, hash, sealed_at,
        count(*) OVER whole_day AS seals,
        coalesce(sum(rows) FILTER (WHERE kind = 'rows') OVER whole_day, 0)::bigint AS rows
      FROM journal_seal WHERE sealed_at >= :first AND sealed_at < :end
      WINDOW whole_day AS (PARTITION BY (sealed_at AT TIME ZONE :zone)::date)) AS s
ORDER BY day DESC, n DESC
