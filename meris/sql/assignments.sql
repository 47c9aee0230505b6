-- Committing units (meris/dispatch/found.py).

-- name: take_turn
-- Locks units in the order of their ids, or fails where somebody else has one of them by now. To
-- fail here frees the locks at once: of fifty who want the same unit, forty-nine are through in
-- milliseconds, and not one after the other with a way to the web server and back for each.
DO $turn$
BEGIN
  PERFORM FROM resource WHERE id = ANY (:units) ORDER BY id FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM assignment
             WHERE resource_id = ANY (:units) AND NOT booked
               AND NOT (status IN ('released', 'cancelled'))
               AND NOT (status = 'reserved' AND (incident_id = :incident
                                                 OR upper(during) <= clock_timestamp()))) THEN
    RAISE EXCEPTION 'one of the units is committed' USING ERRCODE = 'MR409';
  END IF;
END
$turn$
