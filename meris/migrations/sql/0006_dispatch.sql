-- What keeps a unit and its assignments of one mind (meris/tables/dispatch.py).

-- The status that a unit has by an assignment; NULL while it is only promised, or when it is over.
CREATE FUNCTION assignment_unit_status(status text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE status WHEN 'acknowledged' THEN 'dispatched'
    WHEN 'dispatched' THEN status WHEN 'en_route' THEN status WHEN 'on_scene' THEN status
    WHEN 'transporting' THEN status WHEN 'at_destination' THEN status END
$$;

-- Keeps the time of every status, ends the promise when the work ends, and lets nobody take up
-- again what is over or hand an assignment to another unit.
CREATE FUNCTION assignment_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.status IN ('released', 'cancelled') AND NEW.status <> OLD.status THEN
      RAISE EXCEPTION 'assignment % is over', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_over';
    END IF;
    IF (OLD.resource_id, OLD.incident_id) <> (NEW.resource_id, NEW.incident_id) THEN
      RAISE EXCEPTION 'an assignment keeps its unit and its incident'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_keeps';
    END IF;
    IF NEW IS DISTINCT FROM OLD THEN
      NEW.version := OLD.version + 1;
      NEW.updated_at := now();
    END IF;
  ELSE
    -- whoever comes second waits here: two that wait for one another's row in the index of an
    -- exclusion constraint are a deadlock
    PERFORM FROM resource WHERE id = NEW.resource_id AND kind = 'unit' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'resource % is not a unit', NEW.resource_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_unit';
    END IF;
  END IF;
  CASE NEW.status
    WHEN 'reserved' THEN NEW.reserved_at := coalesce(NEW.reserved_at, NEW.status_at);
    WHEN 'dispatched' THEN NEW.dispatched_at := coalesce(NEW.dispatched_at, NEW.status_at);
    WHEN 'acknowledged' THEN NEW.acknowledged_at := coalesce(NEW.acknowledged_at, NEW.status_at);
    WHEN 'en_route' THEN NEW.en_route_at := coalesce(NEW.en_route_at, NEW.status_at);
    WHEN 'on_scene' THEN NEW.on_scene_at := coalesce(NEW.on_scene_at, NEW.status_at);
    WHEN 'transporting' THEN NEW.transporting_at := coalesce(NEW.transporting_at, NEW.status_at);
    WHEN 'at_destination' THEN
      NEW.at_destination_at := coalesce(NEW.at_destination_at, NEW.status_at);
    WHEN 'released' THEN NEW.released_at := coalesce(NEW.released_at, NEW.status_at);
    WHEN 'cancelled' THEN NEW.cancelled_at := coalesce(NEW.cancelled_at, NEW.status_at);
    ELSE NULL; -- the check constraint refuses it
  END CASE;
  IF NEW.status IN ('released', 'cancelled') THEN
    NEW.during := tstzrange(least(lower(NEW.during), NEW.status_at), NEW.status_at);
  END IF;
  RETURN NEW;
END
$$;

-- The unit follows its assignment, in the same transaction.
CREATE FUNCTION assignment_lead_unit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  becomes text := assignment_unit_status(NEW.status);
BEGIN
  IF becomes IS NULL AND TG_OP = 'UPDATE' AND assignment_unit_status(OLD.status) IS NOT NULL THEN
    becomes := coalesce(NEW.left_as, 'available');
  END IF;
  IF becomes IS NOT NULL THEN
    UPDATE resource SET status = becomes, status_at = NEW.status_at, status_by = NEW.status_by,
      status_reason = CASE becomes WHEN 'out_of_service' THEN NEW.reason END,
      confirmed_at = greatest(confirmed_at, NEW.status_at), confirmed_by = NEW.status_by
    WHERE id = NEW.resource_id;
  END IF;
  RETURN NULL;
END
$$;

-- And nothing else moves a unit that has one. What a file says of it is passed over: the file is
-- older than the dispatcher's word, and one row must not stop a county's whole upload.
CREATE FUNCTION unit_status_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held text := (SELECT assignment_unit_status(a.status) FROM assignment a
                WHERE a.resource_id = NEW.id AND NOT booked
                  AND a.status NOT IN ('reserved', 'released', 'cancelled'));
BEGIN
  IF held IS NULL OR held = NEW.status THEN
    RETURN NEW;
  END IF;
  IF coalesce(current_setting('meris.upload', true), '') = '' THEN
    RAISE EXCEPTION 'unit % is % by its assignment and cannot be %', NEW.id, held, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_status_agrees';
  END IF;
  NEW.status := OLD.status;
  NEW.status_at := OLD.status_at;
  NEW.status_by := OLD.status_by;
  NEW.status_reason := OLD.status_reason;
  RETURN NEW;
END
$$;

-- Any row with a version. A write that changes nothing is not journalled, so it moves no version
-- either: nobody could learn of it.
CREATE FUNCTION row_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW IS DISTINCT FROM OLD THEN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION incident_log_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'resource_id') = (to_jsonb(NEW) - 'resource_id')
     AND NEW.resource_id IS NULL THEN
    RETURN NEW; -- the unit it was about is gone
  END IF;
  RAISE EXCEPTION 'an entry of the log is never changed; write a correction'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_log_keep';
END
$$;

CREATE FUNCTION incident_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an incident is never deleted; close it'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_stays';
END
$$;

CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON assignment
  FOR EACH ROW EXECUTE FUNCTION assignment_keep();
CREATE TRIGGER lead_unit AFTER INSERT OR UPDATE OF status ON assignment
  FOR EACH ROW EXECUTE FUNCTION assignment_lead_unit();
CREATE TRIGGER agrees BEFORE UPDATE ON resource FOR EACH ROW
  WHEN (NEW.kind = 'unit' AND NEW.status IS DISTINCT FROM OLD.status)
  EXECUTE FUNCTION unit_status_agrees();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON incident_log
  FOR EACH ROW EXECUTE FUNCTION incident_log_keep();
CREATE TRIGGER stays BEFORE DELETE ON incident FOR EACH ROW EXECUTE FUNCTION incident_stays();
