-- Positions of moving units (meris/positions).

-- name: keep
-- One statement for many fixes. Whoever is on no duty, or does not share, at this very moment is
-- passed over here, whatever the server believed; so is what was taken before the sharing began,
-- and whoever's account was closed.
WITH given AS (
  SELECT * FROM unnest(
    CAST(:account_id AS bigint[]), CAST(:device_id AS bigint[]), CAST(:at AS float8[]),
    CAST(:lat AS float8[]), CAST(:lon AS float8[]), CAST(:accuracy_m AS float8[]),
    CAST(:speed_mps AS float8[]), CAST(:course_deg AS float8[]), CAST(:altitude_m AS float8[]),
    CAST(:source AS text[]))
  AS given(account_id, device_id, at, lat, lon, accuracy_m, speed_mps, course_deg, altitude_m,
           source)
), kept AS (
  INSERT INTO position_fix (resource_id, at, device_id, account_id, position, accuracy_m,
                            speed_mps, course_deg, altitude_m, source)
  SELECT duty.resource_id, to_timestamp(given.at), given.device_id, given.account_id,
         ST_SetSRID(ST_MakePoint(given.lon, given.lat), :srid), given.accuracy_m,
         given.speed_mps, given.course_deg, given.altitude_m, given.source
  FROM given
  JOIN duty ON duty.account_id = given.account_id AND duty.ended_at IS NULL AND duty.sharing
    AND duty.until_at > now() AND to_timestamp(given.at) >= duty.sharing_at
  JOIN account ON account.id = duty.account_id AND account.active
  LEFT JOIN device ON device.id = given.device_id
  WHERE given.device_id = 0 OR device.revoked_at IS NULL
  ON CONFLICT DO NOTHING
  RETURNING resource_id, at, position, accuracy_m, speed_mps, course_deg, source
), newest AS (
  SELECT DISTINCT ON (resource_id) * FROM kept ORDER BY resource_id, at DESC
), moved AS (
  -- an update is half the work of an upsert here: fewer triggers, no foreign key
  UPDATE unit_position AS known
  SET at = newest.at, position = newest.position, accuracy_m = newest.accuracy_m,
      speed_mps = newest.speed_mps, course_deg = newest.course_deg, source = newest.source
  FROM newest WHERE known.resource_id = newest.resource_id AND newest.at > known.at
), placed AS (
  INSERT INTO unit_position AS known (resource_id, at, position, accuracy_m, speed_mps, course_deg,
                                      source)
  SELECT * FROM newest
  WHERE NOT EXISTS (SELECT FROM unit_position WHERE resource_id = newest.resource_id)
  ON CONFLICT (resource_id) DO UPDATE
  SET at = excluded.at, position = excluded.position, accuracy_m = excluded.accuracy_m,
      speed_mps = excluded.speed_mps, course_deg = excluded.course_deg, source = excluded.source
  WHERE excluded.at > known.at
)
SELECT count(*) FROM kept

-- name: note_used
UPDATE device SET last_used_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))

-- name: roster
-- Every device that is not revoked and whose owner may log in, with the duty of its owner and where the unit was last.
SELECT device.id, device.token_hash, device.account_id, duty.resource_id, resource.type,
       extract(epoch FROM duty.sharing_at)::float8 AS since,
       extract(epoch FROM duty.until_at)::float8 AS until,
       extract(epoch FROM fix.at)::float8 AS at, ST_Y(fix.position) AS lat,
       ST_X(fix.position) AS lon, fix.accuracy_m
FROM device
JOIN account ON account.id = device.account_id AND account.active
LEFT JOIN duty ON duty.account_id = device.account_id AND duty.ended_at IS NULL AND duty.sharing
LEFT JOIN resource ON resource.id = duty.resource_id
LEFT JOIN unit_position AS fix ON fix.resource_id = duty.resource_id
WHERE device.revoked_at IS NULL

-- name: last_fixes
-- The newest fix of each of a person's devices within a day.
SELECT device.id, fix.at, fix.accuracy_m
FROM device
CROSS JOIN LATERAL (
  SELECT fix.at, fix.accuracy_m
  FROM (SELECT DISTINCT resource_id FROM duty
        WHERE duty.account_id = device.account_id AND duty.started_at > now() - interval '7 days'
       ) AS unit
  JOIN position_fix AS fix ON fix.resource_id = unit.resource_id AND fix.device_id = device.id
    AND fix.at > now() - interval '1 day'
  ORDER BY fix.at DESC LIMIT 1) AS fix
WHERE device.account_id = :account_id
