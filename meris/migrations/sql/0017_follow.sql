-- How many base units of an item one unit of issue holds; NULL where nobody knows.
CREATE FUNCTION base_units(item_code text, unit text, units_per_pack numeric) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN u.is_pack THEN coalesce($3, u.size) ELSE u.size END
  FROM item_unit u WHERE u.item_code = $1 AND u.unit = $2
$$;

-- How a line stands, in its own unit: what is ordered from somebody outside, promised by name, on
-- the way, received, and still missing. What cannot be converted was promised in the same unit.
CREATE VIEW request_line_stand AS
SELECT l.id AS request_line_id, l.quantity AS wanted, f.ordered, f.promised, f.in_transit,
  f.received,
  greatest(0, l.quantity - f.ordered - f.promised - f.in_transit - f.received) AS missing
FROM request_line l
CROSS JOIN LATERAL (
  SELECT
    coalesce(round(sum(f.quantity_committed * share.size)
      FILTER (WHERE f.provider IS NOT NULL AND f.confirmed_at IS NULL), 6), 0) AS ordered,
    coalesce(round(sum(f.quantity_committed * share.size)
      FILTER (WHERE f.provider IS NULL OR f.confirmed_at IS NOT NULL), 6), 0) AS promised,
    coalesce(round(sum(f.quantity_in_transit * share.size), 6), 0) AS in_transit,
    coalesce(round(sum(f.quantity_received * share.size), 6), 0) AS received
  FROM fill f LEFT JOIN stock_line s ON s.id = f.stock_line_id
  CROSS JOIN LATERAL (
    SELECT coalesce(base_units(l.item_code, f.unit_of_issue, s.units_per_pack)
                    / nullif(base_units(l.item_code, l.unit_of_issue, NULL), 0), 1) AS size
  ) AS share
  WHERE f.request_line_id = l.id
) AS f;

-- The one place that derives a line's state: it is as far as its least advanced part. Nobody has
-- to tell it that a shipment left or a unit arrived.
CREATE FUNCTION request_line_follow(of_line bigint, happened timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  line request_line;
  stand request_line_stand;
  becomes text;
  since timestamptz;
  who text := coalesce(nullif(current_setting('meris.name', true), ''),
                       session_user || ' (database)');
BEGIN
  SELECT * INTO line FROM request_line WHERE id = of_line FOR UPDATE;
  IF line.status IS NULL OR line.status NOT IN
      ('approved', 'sourcing', 'sourced', 'assigned', 'en_route', 'on_scene') THEN
    RETURN;
  END IF;
  SELECT * INTO stand FROM request_line_stand WHERE request_line_id = of_line;
  -- a step that is told late is not before the one it follows
  since := greatest(line.status_at, least(clock_timestamp(),
                                          coalesce(happened, clock_timestamp())));
  becomes := CASE
    WHEN line.status = 'approved' AND stand.missing = line.quantity THEN 'approved'
    WHEN stand.missing > 0 THEN 'sourcing'
    WHEN stand.ordered > 0 THEN 'sourced'
    WHEN stand.promised > 0 THEN 'assigned'
    WHEN stand.in_transit > 0 THEN 'en_route'
    ELSE 'on_scene' END;
  IF becomes <> line.status THEN
    UPDATE request_line SET status = becomes, status_at = since, status_by = who,
      status_reason = NULL WHERE id = of_line;
  END IF;
  IF becomes = 'on_scene' AND line.consumable THEN
    UPDATE request_line SET status = 'closed', status_at = since, status_by = who,
      status_reason = NULL, disposition = 'consumed' WHERE id = of_line;
  END IF;
END
$$;

CREATE FUNCTION fill_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM request_line_follow(NEW.request_line_id, CASE
    WHEN NEW.stock_line_id IS NOT NULL THEN
      (SELECT m.at FROM stock_movement m WHERE m.fill_id = NEW.id ORDER BY m.id DESC LIMIT 1)
    WHEN NEW.assignment_id IS NOT NULL THEN
      (SELECT a.status_at FROM assignment a WHERE a.id = NEW.assignment_id)
    ELSE greatest(NEW.made_at, NEW.confirmed_at, NEW.departed_at, NEW.received_at) END);
  RETURN NULL;
END
$$;

-- A unit's part is as far as its assignment.
CREATE FUNCTION assignment_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE fill SET
    quantity_committed = (NEW.status IN ('reserved', 'dispatched', 'acknowledged'))::int,
    quantity_in_transit = (NEW.status = 'en_route')::int,
    quantity_received = (NEW.status IN ('on_scene', 'transporting', 'at_destination')
      OR (NEW.status = 'released' AND NEW.on_scene_at IS NOT NULL))::int
  WHERE assignment_id = NEW.id;
  RETURN NULL;
END
$$;

-- Every step of a line, whoever makes it.
CREATE FUNCTION request_line_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO request_event (request_id, request_line_id, at, kind, before, after, text, by_name)
  VALUES (NEW.request_id, NEW.id, NEW.status_at, 'status',
          CASE TG_OP WHEN 'UPDATE' THEN OLD.status END, NEW.status, NEW.status_reason,
          NEW.status_by);
  RETURN NULL;
END
$$;

CREATE TRIGGER tell_insert AFTER INSERT ON request_line
  FOR EACH ROW EXECUTE FUNCTION request_line_tell();
CREATE TRIGGER tell_update AFTER UPDATE ON request_line
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION request_line_tell();
CREATE TRIGGER follow AFTER INSERT OR UPDATE ON fill
  FOR EACH ROW WHEN (NEW.request_line_id IS NOT NULL) EXECUTE FUNCTION fill_follow();
CREATE TRIGGER fill_follows AFTER UPDATE ON assignment
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION assignment_fill();
